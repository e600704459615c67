import { inOrder } from '../coupling.js'
import { profileCosts, profileWork, rowCosts, type Power } from '../coupling-costs.js'
import { transport } from '../transport.js'
import { rearranged } from './rearranged.js'
import { turned, type Sides } from './sides.js'

/** Multiplications that comparing the sorted rows of both functions may take. */
const limit = 4e8

/**
 * ∫ |A − B|^power over the couplings of the free sides is at least the cheapest transport of rows to rows, where the cost of two
 * rows is their distance as they are if columns are fixed, and as sorted values if not (the third lower bound of Mémoli 2011,
 * for two sides); likewise for columns. With one side fixed that is the infimum itself. Transport is bounded by its prices.
 */
export function profileBound(sides: Sides, power: Power): number {
  if (!sides.rowsFree) return byRows(turned(sides), power)
  if (!sides.colsFree) return byRows(sides, power)
  const { a, b, rowA, rowB, colA, colB } = sides
  if (Math.max(profileWork(a, b), a.cols * b.cols * (a.rows + b.rows)) > limit) {
    const area = (row: Float64Array, col: Float64Array) =>
      Float64Array.from(
        { length: row.length * col.length },
        (_, k) => row[Math.floor(k / col.length)] * col[k % col.length],
      )
    return rearranged(a.data, b.data, area(rowA, colA), area(rowB, colB), power)
  }
  return Math.max(byRows(sides, power), byRows(turned(sides), power))
}

function byRows({ a, b, rowA, rowB, colA, colB, colsFree }: Sides, power: Power): number {
  const cost = colsFree ? profileCosts(a, b, colA, colB, power) : rowCosts(a, b, inOrder(colA, colB), power)
  return transport(cost, rowA, rowB).lower
}
