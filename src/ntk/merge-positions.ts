import { matrix, type Matrix } from '../linalg/matrix.js'
import type { RecursionLayer } from './recursion-layer.js'

/** Distinct rows of a matrix, in order of first appearance, and which of them each row equals. */
export interface DistinctRows {
  /** Row indices of the representatives. */
  readonly representatives: number[]
  /** `[rows]`: index into `representatives`. */
  readonly groups: Int32Array
}

/** Groups rows for which `same(row, representative)` holds. */
export function distinctRows(rows: number, same: (a: number, b: number) => boolean): DistinctRows {
  const representatives: number[] = []
  const groups = Int32Array.from({ length: rows }, (_, u) => {
    const found = representatives.findIndex((representative) => same(u, representative))
    return found >= 0 ? found : representatives.push(u) - 1
  })
  return { representatives, groups }
}

/** Whether rows a and b of a matrix are equal, entry by entry. */
export function equalRows({ cols, data }: Matrix, a: number, b: number): boolean {
  for (let v = 0; v < cols; v++) if (data[a * cols + v] !== data[b * cols + v]) return false
  return true
}

/** Adds up the columns of each group: the merged bin has the sum of its parts' measures. */
function sumColumns({ rows, cols, data }: Matrix, groups: Int32Array): Matrix {
  const merged = groups.reduce((most, group) => Math.max(most, group + 1), 0)
  if (merged === cols) return { rows, cols, data }
  const result = matrix(rows, merged)
  for (let u = 0; u < rows; u++) {
    for (let v = 0; v < cols; v++) result.data[u * merged + groups[v]] += data[u * cols + v]
  }
  return result
}

function takeRows({ rows, cols, data }: Matrix, chosen: readonly number[]): Matrix {
  if (chosen.length === rows) return { rows, cols, data }
  const result = matrix(chosen.length, cols)
  chosen.forEach((u, i) => result.data.set(data.subarray(u * cols, (u + 1) * cols), i * cols))
  return result
}

/**
 * Merges the input positions of a layer as the previous layer did, then its own equal output positions.
 *
 * @param inputGroups groups of the previous layer's positions; absent for the first layer, whose inputs stay exact
 */
export function mergePositions(
  { propagate, own, ...constants }: RecursionLayer,
  inputGroups: Int32Array | undefined,
): { layer: RecursionLayer; groups: Int32Array<ArrayBuffer> } {
  const merge = (m: Matrix): Matrix => (inputGroups ? sumColumns(m, inputGroups) : m)
  const wide = merge(propagate)
  const wideOwn = own === propagate ? wide : merge(own)
  const { representatives, groups } = distinctRows(
    wide.rows,
    (a, b) => equalRows(wide, a, b) && (wideOwn === wide || equalRows(wideOwn, a, b)),
  )
  const narrow = takeRows(wide, representatives)
  const narrowOwn = wideOwn === wide ? narrow : takeRows(wideOwn, representatives)
  return { layer: { propagate: narrow, own: narrowOwn, ...constants }, groups: groups as Int32Array<ArrayBuffer> }
}
