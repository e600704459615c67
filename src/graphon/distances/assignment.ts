import type { Matrix } from '../../linalg/matrix.js'

/**
 * The cheapest assignment of rows to columns: a permutation minimising Σ_j cost(order[j], j), by shortest augmenting paths
 * with dual prices (Jonker and Volgenant 1987), n³ steps at worst.
 *
 * @param cost square, finite
 * @returns for every column the row assigned to it
 * @throws RangeError when `cost` is not square or not finite
 */
export function assignRows({ rows: n, cols, data }: Matrix): Int32Array {
  if (n !== cols) throw new RangeError(`assignRows: expected a square matrix, got ${n} × ${cols}`)
  const bad = data.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) throw new RangeError(`assignRows: expected finite costs, got ${data[bad]} at index ${bad}`)
  const rowOf = new Int32Array(n + 1).fill(-1)
  const rowPrice = new Float64Array(n)
  const colPrice = new Float64Array(n + 1)
  const from = new Int32Array(n)
  for (let row = 0; row < n; row++) {
    const slack = new Float64Array(n).fill(Infinity)
    const done = new Uint8Array(n + 1)
    // Column n stands for none: the path begins at the new row.
    rowOf[n] = row
    let col = n
    do {
      done[col] = 1
      const i = rowOf[col]
      let least = Infinity
      let next = -1
      for (let j = 0; j < n; j++) {
        if (done[j] === 1) continue
        const reduced = data[i * n + j] - rowPrice[i] - colPrice[j]
        if (reduced < slack[j]) {
          slack[j] = reduced
          from[j] = col
        }
        if (slack[j] < least) {
          least = slack[j]
          next = j
        }
      }
      for (let j = 0; j < n; j++) {
        if (done[j] === 1) {
          rowPrice[rowOf[j]] += least
          colPrice[j] -= least
        } else slack[j] -= least
      }
      rowPrice[row] += least
      col = next
    } while (rowOf[col] >= 0)
    while (col !== n) {
      rowOf[col] = rowOf[from[col]]
      col = from[col]
    }
  }
  return rowOf.slice(0, n)
}
