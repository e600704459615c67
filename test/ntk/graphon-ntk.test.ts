import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GraphonChain } from '../../src/graphon/chain/chain.js'
import { pathDensity } from '../../src/graphon/chain/path-density.js'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { filled, matrix, matrixOf, type Matrix } from '../../src/linalg/matrix.js'
import { parseActivation } from '../../src/network/activation.js'
import { defaultSigmaW2 } from '../../src/network/network.js'
import { denseNtk, pathScaledDense } from '../../src/ntk/dense-ntk.js'
import { graphonNtk } from '../../src/ntk/graphon-ntk.js'
import { classKernel } from '../../src/ntk/kernel.js'
import { constantChain, normalSamples, randomChain, relativeError } from './chains.js'
import { referencePair } from './reference.js'

const activations = ['relu', 'leaky-relu:0.3', 'erf', 'identity'].map(parseActivation)

describe.each(supportedKernelBuilds())('the recursion on the %s build', (build) => {
  const kernels = loadKernels(build)
  const x = normalSamples(7, 5, 1)
  const chain = randomChain({ d: 5, bins: [4, 3, 5], classes: 3, seed: 2, energies: true })

  it.each(activations)('agrees with position-by-position quadrature to 1e-10: $name $slope', (activation) => {
    for (const convention of ['masked', 'variance'] as const) {
      for (const sigmaB2 of [0, 0.3]) {
        const sigmaW2 = [1.5, 2, 0.7, 1.1]
        const { ntk, nngp } = graphonNtk(chain, x, { activation, convention, sigmaB2, sigmaW2, kernels })
        let worst = 0
        for (let a = 0; a < 7; a++) {
          for (let b = 0; b < 7; b++) {
            referencePair(chain, x, a, b, { activation, sigmaW2, sigmaB2, convention }).forEach(([k, theta], c) => {
              worst = Math.max(worst, Math.abs(classKernel(nngp, c)[a * 7 + b] - k))
              worst = Math.max(worst, Math.abs(classKernel(ntk, c)[a * 7 + b] - theta))
            })
          }
        }
        expect(worst).toBeLessThan(1e-12)
      }
    }
  })

  it('walks tiles of pairs that end in the middle of a row', () => {
    const many = normalSamples(61, 300, 3)
    const wide = randomChain({ d: 300, bins: [7, 9], classes: 2, seed: 4, energies: true })
    const { ntk } = graphonNtk(wide, many, { kernels })
    const options = {
      activation: parseActivation('relu'),
      sigmaW2: [1, 2, 1],
      sigmaB2: 0,
      convention: 'masked',
    } as const
    for (const [a, b] of [
      [0, 0],
      [0, 60],
      [4, 17],
      [17, 4],
      [30, 31],
      [59, 60],
      [60, 60],
    ]) {
      referencePair(wide, many, a, b, options).forEach(([, theta], c) =>
        expect(Math.abs(classKernel(ntk, c)[a * 61 + b] / theta - 1)).toBeLessThan(1e-12),
      )
    }
  })

  it('does not depend on which pairs share a tile: samples in reverse order give the kernel in reverse', () => {
    const many = normalSamples(61, 5, 22)
    const reversed = matrixOf(Array.from({ length: 61 }, (_, i) => [...many.data.subarray((60 - i) * 5, (61 - i) * 5)]))
    for (const activation of activations) {
      const forward = graphonNtk(chain, many, { activation, kernels })
      const backward = graphonNtk(chain, reversed, { activation, kernels })
      for (const name of ['ntk', 'nngp'] as const) {
        for (let c = 0; c < 3; c++) {
          const expected = classKernel(forward[name], c)
          const found = classKernel(backward[name], c).map((_, k, block) => block[61 * 61 - 1 - k])
          expect(relativeError(found, expected)).toBeLessThan(1e-13)
        }
      }
    }
  })

  it.each([-400, -200, 200])('is positively homogeneous for samples of any size: 2^%d', (exponent) => {
    const size = 2 ** exponent
    for (const name of ['relu', 'leaky-relu:0.3', 'identity']) {
      const activation = parseActivation(name)
      const scaled = matrix(
        7,
        5,
        x.data.map((value, k) => value * (k < 15 ? size : 1)),
      )
      const [plain, wide] = [x, scaled].map((samples) => graphonNtk(chain, samples, { activation, kernels }))
      const factor = (k: number): number => (Math.floor(k / 7) % 7 < 3 ? size : 1) * (k % 7 < 3 ? size : 1)
      for (const part of ['ntk', 'nngp'] as const) {
        const back = wide[part].data.map((value, k) => value / factor(k))
        expect(relativeError(back, plain[part].data)).toBeLessThan(1e-13)
      }
    }
  })

  it('has no correlation of opposite samples after ReLU, to the last bit', () => {
    const opposite = matrix(
      2,
      5,
      Float64Array.from([...x.data.subarray(0, 5), ...x.data.subarray(0, 5).map((v) => -v)]),
    )
    const shallow = randomChain({ d: 5, bins: [4], classes: 2, seed: 23 })
    const { ntk, nngp } = graphonNtk(shallow, opposite, { kernels })
    for (const { data } of [ntk, nngp]) for (const k of [1, 2, 5, 6]) expect(data[k]).toBe(0)
  })

  it('is the same to 1e-13 by dense products, where positions are few, and by rows', () => {
    // Beside a second, nearly dead position the first one is computed by rows, alone by dense products.
    const few = { W: [filled(1, 5, 0.7), matrixOf([[0.9]])], measures: [Float64Array.of(1)] }
    const more = {
      W: [matrixOf([[...filled(1, 5, 0.7).data], [1, 0.5, 0, 0.2, 0.1]]), matrixOf([[0.9, 0]])],
      measures: [Float64Array.of(0.5, 0.5)],
    }
    const many = normalSamples(61, 5, 22)
    for (let j = 0; j < 5; j++) {
      many.data[5 * 5 + j] = 0
      many.data[5 * 40 + j] = many.data[5 * 12 + j]
      many.data[5 * 41 + j] *= 2 ** -180
      many.data[5 * 42 + j] *= 2 ** 150
    }
    for (const activation of activations) {
      for (const sigmaB2 of [0, 0.5]) {
        const [dense, rows] = [few, more].map((network) =>
          graphonNtk(network, many, { activation, sigmaB2, sigmaW2: [1, network === few ? 1 : 2], kernels }),
        )
        for (const name of ['ntk', 'nngp'] as const) {
          const { data } = dense[name]
          expect(data.every(Number.isFinite)).toBe(true)
          for (let i = 0; i < 61; i++) {
            for (let j = 0; j < 61; j++) {
              const size = Math.sqrt(data[i * 62] * data[j * 62])
              expect(Math.abs(data[i * 61 + j] - rows[name].data[i * 61 + j])).toBeLessThanOrEqual(1e-13 * size)
            }
          }
          expect(Math.abs(data[12 * 61 + 40] / data[12 * 62] - 1)).toBeLessThan(1e-15)
        }
      }
    }
  })

  it('is symmetric to the last bit, and equal samples have equal entries', () => {
    const twice = matrix(6, 5, Float64Array.from([...x.data.subarray(0, 15), ...x.data.subarray(0, 15)]))
    const { ntk } = graphonNtk(chain, twice, { kernels })
    for (let c = 0; c < 3; c++) {
      const block = classKernel(ntk, c)
      for (let i = 0; i < 6; i++) {
        for (let j = 0; j < 6; j++) expect(block[i * 6 + j]).toBe(block[j * 6 + i])
        expect(block[i * 6 + ((i + 3) % 6)]).toBe(block[i * 6 + i])
      }
    }
  })
})

describe('constant graphons', () => {
  const x = normalSamples(6, 9, 5)
  const layers = [3, 4, 2]
  const dense = denseNtk([9, 1, 1, 1, 2], x)

  it.each([0.1, 0.5, 0.9])(
    'scale the dense kernel by c^(L+1) masked, c^L with a dense readout, c^L in variance',
    (c) => {
      const pruned = constantChain(c, 9, layers, 2)
      const readout: GraphonChain = { ...pruned, W: [...pruned.W.slice(0, 3), filled(2, 2, 1)] }
      const scaled = (power: number): Float64Array => dense.data.map((value) => c ** power * value)
      expect(relativeError(graphonNtk(pruned, x).ntk.data, scaled(4))).toBeLessThan(1e-13)
      expect(relativeError(graphonNtk(readout, x).ntk.data, scaled(3))).toBeLessThan(1e-13)
      expect(relativeError(graphonNtk(pruned, x, { convention: 'variance' }).ntk.data, scaled(3))).toBeLessThan(1e-13)
      expect(relativeError(graphonNtk(pruned, x, { rescale: 'layer' }).ntk.data, dense.data)).toBeLessThan(1e-13)
      expect(relativeError(graphonNtk(pruned, x, { rescale: 'fan-in' }).ntk.data, dense.data)).toBeLessThan(1e-13)
    },
  )
})

describe('constant densities and energies', () => {
  it('scale the masked kernel by w v^L: one own-layer factor and L of the chain', () => {
    const x = normalSamples(6, 9, 5)
    const { W, measures } = constantChain(0.3, 9, [3, 2], 2)
    const V = constantChain(0.7, 9, [3, 2], 2).W
    const dense = denseNtk([9, 1, 1, 2], x).data
    const { ntk, nngp } = graphonNtk({ W, V, measures }, x)
    expect(
      relativeError(
        ntk.data,
        dense.map((value) => 0.3 * 0.7 ** 2 * value),
      ),
    ).toBeLessThan(1e-13)
    const denseNngp = graphonNtk(constantChain(1, 9, [1, 1], 2), x).nngp.data
    expect(
      relativeError(
        nngp.data,
        denseNngp.map((value) => 0.7 ** 3 * value),
      ),
    ).toBeLessThan(1e-13)
  })
})

describe('densities apart from energies', () => {
  it('weigh the part of matrix l by the path density with W at l and V elsewhere', () => {
    const x = normalSamples(5, 6, 6)
    const chain = randomChain({ d: 6, bins: [3, 4, 2], classes: 2, seed: 5, denseFirst: true, energies: true })
    const V = [filled(3, 6, 1.3), ...chain.V!.slice(1)]
    const ones = constantChain(1, 6, [1, 1, 1], 2)
    const expected = new Float64Array(2 * 25)
    for (let l = 0; l < 4; l++) {
      // With W = 1 at l and 0 elsewhere, only the weights of matrix l are parameters.
      const only = (m: Matrix, k: number): Matrix => filled(m.rows, m.cols, k === l ? 1 : 0)
      const part = graphonNtk({ W: ones.W.map(only), V: ones.W, measures: ones.measures }, x).ntk
      const factor = pathDensity({ W: V.map((m, k) => (k === l ? chain.W[l] : m)), measures: chain.measures })
      part.data.forEach((value, k) => (expected[k] += value * factor.perClass[Math.floor(k / 25)]))
    }
    expect(relativeError(graphonNtk({ ...chain, V }, x).ntk.data, expected)).toBeLessThan(1e-12)
  })
})

describe('homogeneous collapse', () => {
  it('makes the masked kernel the dense one times the path density, for every chain with a dense first matrix', () => {
    const x = normalSamples(5, 6, 6)
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 1000 }),
        fc.constantFrom('relu', 'leaky-relu:0.3', 'identity'),
        (bins, seed, name) => {
          const chain = randomChain({ d: 6, bins, classes: 3, seed, denseFirst: true })
          const activation = parseActivation(name)
          const { data } = graphonNtk(chain, x, { activation }).ntk
          expect(relativeError(data, pathScaledDense(chain, x, { activation }).data)).toBeLessThan(1e-12)
        },
      ),
      { seed: 11, numRuns: 60 },
    )
  })

  it.each([
    ['a bias', { sigmaB2: 0.2 }, {}],
    ['an activation that is not homogeneous', { activation: parseActivation('erf') }, {}],
    ['energies', {}, { energies: true }],
    ['a first matrix with structure', {}, { denseFirst: false }],
  ])('fails with %s', (_, options, shape) => {
    const x = normalSamples(5, 6, 6)
    const chain = randomChain({ d: 6, bins: [3, 4], classes: 2, seed: 1, denseFirst: true, ...shape })
    const collapsed = pathScaledDense(chain, x, options)
    expect(relativeError(graphonNtk(chain, x, options).ntk.data, collapsed.data)).toBeGreaterThan(1e-2)
  })
})

/** The chain with its hidden positions re-ordered, `orders[l][new] = old`. */
function relabelled(chain: GraphonChain, orders: readonly (readonly number[])[]): GraphonChain {
  const pick = (m: Matrix, l: number): Matrix => {
    const rows = orders.at(l) ?? Array.from({ length: m.rows }, (_, u) => u)
    const cols = l > 0 ? orders[l - 1] : Array.from({ length: m.cols }, (_, v) => v)
    return matrixOf(rows.map((u) => cols.map((v) => m.data[u * m.cols + v])))
  }
  const hidden = orders.length
  const layer = (m: Matrix, l: number): Matrix => (l === hidden ? pick({ ...m }, l) : pick(m, l))
  return {
    W: chain.W.map(layer),
    ...(chain.V && { V: chain.V.map(layer) }),
    measures: chain.measures.map((measure, l) => Float64Array.from(orders[l], (u) => measure[u])),
  }
}

describe('invariance', () => {
  const x = normalSamples(6, 5, 8)
  const chain = randomChain({ d: 5, bins: [3, 4], classes: 2, seed: 9, energies: true })
  const options = { sigmaB2: 0.1, activation: parseActivation('erf') }
  const reference = graphonNtk(chain, x, options).ntk.data

  it('holds under a relabelling of hidden positions', () => {
    const other = relabelled(chain, [
      [2, 0, 1],
      [3, 1, 0, 2],
    ])
    expect(relativeError(graphonNtk(other, x, options).ntk.data, reference)).toBeLessThan(1e-13)
  })

  it('holds under a refinement of bins', () => {
    const shares = [0.25, 0.75]
    const split = relabelled(chain, [
      [0, 0, 1, 1, 2, 2],
      [0, 0, 1, 1, 2, 2, 3, 3],
    ])
    const measures = split.measures.map((measure) => measure.map((value, k) => value * shares[k % 2]))
    expect(relativeError(graphonNtk({ ...split, measures }, x, options).ntk.data, reference)).toBeLessThan(1e-13)
  })

  it('holds under an order of samples, entry by entry', () => {
    const order = [3, 1, 5, 0, 2, 4]
    const permuted = matrixOf(order.map((i) => [...x.data.subarray(i * 5, i * 5 + 5)]))
    const { ntk } = graphonNtk(chain, permuted, options)
    const expected = Float64Array.from({ length: 36 }, (_, k) => reference[order[Math.floor(k / 6)] * 6 + order[k % 6]])
    expect(relativeError(classKernel(ntk, 0), expected)).toBeLessThan(1e-13)
  })
})

describe('dead positions', () => {
  const x = normalSamples(4, 3, 10)
  const W = [
    matrixOf([
      [1, 0.5, 0.2],
      [0, 0, 0],
    ]),
    matrixOf([[0.3, 0.8]]),
  ]
  const measures = [Float64Array.of(0.6, 0.4)]

  it('give ReLU nothing: the kernel is that of the living positions', () => {
    const living = { W: [matrixOf([[1, 0.5, 0.2]]), matrixOf([[0.3 * 0.6]])], measures: [Float64Array.of(1)] }
    const [dead, alive] = [graphonNtk({ W, measures }, x), graphonNtk(living, x)]
    expect(relativeError(dead.ntk.data, alive.ntk.data)).toBeLessThan(1e-14)
    expect(relativeError(dead.nngp.data, alive.nngp.data)).toBeLessThan(1e-14)
  })

  it('are alive with a bias', () => {
    const { ntk } = graphonNtk({ W, measures }, x, { sigmaB2: 0.5 })
    const options = {
      activation: parseActivation('relu'),
      sigmaW2: [1, 1],
      sigmaB2: 0.5,
      convention: 'masked',
    } as const
    const [[, theta]] = referencePair({ W, measures }, x, 0, 1, options)
    expect(ntk.data[1]).toBeCloseTo(theta, 13)
  })

  it('stay dead whatever the rescaling, and never give NaN', () => {
    for (const rescale of ['none', 'layer', 'fan-in'] as const) {
      for (const convention of ['masked', 'variance'] as const) {
        for (const activation of activations) {
          const { ntk, nngp } = graphonNtk({ W, measures }, x, { rescale, convention, activation })
          expect([...ntk.data, ...nngp.data].every(Number.isFinite)).toBe(true)
        }
      }
    }
    const nothing = graphonNtk({ W: [filled(2, 3, 0), W[1]], measures }, x, { rescale: 'layer' })
    expect([...nothing.ntk.data, ...nothing.nngp.data].every((value) => value === 0)).toBe(true)
  })

  it('carry a sample of zeros', () => {
    const zeros = matrix(3, 3, Float64Array.from([0, 0, 0, 1, 2, 3, -1, 0, 1]))
    for (const activation of activations) {
      const { ntk } = graphonNtk({ W, measures }, zeros, { activation })
      expect(ntk.data.every(Number.isFinite)).toBe(true)
      expect(ntk.data[0]).toBe(0)
    }
  })
})

describe('closed forms', () => {
  it('gives a linear network (L + 1) times its covariance', () => {
    const x = normalSamples(4, 6, 12)
    const { ntk, nngp } = graphonNtk(constantChain(1, 6, [2, 2, 2], 1), x, { activation: { name: 'identity' } })
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) {
        let dot = 0
        for (let p = 0; p < 6; p++) dot += (x.data[i * 6 + p] * x.data[j * 6 + p]) / 6
        expect(nngp.data[i * 4 + j]).toBeCloseTo(dot, 13)
        expect(ntk.data[i * 4 + j]).toBeCloseTo(4 * dot, 13)
      }
    }
  })

  it('is the weighted linear kernel when there is no hidden layer', () => {
    const x = normalSamples(3, 2, 13)
    const chain = { W: [matrixOf([[0.5, 1]])], V: [matrixOf([[0.2, 3]])], measures: [] }
    const { ntk, nngp } = graphonNtk(chain, x, { sigmaW2: [2], sigmaB2: 0.1 })
    const [[a, b], [p, q]] = [0, 1].map((i) => [x.data[i * 2], x.data[i * 2 + 1]])
    expect(ntk.data[1]).toBeCloseTo(0.5 * a * p + b * q + 0.1, 14)
    expect(nngp.data[1]).toBeCloseTo(0.2 * a * p + 3 * b * q + 0.1, 14)
  })

  it('ignores the energies when weights are re-drawn', () => {
    const x = normalSamples(4, 5, 14)
    const chain = randomChain({ d: 5, bins: [3], classes: 2, seed: 15, energies: true })
    const { W, measures } = chain
    const redrawn = graphonNtk(chain, x, { weights: 'redrawn' })
    expect(redrawn).toEqual(graphonNtk({ W, measures }, x))
    expect(redrawn).toEqual(graphonNtk({ W, V: W, measures }, x))
    expect(relativeError(graphonNtk(chain, x).ntk.data, redrawn.ntk.data)).toBeGreaterThan(0.01)
  })

  it('divides σ_w² by mean densities: layer by the matrix, fan-in by each row', () => {
    const x = normalSamples(4, 5, 16)
    const chain = randomChain({ d: 5, bins: [3, 2], classes: 2, seed: 17, energies: true })
    const inputs = [new Float64Array(5).fill(0.2), ...chain.measures]
    const outputs = [...chain.measures, Float64Array.of(0.5, 0.5)]
    const rowMeans = chain.W.map((m, l) =>
      Array.from({ length: m.rows }, (_, u) => inputs[l].reduce((sum, w, v) => sum + w * m.data[u * m.cols + v], 0)),
    )
    const means = rowMeans.map((rows, l) => rows.reduce((sum, value, u) => sum + value * outputs[l][u], 0))
    const sigmaW2 = defaultSigmaW2({ name: 'relu' }, 3).map((s, l) => s / means[l])
    const layer = graphonNtk(chain, x, { rescale: 'layer' }).ntk.data
    expect(relativeError(layer, graphonNtk(chain, x, { sigmaW2 }).ntk.data)).toBeLessThan(1e-13)
    // A row factor on both W and V is the same as a factor on σ_w², as long as densities stay within [0, 1].
    const small = 0.01
    const divide = (m: Matrix, l: number): Matrix =>
      matrix(
        m.rows,
        m.cols,
        m.data.map((value, k) => (small * value) / rowMeans[l][Math.floor(k / m.cols)]),
      )
    const divided = { W: chain.W.map(divide), V: chain.V!.map(divide), measures: chain.measures }
    const expected = graphonNtk(divided, x, { sigmaW2: [1, 2, 1].map((s) => s / small) }).ntk.data
    expect(relativeError(graphonNtk(chain, x, { rescale: 'fan-in' }).ntk.data, expected)).toBeLessThan(1e-12)
  })

  it('gives each class the kernel of its own row', () => {
    const x = normalSamples(4, 5, 18)
    const chain = randomChain({ d: 5, bins: [3], classes: 3, seed: 19 })
    const row = (c: number): GraphonChain => ({
      ...chain,
      W: [chain.W[0], matrix(1, 3, chain.W[1].data.slice(3 * c, 3 * c + 3))],
    })
    const { ntk } = graphonNtk(chain, x)
    for (let c = 0; c < 3; c++) expect(classKernel(ntk, c)).toEqual(graphonNtk(row(c), x).ntk.data)
  })
})

describe('arguments', () => {
  const x = normalSamples(3, 4, 20)
  const chain = constantChain(0.5, 4, [2], 2)
  it('are refused by name', () => {
    expect(() => graphonNtk(chain, normalSamples(3, 5, 1))).toThrow(/expected samples of 4 coordinates, got 5/)
    expect(() => graphonNtk(chain, matrix(0, 4))).toThrow(/at least one sample/)
    expect(() => graphonNtk(chain, matrix(1, 4, Float64Array.of(0, NaN, 0, 0)))).toThrow(
      /NaN at sample 0, coordinate 1/,
    )
    expect(() => graphonNtk(chain, x, { sigmaW2: [1] })).toThrow(/expected 2 values of sigmaW2/)
    expect(() => graphonNtk(chain, x, { sigmaW2: [1, NaN] })).toThrow(/positive finite sigmaW2/)
    expect(() => graphonNtk(chain, x, { sigmaB2: -1 })).toThrow(/sigmaB2/)
    expect(() => graphonNtk({ ...chain, measures: [] }, x)).toThrow(RangeError)
  })

  it('report progress that ends at one', () => {
    const shares: number[] = []
    graphonNtk(chain, normalSamples(40, 4, 21), { onProgress: (share) => shares.push(share) })
    expect(shares.at(-1)).toBe(1)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
  })
})
