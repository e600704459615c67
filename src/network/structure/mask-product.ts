import type { SymmetricOperator } from '../../linalg/symmetric-operator.js'
import type { Mask } from '../mask.js'

/** The places of a mask that hold `bit`: for each row the columns, one row after the other. */
interface Places {
  /** Row i has places start[i] … start[i + 1] − 1. */
  readonly start: Int32Array
  readonly columns: Int32Array
}

function placesOf({ rows, cols, data, kept }: Mask, bit: 0 | 1): Places {
  const start = new Int32Array(rows + 1)
  const columns = new Int32Array(bit === 1 ? kept : data.length - kept)
  let found = 0
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) if (data[i * cols + j] === bit) columns[found++] = j
    start[i + 1] = found
  }
  return { start, columns }
}

function transposed({ start, columns }: Places, cols: number): Places {
  const turned = new Int32Array(cols + 1)
  for (const column of columns) turned[column + 1]++
  for (let j = 0; j < cols; j++) turned[j + 1] += turned[j]
  const next = turned.slice()
  const rows = new Int32Array(columns.length)
  for (let i = 0; i + 1 < start.length; i++) {
    for (let k = start[i]; k < start[i + 1]; k++) rows[next[columns[k]]++] = i
  }
  return { start: turned, columns: rows }
}

/** Vectors that one pass over the places serves: entry i of vector c is x[together * i + c]. */
const together = 4

/** Σ over the places of each row of `x`, for four vectors. */
function sums({ start, columns }: Places, x: Float64Array): Float64Array {
  const result = new Float64Array(together * (start.length - 1))
  for (let i = 0; i + 1 < start.length; i++) {
    let [a, b, c, d] = [0, 0, 0, 0]
    for (let k = start[i]; k < start[i + 1]; k++) {
      const at = together * columns[k]
      a += x[at]
      b += x[at + 1]
      c += x[at + 2]
      d += x[at + 3]
    }
    result[together * i] = a
    result[together * i + 1] = b
    result[together * i + 2] = c
    result[together * i + 3] = d
  }
  return result
}

/** Σ_i x_i − `found`, for four vectors, in place. */
function subtractFromTotals(x: Float64Array, found: Float64Array): void {
  for (let c = 0; c < together; c++) {
    let total = 0
    for (let i = c; i < x.length; i += together) total += x[i]
    for (let i = c; i < found.length; i += together) found[i] = total - found[i]
  }
}

/**
 * M Mᵀ or Mᵀ M, whichever is smaller, by its products with vectors: along the survivors, or, where these are more than half,
 * along the pruned places, as M = 1 1ᵀ − M̄.
 */
export function maskProduct(mask: Mask): SymmetricOperator {
  const n = Math.min(mask.rows, mask.cols)
  const bit = 2 * mask.kept > mask.data.length ? 0 : 1
  const byRows = placesOf(mask, bit)
  const byColumns = transposed(byRows, mask.cols)
  const [inner, outer] = mask.rows <= mask.cols ? [byColumns, byRows] : [byRows, byColumns]
  const times = (places: Places, x: Float64Array): Float64Array => {
    const found = sums(places, x)
    if (bit === 0) subtractFromTotals(x, found)
    return found
  }
  const applyRows = (rows: Float64Array, count: number): Float64Array => {
    const result = new Float64Array(count * n)
    const x = new Float64Array(together * n)
    for (let first = 0; first < count; first += together) {
      const now = Math.min(together, count - first)
      x.fill(0)
      for (let c = 0; c < now; c++) for (let i = 0; i < n; i++) x[together * i + c] = rows[(first + c) * n + i]
      const image = times(outer, times(inner, x))
      for (let c = 0; c < now; c++) for (let i = 0; i < n; i++) result[(first + c) * n + i] = image[together * i + c]
    }
    return result
  }
  return { n, apply: (v) => applyRows(v, 1), applyRows }
}
