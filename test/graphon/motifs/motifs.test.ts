import { describe, expect, it } from 'vitest'
import { distance } from '../../../src/graphon/distances/distance.js'
import {
  countingBound,
  injectiveMotifDensities,
  motifDensities,
  motifNames,
  motifs,
  pathDensities,
} from '../../../src/graphon/motifs/motifs.js'
import { filled, matrix, transpose, type Matrix } from '../../../src/linalg/matrix.js'
import { bernoulliMasks, randomMatrix, randomMeasure } from '../support.js'

/** Edges of each motif as (row vertex, column vertex). */
const graphs: Record<string, readonly (readonly [number, number])[]> = {
  edge: [[0, 0]],
  'row-cherry': [
    [0, 0],
    [0, 1],
  ],
  'column-cherry': [
    [0, 0],
    [1, 0],
  ],
  path3: [
    [0, 0],
    [1, 0],
    [1, 1],
  ],
  path4: [
    [0, 0],
    [1, 0],
    [1, 1],
    [2, 1],
  ],
  path5: [
    [0, 0],
    [1, 0],
    [1, 1],
    [2, 1],
    [2, 2],
  ],
  'cycle-4': [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ],
  'cycle-6': [
    [0, 0],
    [1, 0],
    [1, 1],
    [2, 1],
    [2, 2],
    [0, 2],
  ],
}

/** Every assignment of `count` vertices to `n` units. */
function* assignments(count: number, n: number): Generator<number[]> {
  for (let code = 0; code < n ** count; code++) {
    yield Array.from({ length: count }, (_, k) => Math.floor(code / n ** k) % n)
  }
}

/** The definition: a sum over all places of the motif's vertices. */
function byDefinition(
  name: string,
  W: Matrix,
  rowWeight: (places: number[]) => number,
  colWeight: (places: number[]) => number,
): number {
  const edges = graphs[name]
  const [rowCount, colCount] = [0, 1].map((side) => 1 + Math.max(...edges.map((edge) => edge[side])))
  let sum = 0
  for (const u of assignments(rowCount, W.rows)) {
    for (const v of assignments(colCount, W.cols)) {
      const product = edges.reduce((value, [i, j]) => value * W.data[u[i] * W.cols + v[j]], 1)
      sum += product * rowWeight(u) * colWeight(v)
    }
  }
  return sum
}

const different = (places: number[]) => (new Set(places).size === places.length ? 1 : 0)
const falling = (n: number, k: number) => Array.from({ length: k }, (_, i) => n - i).reduce((a, b) => a * b, 1)

describe('motif densities', () => {
  const W = randomMatrix(4, 5, 1, 'uniform')
  const [rowMeasure, colMeasure] = [randomMeasure(4, 2), randomMeasure(5, 3)]
  const product = (measure: Float64Array) => (places: number[]) => places.reduce((p, i) => p * measure[i], 1)

  it.each(motifNames)('%s is the sum over all places of its vertices', (name) => {
    const expected = byDefinition(name, W, product(rowMeasure), product(colMeasure))
    expect(motifDensities(W, { rowMeasure, colMeasure }).get(name)).toBeCloseTo(expected, 13)
    expect(motifs[name].edges).toBe(graphs[name].length)
  })

  it('is p^e in a constant graphon', () => {
    const found = motifDensities(filled(3, 7, 0.3))
    for (const name of motifNames) expect(found.get(name)).toBeCloseTo(0.3 ** motifs[name].edges, 14)
  })

  it('exchanges the cherries and keeps the cycles when the sides change places', () => {
    const here = motifDensities(W, { rowMeasure, colMeasure })
    const there = motifDensities(transpose(W), { rowMeasure: colMeasure, colMeasure: rowMeasure })
    expect(there.get('row-cherry')).toBeCloseTo(here.get('column-cherry')!, 14)
    for (const name of ['edge', 'path3', 'path5', 'cycle-4', 'cycle-6'] as const) {
      expect(there.get(name)).toBeCloseTo(here.get(name)!, 14)
    }
  })

  it('differs by at most e(F) cut norms', () => {
    for (let seed = 10; seed < 30; seed++) {
      const [a, b] = [randomMatrix(5, 6, seed, 'uniform'), randomMatrix(5, 6, seed + 100, 'uniform')]
      const near = matrix(
        5,
        6,
        a.data.map((value, k) => value + 0.1 * (b.data[k] - value)),
      )
      for (const other of [b, near]) {
        const { upper } = distance(a, other, { norm: 'cut' })
        const [left, right] = [motifDensities(a), motifDensities(other)]
        for (const name of motifNames) {
          expect(Math.abs(left.get(name)! - right.get(name)!)).toBeLessThanOrEqual(countingBound(name, upper) + 1e-12)
        }
      }
    }
  })

  it('refuses measures that do not fit', () => {
    expect(() => motifDensities(W, { rowMeasure: colMeasure })).toThrow(RangeError)
  })
})

describe('injective densities of a mask', () => {
  it.each(['edge', 'row-cherry', 'column-cherry', 'path3', 'cycle-4'] as const)('%s by definition', (name) => {
    const [mask] = bernoulliMasks([6, 5], 0.5, 4)
    const W = matrix(5, 6, Float64Array.from(mask.data))
    const edges = graphs[name]
    const [rowCount, colCount] = [0, 1].map((side) => 1 + Math.max(...edges.map((edge) => edge[side])))
    const expected = byDefinition(name, W, different, different) / (falling(5, rowCount) * falling(6, colCount))
    expect(injectiveMotifDensities(mask).get(name)).toBeCloseTo(expected, 13)
  })

  it('is unbiased where homomorphism densities are not', () => {
    const p = 0.2
    const trials = 400
    let [injective, plain] = [0, 0]
    for (let seed = 0; seed < trials; seed++) {
      const [mask] = bernoulliMasks([10, 10], p, seed)
      injective += injectiveMotifDensities(mask, ['cycle-4']).get('cycle-4')! / trials
      plain +=
        motifDensities(matrix(10, 10, Float64Array.from(mask.data)), { names: ['cycle-4'] }).get('cycle-4')! / trials
    }
    // The standard error is below 1e-4; terms in 1/n alone make the plain density 2.5 times too large.
    expect(Math.abs(injective - p ** 4)).toBeLessThan(4e-4)
    expect(plain).toBeGreaterThan(2 * p ** 4)
  })

  it('refuses a mask with a single unit on a side', () => {
    expect(() => injectiveMotifDensities(bernoulliMasks([1, 5], 0.5, 4)[0])).toThrow(RangeError)
  })
})

describe('pathDensities', () => {
  const W = randomMatrix(6, 4, 71, 'uniform')
  const measures = { rowMeasure: randomMeasure(6, 72), colMeasure: randomMeasure(4, 73) }

  it('are those of the table, one after another, and of 2 edges the column cherry', () => {
    const paths = pathDensities(W, 5, measures)
    const table = motifDensities(W, measures)
    for (const [k, name] of [
      [1, 'edge'],
      [2, 'column-cherry'],
      [3, 'path3'],
      [4, 'path4'],
      [5, 'path5'],
    ] as const)
      expect(paths[k - 1]).toBeCloseTo(table.get(name)!, 14)
  })

  it('are powers for a constant, of any length', () => {
    pathDensities(filled(3, 5, 0.5), 40).forEach((value, k) => expect(value * 2 ** (k + 1)).toBeCloseTo(1, 12))
    expect(countingBound('path40', 0.01)).toBeCloseTo(0.4, 14)
  })

  it('refuse measures and lengths that do not fit', () => {
    expect(() => pathDensities(W, 0)).toThrow(RangeError)
    expect(() => pathDensities(W, 1.5)).toThrow(RangeError)
    expect(() => pathDensities(W, 2, { rowMeasure: new Float64Array(3) })).toThrow(/6 row/)
  })
})
