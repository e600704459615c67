import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distanceChains } from '../../../src/graphon/distances/chains.js'
import { distance } from '../../../src/graphon/distances/distance.js'
import { normNames } from '../../../src/graphon/distances/norms.js'
import { expand, refineChain } from '../../../src/graphon/chain/refine.js'
import { blockChain, constantChain, degreeProductChain } from '../../../src/graphon/sample/sample.js'
import { filled, matrix, matrixOf, transpose, type Matrix } from '../../../src/linalg/matrix.js'
import { randomMatrix, randomMeasure } from '../support.js'

/** Every S and every T: 2^rows · 2^cols sums. */
function bruteForceCut({ rows, cols, data }: Matrix, row?: Float64Array, col?: Float64Array): number {
  let best = 0
  for (let S = 0; S < 2 ** rows; S++) {
    for (let T = 0; T < 2 ** cols; T++) {
      let sum = 0
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < cols; j++) {
          if ((S >> i) & (T >> j) & 1) sum += data[i * cols + j] * (row ? row[i] : 1 / rows) * (col ? col[j] : 1 / cols)
        }
      }
      best = Math.max(best, Math.abs(sum))
    }
  }
  return best
}

const side = fc.integer({ min: 1, max: 6 })

describe('distance', () => {
  it('is the brute-force cut norm on small rectangles, with and without measures', () => {
    fc.assert(
      fc.property(side, side, fc.nat(), (rows, cols, seed) => {
        const a = randomMatrix(rows, cols, seed)
        const zero = matrix(rows, cols)
        const plain = distance(a, zero, { norm: 'cut' })
        expect(plain.value).toBeCloseTo(bruteForceCut(a), 12)
        expect(plain).toMatchObject({ lower: plain.value, upper: plain.value, exact: true })
        const [rowMeasure, colMeasure] = [randomMeasure(rows, seed + 1), randomMeasure(cols, seed + 2)]
        const weighted = distance(a, zero, { norm: 'cut', rowMeasure, colMeasure }).value
        expect(weighted).toBeCloseTo(bruteForceCut(a, rowMeasure, colMeasure), 12)
      }),
      { seed: 5, numRuns: 40 },
    )
  })

  it('has l1 = mean |A − B| and l2 = √ mean (A − B)², and cut ≤ l1 ≤ l2', () => {
    const [a, b] = [randomMatrix(9, 13, 3), randomMatrix(9, 13, 4)]
    const differences = [...a.data].map((value, k) => value - b.data[k])
    const l1 = distance(a, b, { norm: 'l1' }).value
    const l2 = distance(a, b, { norm: 'l2' }).value
    expect(l1).toBeCloseTo(differences.reduce((sum, value) => sum + Math.abs(value), 0) / 117, 13)
    expect(l2).toBeCloseTo(Math.hypot(...differences) / Math.sqrt(117), 13)
    expect(distance(a, b, { norm: 'cut' }).value).toBeLessThan(l1)
    expect(l1).toBeLessThan(l2)
  })

  it.each(normNames)(
    'is a metric: %s is zero on the diagonal, symmetric, and obeys the triangle inequality',
    (norm) => {
      fc.assert(
        fc.property(side, fc.integer({ min: 1, max: 30 }), fc.nat(), (rows, cols, seed) => {
          const [a, b, c] = [0, 1, 2].map((k) => randomMatrix(rows, cols, seed + k))
          const d = (x: Matrix, y: Matrix) => distance(x, y, { norm }).value
          expect(d(a, a)).toBe(0)
          expect(d(a, b)).toBeCloseTo(d(b, a), 13)
          expect(d(a, c)).toBeLessThanOrEqual(d(a, b) + d(b, c) + 1e-12)
        }),
        { seed: 6, numRuns: 30 },
      )
    },
  )

  it.each(normNames)('is the absolute value of a constant difference in %s, exactly', (norm) => {
    for (const n of [5, 32]) {
      const result = distance(filled(n, n, 0.25), filled(n, n, 0.75), { norm })
      expect(result).toMatchObject({ norm, value: 0.5, lower: 0.5, upper: 0.5, exact: true })
    }
  })

  it.each(normNames)('does not change when bins are split, in %s', (norm) => {
    const [a, b] = [randomMatrix(3, 4, 1), randomMatrix(3, 4, 2)]
    const [rowMeasure, colMeasure] = [randomMeasure(3, 3), randomMeasure(4, 4)]
    const whole = distance(a, b, { norm, rowMeasure, colMeasure }).value
    const rowFrom = Int32Array.of(0, 1, 1, 2)
    const split = Float64Array.of(rowMeasure[0], 0.3 * rowMeasure[1], 0.7 * rowMeasure[1], rowMeasure[2])
    const parts = distance(expand(a, rowFrom), expand(b, rowFrom), { norm, rowMeasure: split, colMeasure }).value
    expect(parts).toBeCloseTo(whole, 13)
  })

  it('refuses unequal shapes, entries that are not numbers, bad measures and unknown norms', () => {
    const a = matrixOf([[1, 2]])
    expect(() => distance(a, transpose(a), { norm: 'l1' })).toThrow(/equal shapes, got 1 × 2 and 2 × 1/)
    expect(() => distance(a, matrixOf([[1, NaN]]), { norm: 'cut' })).toThrow(/NaN at row 0, column 1 of the second/)
    expect(() => distance(a, a, { norm: 'l2', colMeasure: Float64Array.of(0.5, 0.6) })).toThrow(
      /sums to 1, got sum 1.1/,
    )
    expect(() => distance(a, a, { norm: 'l2', rowMeasure: Float64Array.of(0.5, 0.5) })).toThrow(
      /1 entries in rowMeasure/,
    )
    expect(() => distance(a, a, { norm: 'l3' as 'l2' })).toThrow(/l1, l2, cut/)
    expect(() => distance(matrix(0, 2), matrix(0, 2), { norm: 'cut' })).toThrow(/non-empty/)
  })
})

describe('distanceChains', () => {
  const shape = { inputs: 6, classes: 3, hidden: [4, 6] }

  it('is |a − b| for constant chains, however their hidden layers are cut', () => {
    const a = constantChain(shape, 0.25)
    const b = constantChain({ ...shape, hidden: [5, 9] }, 0.75)
    for (const norm of normNames) {
      const distances = distanceChains(a, b, { norm })
      expect(distances).toHaveLength(3)
      for (const { value, exact } of distances) {
        expect(exact).toBe(true)
        expect(value).toBeCloseTo(0.5, 13)
      }
    }
  })

  it('does not change when a chain is written on finer bins', () => {
    const a = blockChain({ ...shape, hidden: [4, 4] }, { blocks: 2, within: 0.6, between: 0.1 })
    const b = degreeProductChain({ ...shape, hidden: [4, 4] }, { density: 0.3, slope: 1 })
    const finer = refineChain(a, [randomMeasure(3, 1), randomMeasure(5, 2)])
    for (const norm of normNames) {
      const values = distanceChains(a, b, { norm }).map(({ value }) => value)
      distanceChains(finer, b, { norm }).forEach(({ value }, i) => expect(value).toBeCloseTo(values[i], 13))
      for (const { value } of distanceChains(a, finer, { norm })) expect(value).toBeCloseTo(0, 15)
    }
  })

  it('weights bins by their measures', () => {
    const W = (value: number) => [matrixOf([[value], [0]]), matrixOf([[0, 0]])]
    const measures = [Float64Array.of(0.1, 0.9)]
    const [first] = distanceChains({ W: W(1), measures }, { W: W(0), measures }, { norm: 'l1' })
    expect(first.value).toBeCloseTo(0.1, 15)
  })

  it('refuses chains of different depth, inputs or classes', () => {
    const a = constantChain(shape, 0.5)
    const other = (change: object) => () =>
      distanceChains(a, constantChain({ ...shape, ...change }, 0.5), { norm: 'l1' })
    expect(other({ hidden: [4] })).toThrow(/numbers of weight matrices, got 3 and 2/)
    expect(other({ inputs: 7 })).toThrow(/numbers of input coordinates, got 6 and 7/)
    expect(other({ classes: 2 })).toThrow(/numbers of classes, got 3 and 2/)
  })
})
