import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { averageChains } from '../../../src/graphon/chain/average.js'
import { binNoise } from '../../../src/graphon/estimate/bin-noise.js'
import { createChain, type GraphonChain } from '../../../src/graphon/chain/chain.js'
import { distanceChains } from '../../../src/graphon/distances/chains.js'
import { erdosRenyiMask } from '../../../src/graphon/sample/erdos-renyi.js'
import { estimateChain, estimateLayers } from '../../../src/graphon/estimate/estimate.js'
import { blockChain, constantChain, degreeProductChain, sampleMasks } from '../../../src/graphon/sample/sample.js'
import { filled, matrix, matrixOf, transpose } from '../../../src/linalg/matrix.js'
import { columnDegrees, density, rowDegrees, type Mask } from '../../../src/network/mask.js'
import { randomStream } from '../../../src/random/random.js'
import { bernoulliMasks, largestDifference, relabelHidden } from '../support.js'

/** Σ over bins of value · area, per matrix. */
function masses({ W, measures }: GraphonChain): number[] {
  return W.map(({ rows, cols, data }, i) => {
    let sum = 0
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < cols; c++) {
        const area = (i < measures.length ? measures[i][r] : 1 / rows) * (i > 0 ? measures[i - 1][c] : 1 / cols)
        sum += data[r * cols + c] * area
      }
    }
    return sum
  })
}

describe('estimateChain', () => {
  it('keeps the density of every matrix', () => {
    const width = fc.integer({ min: 1, max: 40 })
    fc.assert(
      fc.property(width, width, width, fc.integer({ min: 1, max: 20 }), fc.nat(), (d, n1, n2, bins, seed) => {
        const masks = bernoulliMasks([d, n1, n2, 3], 0.4, seed)
        const { chain } = estimateChain(masks, { bins })
        expect(largestDifference(masses(chain), masks.map(density))).toBeLessThan(1e-13)
      }),
      { seed: 11, numRuns: 60 },
    )
  })

  it('never sorts input columns or class rows: with one bin per hidden layer W0 is the column means, WL the row means', () => {
    const masks = bernoulliMasks([7, 5, 4], 0.5, 8)
    const { chain } = estimateChain(masks, { bins: 1 })
    const [first, last] = masks
    const columnMeans = Array.from(
      { length: 7 },
      (_, j) => first.data.filter((_, k) => k % 7 === j).reduce((a, b) => a + b, 0) / 5,
    )
    const rowMeans = Array.from(
      { length: 4 },
      (_, i) => last.data.slice(i * 5, i * 5 + 5).reduce((a, b) => a + b, 0) / 5,
    )
    expect(largestDifference(chain.W[0].data, columnMeans)).toBeLessThan(1e-15)
    expect(largestDifference(chain.W[1].data, rowMeans)).toBeLessThan(1e-15)
  })

  it('is the sorted masks themselves when every unit has its own bin', () => {
    const masks = bernoulliMasks([6, 9, 8, 3], 0.5, 5)
    const { chain } = estimateChain(masks, { bins: 64 })
    chain.W.forEach((m, i) => {
      expect([m.rows, m.cols]).toEqual([masks[i].rows, masks[i].cols])
      expect([...m.data].sort()).toEqual([...masks[i].data].sort())
    })
    // Shared positions: products along paths do not depend on how hidden units are placed.
    const paths = (matrices: readonly { rows: number; cols: number; data: ArrayLike<number> }[]) =>
      matrices.reduce((vector, { rows, cols, data }) => {
        return Array.from({ length: rows }, (_, r) =>
          vector.reduce((sum, value, c) => sum + data[r * cols + c] * value, 0),
        )
      }, new Array<number>(6).fill(1))
    expect(paths(chain.W)).toEqual(paths(masks))
  })

  it('does not depend on the names of hidden units, ties aside', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000 }), (seed) => {
        const masks = bernoulliMasks([50, 8, 7, 40], 0.5, seed)
        fc.pre(!hasTies(masks))
        const energies = masks.map(({ rows, cols, data }) => matrix(rows, cols, Float64Array.from(data)))
        const a = estimateChain(masks, { bins: 3, energies }).chain
        const b = estimateChain(relabelHidden(masks, seed), { bins: 3 }).chain
        a.W.forEach((m, i) => {
          expect([...m.data]).toEqual([...b.W[i].data])
          expect([...m.data]).toEqual([...a.V![i].data])
        })
      }),
      { seed: 2, numRuns: 20 },
    )
  })

  it('converges to a block graphon whose blocks differ in degree', () => {
    const ends = 200
    const columns = (values: number[]) => values.map((value) => new Array<number>(ends).fill(value))
    const truth = createChain({
      W: [
        matrixOf(columns([0.6, 0.2])),
        matrixOf([
          [0.8, 0.3],
          [0.3, 0.1],
        ]),
        transpose(matrixOf(columns([0.6, 0.2]))),
      ],
      measures: [Float64Array.of(0.5, 0.5), Float64Array.of(0.25, 0.75)],
    })
    const error = (n: number) =>
      distanceChains(estimateChain(sampleMasks(truth, [n, n], 1), { bins: 16 }).chain, truth, { norm: 'l2' })[1].value
    // Units fall into the right block; left are the noise of bins, which falls like 1/n, and sorting bias, like 1/√n.
    expect(error(128) / error(512)).toBeGreaterThan(2)
    const mean = 0.8 * 0.125 + 0.3 * (0.125 + 0.375) + 0.1 * 0.375
    const signal = distanceChains(
      truth,
      { ...truth, W: truth.W.map((m) => filled(m.rows, m.cols, mean)) },
      { norm: 'l2' },
    )
    expect(error(512)).toBeLessThan(signal[1].value / 10)
  })

  it('cannot see blocks of equal degrees: sorting by degree mixes them into a constant', () => {
    const shape = { inputs: 64, classes: 64, hidden: [2, 2] }
    const blocks = blockChain(shape, { blocks: 2, within: 0.6, between: 0.2 })
    const { chain } = estimateChain(sampleMasks(blocks, [512, 512], 1), { bins: 8 })
    expect(distanceChains(chain, constantChain(shape, 0.4), { norm: 'l2' })[1].value).toBeLessThan(0.05)
    expect(distanceChains(chain, blocks, { norm: 'l2' })[1].value).toBeGreaterThan(0.19)
  })

  it('refuses energies of other shapes, zero bins, and unknown estimators', () => {
    const masks = bernoulliMasks([4, 5, 2], 0.5, 1)
    expect(() => estimateChain(masks, { energies: [matrix(5, 4), matrix(2, 4)] })).toThrow(
      /2 × 5 for matrix 2, got 2 × 4/,
    )
    expect(() => estimateChain(masks, { energies: [matrix(5, 4)] })).toThrow(/2 energy matrices/)
    expect(() => estimateChain(masks, { bins: 0 })).toThrow(RangeError)
    expect(() => estimateChain(masks, { bins: NaN })).toThrow(RangeError)
    expect(() => estimateChain(masks, { estimator: 'kernel' as 'histogram' })).toThrow(/expected histogram/)
  })

  it('warns where bins hold too few units, and only there', () => {
    const masks = bernoulliMasks([4, 20, 64, 2], 0.5, 1)
    const { warnings: all } = estimateChain(masks, { bins: 16 })
    const warnings = all.filter(({ kind }) => kind !== 'dead-units')
    expect(warnings).toHaveLength(1)
    expect(warnings[0].kind).toBe('few-units-per-bin')
    expect(warnings[0].message).toMatch(/hidden layer 1: 20 units for 16 bins .* at most 5 bins/)
  })

  it('does not ask for fewer bins than one', () => {
    const coarse = (units: number, bins: number) =>
      estimateChain(bernoulliMasks([6, units, 5], 1, 1), { bins }).warnings.map(({ message }) => message)
    expect(coarse(1, 1)).toEqual([])
    expect(coarse(3, 1)).toEqual([])
    // A layer of one unit has one bin, whatever was asked for.
    expect(coarse(1, 64)).toEqual([])
    expect(coarse(3, 2)).toEqual([expect.stringMatching(/use at most 1 bin$/)])
  })

  it('finds a smooth graphon whose degrees decrease, the better the wider', () => {
    const shape = { inputs: 256, classes: 256, hidden: [8, 8] }
    const truth = degreeProductChain(shape, { density: 0.3, slope: 1.2 })
    const error = (n: number) => {
      const trials = [1, 2, 3, 4].map((seed) => estimateChain(sampleMasks(truth, [n, n], seed), { bins: 8 }).chain)
      return distanceChains(averageChains(trials), truth, { norm: 'l2' })[1].value
    }
    const [narrow, wide] = [error(64), error(512)]
    expect(wide).toBeLessThan(0.02)
    expect(wide).toBeLessThan(narrow / 3)
  })
})

/** Whether two units of a hidden layer have equal scores: in·Σout + out·Σin, in integers. */
function hasTies(masks: readonly Mask[]): boolean {
  return masks.slice(1).some((next, l) => {
    const [fanIn, fanOut] = [rowDegrees(masks[l]), columnDegrees(next)]
    const scores = Array.from(fanIn, (degree, i) => degree * next.kept + fanOut[i] * masks[l].kept)
    return new Set(scores).size < scores.length
  })
}

describe('estimateLayers', () => {
  it('sorts each hidden-to-hidden matrix by its own degrees and names it as a chain file does', () => {
    const masks = bernoulliMasks([6, 12, 9, 10, 3], 0.5, 3)
    const { layers } = estimateLayers(masks, { bins: 3 })
    expect(layers.matrices.map(({ index }) => index)).toEqual([1, 2])
    expect(layers.measures.map((measure) => measure.length)).toEqual([3, 3, 3])
    for (const { index, W } of layers.matrices) {
      const [rowMeasure, colMeasure] = [layers.measures[index], layers.measures[index - 1]]
      const rowMeans = [0, 1, 2].map((r) => [0, 1, 2].reduce((sum, c) => sum + W.data[r * 3 + c] * colMeasure[c], 0))
      const colMeans = [0, 1, 2].map((c) => [0, 1, 2].reduce((sum, r) => sum + W.data[r * 3 + c] * rowMeasure[r], 0))
      for (const means of [rowMeans, colMeans]) {
        expect(means[0]).toBeGreaterThanOrEqual(means[1] - 1e-12)
        expect(means[1]).toBeGreaterThanOrEqual(means[2] - 1e-12)
      }
    }
  })

  it('refuses a network without a hidden-to-hidden matrix', () => {
    expect(() => estimateLayers(bernoulliMasks([4, 5, 2], 0.5, 1))).toThrow(/at least 2 hidden layers, got 1/)
  })

  it('bends a constant graphon at the corners by the mean of its extreme degrees', () => {
    // The top 1/K of n degrees exceed the mean by φ(z)·K standard deviations, z the (1 − 1/K) quantile, on either axis.
    const [n, K, p, trials] = [1024, 64, 0.2, 24]
    const z = 2.1539
    const excess = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * K * Math.sqrt((p * (1 - p)) / n)
    let [rich, poor, highest] = [0, 0, 0]
    for (let trial = 0; trial < trials; trial++) {
      const square = erdosRenyiMask(n, n, Math.round(p * n * n), randomStream(trial, 'bias'))
      const { data } = estimateLayers([
        erdosRenyiMask(n, 1, n, randomStream(0)),
        square,
        erdosRenyiMask(1, n, n, randomStream(0)),
      ]).layers.matrices[0].W
      rich += data[0] / trials
      poor += data[K * K - 1] / trials
      highest += data.reduce((a, b) => Math.max(a, b)) / trials
    }
    const tolerance = (4 * binNoise(p, n / K)) / Math.sqrt(trials)
    expect(Math.abs(rich - (p + 2 * excess))).toBeLessThan(tolerance)
    expect(Math.abs(poor - (p - 2 * excess))).toBeLessThan(tolerance)
    expect(highest).toBeGreaterThan(0.3)
  })
})
