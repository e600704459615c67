import { describe, expect, it } from 'vitest'
import { assessMatrix, estimateMatrix, type MatrixAxes } from '../../../src/graphon/estimate/estimate-matrix.js'
import { estimatorNames } from '../../../src/graphon/estimate/estimators/estimators.js'
import { matrix } from '../../../src/linalg/matrix.js'
import { createMask, density, type Mask } from '../../../src/network/mask.js'
import { permutation, randomStream } from '../../../src/random/random.js'

const [rows, cols] = [60, 45]
const random = randomStream(1, 'matrix')
/** Units of falling degrees on both sides, then put into any order. */
const mask = createMask(
  rows,
  cols,
  Uint8Array.from({ length: rows * cols }, (_, k) => {
    const [u, v] = [Math.floor(k / cols) / rows, (k % cols) / cols]
    return random.uniform() < 0.9 * (1 - 0.8 * u) * (1 - 0.8 * v) ? 1 : 0
  }),
)

function relabelled({ data }: Mask, rowOrder: ArrayLike<number>, colOrder: ArrayLike<number>): Mask {
  return createMask(
    rows,
    cols,
    Uint8Array.from(
      { length: rows * cols },
      (_, k) => data[rowOrder[Math.floor(k / cols)] * cols + colOrder[k % cols]],
    ),
  )
}
const identity = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
const [rowOrder, colOrder] = [permutation(rows, randomStream(2, 'rows')), permutation(cols, randomStream(2, 'columns'))]
const sides: Record<string, MatrixAxes> = {
  hidden: { into: 'hidden', out: 'hidden' },
  first: { into: 'exact', out: 'hidden' },
  last: { into: 'hidden', out: 'exact' },
}

/** Means over bins of units sorted by degree, written out. */
function histogram({ data }: Mask, bins: number, axes: MatrixAxes): number[] {
  const degrees = (n: number, entry: (i: number) => number[]): number[] =>
    identity(n).map((i) => entry(i).reduce((a, b) => a + b, 0))
  const row = degrees(rows, (i) => Array.from(data.slice(i * cols, (i + 1) * cols)))
  const column = degrees(cols, (j) => identity(rows).map((i) => data[i * cols + j]))
  const groups = (kind: string, degree: number[]): number[][] => {
    if (kind === 'exact') return degree.map((_, i) => [i])
    const order = identity(degree.length).sort((a, b) => degree[b] - degree[a] || a - b)
    const size = degree.length / bins
    return identity(bins).map((k) => order.slice(k * size, (k + 1) * size))
  }
  return groups(axes.out, row).flatMap((us) =>
    groups(axes.into, column).map((vs) => {
      const entries = us.flatMap((i) => vs.map((j) => data[i * cols + j]))
      return entries.reduce<number>((a, b) => a + b, 0) / entries.length
    }),
  )
}

describe('the graphon of one matrix', () => {
  it.each(Object.entries(sides))('bins what is hidden by degrees and leaves what is exact: %s', (_, axes) => {
    const { W, rowMeasure, colMeasure } = estimateMatrix(mask, { axes, bins: 5 })
    const expected = histogram(mask, 5, axes)
    expect([W.rows, W.cols]).toEqual([axes.out === 'exact' ? rows : 5, axes.into === 'exact' ? cols : 5])
    W.data.forEach((value, k) => expect(value).toBeCloseTo(expected[k], 12))
    expect(rowMeasure?.length).toBe(axes.out === 'hidden' ? 5 : undefined)
    expect(colMeasure?.length).toBe(axes.into === 'hidden' ? 5 : undefined)
  })

  it.each(estimatorNames)('does not depend on the names of hidden units: %s', (estimator) => {
    for (const [name, axes] of Object.entries(sides)) {
      const other = relabelled(
        mask,
        axes.out === 'hidden' ? rowOrder : identity(rows),
        axes.into === 'hidden' ? colOrder : identity(cols),
      )
      const [a, b] = [mask, other].map((one) => estimateMatrix(one, { axes, bins: 3, estimator, seed: 1 }))
      // Ties change hands; random starts and held-out entries do, where an estimator has any.
      const difference = a.W.data.reduce((sum, value, k) => sum + Math.abs(value - b.W.data[k]), 0) / a.W.data.length
      expect(difference, name).toBeLessThan(estimator === 'block-model' || estimator === 'auto' ? 0.12 : 0.04)
    }
  })

  it('averages energies over the same bins', () => {
    const energies = matrix(
      rows,
      cols,
      Float64Array.from(mask.data, (m) => 2.5 * m),
    )
    for (const axes of Object.values(sides)) {
      const { W, V } = estimateMatrix(mask, { axes, bins: 4, energies })
      V!.data.forEach((value, k) => expect(value).toBeCloseTo(2.5 * W.data[k], 12))
    }
  })

  it('tells how far to trust it: structure is seen on held-out entries, none in a constant mask', () => {
    const flat = createMask(
      rows,
      cols,
      Uint8Array.from({ length: rows * cols }, () => (random.uniform() < 0.3 ? 1 : 0)),
    )
    for (const axes of Object.values(sides)) {
      const { risk, noise } = assessMatrix(mask, { axes, bins: 3 })
      // No side of exact coordinates is averaged, which costs entries.
      if (axes.into === axes.out) expect(risk.heldOut).toBeLessThan(0.97 * risk.constant)
      const p = density(mask)
      // The constant density misses its own variance, but for what the held-out fold changes.
      expect(Math.abs(risk.constant / (p * (1 - p)) - 1)).toBeLessThan(0.1)
      expect(noise.erdosRenyi).toHaveLength(1)
      expect(noise.erdosRenyi[0]).toBeGreaterThan(0)
      const none = assessMatrix(flat, { axes, bins: 3 }).risk
      expect(none.heldOut).toBeGreaterThan(none.constant)
    }
    const bins = (of: Mask) => assessMatrix(of, { bins: 'auto' }).bins
    expect(bins(flat)).toBeLessThan(bins(mask))
  })

  it('warns of bins of few units and of empty sides, and refuses what leaves nothing to estimate', () => {
    const kinds = (axes: MatrixAxes) => estimateMatrix(mask, { axes, bins: 20 }).warnings.map(({ message }) => message)
    expect(kinds(sides.hidden)).toEqual([expect.stringContaining('60 rows'), expect.stringContaining('45 columns')])
    expect(kinds(sides.first)).toEqual([expect.stringContaining('60 rows')])
    const empty = createMask(2, 3, new Uint8Array(6))
    expect(estimateMatrix(empty, { bins: 1 }).warnings).toEqual([
      { kind: 'empty-matrix', message: 'the mask: no weight is kept' },
    ])
    expect(() => estimateMatrix(mask, { axes: { into: 'exact', out: 'exact' } })).toThrow(/expected a hidden side/)
    expect(() => estimateMatrix(mask, { bins: 0 })).toThrow(/positive integer number of bins, got 0/)
  })
})
