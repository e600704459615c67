import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distance } from '../../../../src/graphon/distances/distance.js'
import { normNames } from '../../../../src/graphon/distances/norms.js'
import { relabelledChains, relabelledDistance } from '../../../../src/graphon/distances/relabel/relabel.js'
import { rearranged } from '../../../../src/graphon/distances/relabel/lower/rearranged.js'
import { expand } from '../../../../src/graphon/chain/refine.js'
import { blockChain, constantChain, degreeProductChain } from '../../../../src/graphon/sample/sample.js'
import { filled, matrix, matrixOf, type Matrix } from '../../../../src/linalg/matrix.js'
import { permutation, randomStream } from '../../../../src/random/random.js'
import { randomMatrix, randomMeasure } from '../../support.js'
import { orders } from '../orders.js'

/** The least distance over all permutations of rows and columns. */
function leastOverPermutations(a: Matrix, b: Matrix, norm: (typeof normNames)[number]): number {
  let least = Infinity
  for (const rows of orders(a.rows)) {
    for (const cols of orders(a.cols)) least = Math.min(least, distance(expand(a, rows, cols), b, { norm }).value)
  }
  return least
}

const shuffled = (m: Matrix, seed: number): Matrix =>
  expand(m, permutation(m.rows, randomStream(seed, 'rows')), permutation(m.cols, randomStream(seed, 'cols')))

describe('relabelledDistance', () => {
  it.each(normNames)('is the least %s distance over all permutations where these are few, or less', (norm) => {
    for (let seed = 0; seed < 6; seed++) {
      const [rows, cols] = [
        [4, 4],
        [5, 4],
        [3, 2],
      ][seed % 3]
      const [a, b] = [randomMatrix(rows, cols, 2 * seed, 'uniform'), randomMatrix(rows, cols, 2 * seed + 1, 'uniform')]
      const least = leastOverPermutations(a, b, norm)
      const { lower, upper, value } = relabelledDistance(a, b, { norm })
      expect(lower).toBeGreaterThan(0)
      expect(lower).toBeLessThanOrEqual(upper)
      expect(value).toBeCloseTo(upper, 12)
      // Couplings that divide bins can only be closer.
      expect(upper).toBeLessThanOrEqual(least * (1 + 1e-12))
    }
  })

  it.each(normNames)('is zero in %s for a matrix and itself relabelled, with the relabelling that shows it', (norm) => {
    for (const [rows, cols, seed] of [
      [12, 12, 1],
      [7, 20, 2],
      [40, 30, 3],
    ]) {
      const a = randomMatrix(rows, cols, seed)
      const b = shuffled(a, seed)
      const { lower, upper, exact, relabel } = relabelledDistance(a, b, { norm })
      expect([lower, upper, exact]).toEqual([0, 0, true])
      expect(expand(a, Int32Array.from(relabel.rows!), Int32Array.from(relabel.cols!)).data).toEqual(b.data)
      expect(relabel.unmoved[0]).toBe(distance(a, b, { norm }).lower)
    }
  })

  it('recovers blocks whose rows all have one degree', () => {
    const blocks = matrix(
      24,
      24,
      Float64Array.from({ length: 576 }, (_, k) => (Math.floor(k / 24) % 3 === k % 3 ? 0.8 : 0.1)),
    )
    expect(relabelledDistance(blocks, shuffled(blocks, 4), { norm: 'cut' }).upper).toBe(0)
  })

  it('does not lie above the distance as they are, nor below any invariant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 9 }), fc.nat(), (rows, cols, seed) => {
        const [a, b] = [randomMatrix(rows, cols, seed, 'uniform'), randomMatrix(rows, cols, seed + 1, 'uniform')]
        for (const norm of normNames) {
          const { lower, upper, relabel } = relabelledDistance(a, b, { norm })
          expect(lower).toBeLessThanOrEqual(upper)
          expect(upper).toBeLessThanOrEqual(relabel.unmoved[1] * (1 + 1e-12))
          const mean = ({ data }: Matrix) => data.reduce((total, value) => total + value, 0) / data.length
          expect(lower).toBeGreaterThanOrEqual(Math.abs(mean(a) - mean(b)) * (1 - 1e-9) - 1e-12)
        }
      }),
      { seed: 3, numRuns: 15 },
    )
  })

  it('sees that step functions of different sizes are the same function', () => {
    const a = randomMatrix(6, 4, 5, 'uniform')
    const finer = expand(
      a,
      Int32Array.from({ length: 12 }, (_, i) => i >> 1),
      Int32Array.from({ length: 12 }, (_, j) => Math.floor(j / 3)),
    )
    const { upper, lower } = relabelledDistance(a, finer, { norm: 'cut' })
    expect(lower).toBe(0)
    expect(upper).toBeLessThan(1e-14)
  })

  it('moves bins of unequal measure as intervals', () => {
    // Two blocks of measures .3 and .7 against .7 and .3: the exchange of two intervals makes them equal.
    const [a, b] = [matrixOf([[1], [0]]), matrixOf([[0], [1]])]
    const { upper } = relabelledDistance(
      a,
      b,
      { norm: 'l1' },
      { row: Float64Array.of(0.3, 0.7) },
      { row: Float64Array.of(0.7, 0.3) },
    )
    expect(upper).toBeLessThan(1e-14)
  })

  it('couples bins of different numbers and measures: shuffled copies of one function are at distance 0', () => {
    const block = randomMatrix(4, 5, 9, 'uniform')
    const finer = (rows: number, cols: number, seed: number) =>
      shuffled(
        expand(
          block,
          Int32Array.from({ length: rows }, (_, i) => i % 4),
          Int32Array.from({ length: cols }, (_, j) => j % 5),
        ),
        seed,
      )
    for (const norm of normNames) {
      const { lower, upper, relabel } = relabelledDistance(finer(12, 15, 1), finer(8, 10, 2), { norm })
      expect(lower).toBeLessThan(1e-6)
      expect(upper).toBeLessThan(1e-14)
      // The couplings are shown, and their marginals are the bins' measures.
      const { measure, b } = relabel.coupling!.rows!
      const sums = Array.from({ length: 8 }, (_, bin) => measure.reduce((sum, m, k) => sum + (b[k] === bin ? m : 0), 0))
      for (const sum of sums) expect(sum).toBeCloseTo(1 / 8, 13)
      expect(relabel.coupling!.rows!.a).toEqual(relabel.rows)
    }
  })

  it('encloses the distance also when the search is stopped at once', () => {
    const [a, b] = [randomMatrix(9, 8, 1, 'uniform'), randomMatrix(6, 8, 2, 'uniform')]
    for (const norm of normNames) {
      const stopped = relabelledDistance(a, b, { norm, keepOn: () => false })
      const whole = relabelledDistance(a, b, { norm })
      expect(stopped.lower).toBe(whole.lower)
      expect(stopped.upper).toBeGreaterThanOrEqual(whole.upper * (1 - 1e-12))
      expect(whole.lower).toBeLessThanOrEqual(whole.upper)
    }
  })

  it('is the same from both sides, as far as the bounds go', () => {
    const [a, b] = [randomMatrix(7, 9, 1, 'uniform'), randomMatrix(10, 6, 2, 'uniform')]
    for (const norm of normNames) {
      const [there, back] = [relabelledDistance(a, b, { norm }), relabelledDistance(b, a, { norm })]
      expect(there.lower).toBeLessThanOrEqual(back.upper)
      expect(back.lower).toBeLessThanOrEqual(there.upper)
      expect(there.lower).toBeCloseTo(back.lower, 8)
    }
  })

  it('is |a − b| exactly for constants at any scale', () => {
    for (const scale of [1, 2 ** -1000, 2 ** 1000]) {
      const result = relabelledDistance(filled(5, 6, 0.25 * scale), filled(5, 6, 0.75 * scale), { norm: 'cut' })
      expect(result.value).toBeCloseTo(0.5 * scale, 12)
      expect(result.lower / result.upper).toBeCloseTo(1, 12)
    }
  })

  it('refuses what distance refuses', () => {
    expect(() => relabelledDistance(matrix(0, 1), matrix(1, 1), { norm: 'cut' })).toThrow(/non-empty/)
    expect(() => relabelledDistance(matrixOf([[1]]), matrixOf([[NaN]]), { norm: 'cut' })).toThrow(/NaN .* second/)
    const bad = { row: Float64Array.of(0.5) }
    expect(() => relabelledDistance(matrixOf([[1]]), matrixOf([[1]]), { norm: 'cut' }, bad)).toThrow(
      /sums to 1, got sum 0.5/,
    )
  })
})

describe('relabelledChains', () => {
  const shape = { inputs: 6, classes: 3, hidden: [8, 8] }

  it('is zero when hidden units are renamed, the same way on both sides', () => {
    const a = degreeProductChain(shape, { density: 0.3, slope: 1 })
    const noisy = a.W.map((m, l) => {
      const noise = randomMatrix(m.rows, m.cols, l, 'uniform')
      return matrix(
        m.rows,
        m.cols,
        m.data.map((value, k) => value * (0.5 + 0.5 * noise.data[k])),
      )
    })
    const chain = { W: noisy, measures: a.measures }
    const [one, two] = [1, 2].map((seed) => permutation(8, randomStream(seed, 'hidden')))
    const maps = [undefined, one, two, undefined]
    const renamed = { W: noisy.map((m, l) => expand(m, maps[l + 1], maps[l])), measures: a.measures }
    const results = relabelledChains(chain, renamed, { norm: 'cut' })
    expect(results.map(({ upper }) => upper)).toEqual([0, 0, 0])
    expect(results[0].relabel).toMatchObject({ rows: [...one], cols: null })
    expect(results[1].relabel).toMatchObject({ rows: [...two], cols: [...one] })
    expect(results[2].relabel).toMatchObject({ rows: null, cols: [...two] })
    // Renaming on one side of a layer only is another network.
    const torn = { W: [renamed.W[0], noisy[1], noisy[2]], measures: a.measures }
    expect(relabelledChains(chain, torn, { norm: 'cut' }).some(({ upper }) => upper > 0)).toBe(true)
  })

  it('is zero for one chain on different bins, its hidden units renamed', () => {
    const blocks = [3, 4]
    const W = [randomMatrix(3, 6, 1, 'uniform'), randomMatrix(4, 3, 2, 'uniform'), randomMatrix(3, 4, 3, 'uniform')]
    const on = (times: number, seed: number) => {
      const maps = blocks.map((n, l) => permutation(n * times, randomStream(seed, l)).map((k) => k % n))
      const all = [undefined, ...maps, undefined]
      const measures = blocks.map((n) => new Float64Array(n * times).fill(1 / (n * times)))
      return { W: W.map((m, l) => expand(m, all[l + 1], all[l])), measures }
    }
    for (const norm of normNames) {
      for (const { lower, upper } of relabelledChains(on(2, 1), on(3, 2), { norm })) {
        expect(lower).toBeLessThan(1e-6)
        expect(upper).toBeLessThan(1e-14)
      }
    }
  })

  it('encloses |a − b| for constant chains, however their hidden layers are cut', () => {
    const a = constantChain({ ...shape, hidden: [4, 6] }, 0.25)
    const b = constantChain({ ...shape, hidden: [5, 9] }, 0.75)
    for (const norm of normNames) {
      for (const { lower, upper } of relabelledChains(a, b, { norm })) {
        expect(lower).toBeCloseTo(0.5, 10)
        expect(upper).toBeCloseTo(0.5, 12)
      }
    }
  })

  it('tells a block chain from a constant one of the same degrees: its singular values differ', () => {
    const blocks = blockChain({ ...shape, hidden: [8, 8] }, { blocks: 2, within: 0.9, between: 0.1 })
    const flat = constantChain(shape, 0.5)
    const [, middle] = relabelledChains(blocks, flat, { norm: 'cut' })
    // A − ½ is ±.4 with one singular value .4: .4⁴ ≤ s² ‖D‖₁ ‖D‖_□ with s = .8 and ‖D‖₁ = .4.
    expect(middle.lower).toBeCloseTo(0.1, 10)
    expect(middle.upper).toBeCloseTo(0.1, 12)
    expect(middle.bounds.lower).toBe('singular values')
  })

  it('refuses chains of different depth', () => {
    expect(() =>
      relabelledChains(constantChain(shape, 0.5), constantChain({ ...shape, hidden: [4] }, 0.5), { norm: 'l1' }),
    ).toThrow(/relabelledChains: expected two chains with equal numbers of weight matrices, got 3 and 2/)
  })
})

it('rearranges in order: no permutation brings two functions closer, in mean or in square', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(), fc.constantFrom(1 as const, 2 as const), (n, seed, power) => {
      const [f, g] = [randomMatrix(1, n, seed).data, randomMatrix(1, n, seed + 1).data]
      const even = new Float64Array(n).fill(1 / n)
      const apart = (order: Int32Array) =>
        g.reduce((total, value, i) => total + Math.abs(f[order[i]] - value) ** power / n, 0)
      expect(rearranged(f, g, even, even, power)).toBeCloseTo(Math.min(...orders(n).map(apart)), 12)
      const measure = randomMeasure(n, seed)
      const same = f.reduce((total, value, i) => total + measure[i] * Math.abs(value - g[i]) ** power, 0)
      expect(rearranged(f, g, measure, measure, power)).toBeLessThanOrEqual(same + 1e-12)
    }),
    { seed: 7, numRuns: 60 },
  )
})
