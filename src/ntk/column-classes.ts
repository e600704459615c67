import { matrix, type Matrix } from '../linalg/matrix.js'
import type { Factors } from './low-rank.js'

/** Most classes that are looked for. */
const classLimit = 64
/** Of a sample's coordinates, the share that is not background in typical images; and what an entry alone costs, in rows. */
const foreground = 0.15
const entryCost = 1.5

/**
 * Factors a matrix whose columns are of few kinds, as those of block graphons are: A = left · right, with right(k, j) = 1
 * where column j is of kind k, and 0 elsewhere. Exact, and of the right factor only the ones cost anything: its weighted
 * Grams share the coordinates out among themselves.
 *
 * @returns nothing when the matrix itself is cheaper
 */
export function factorColumns({ rows, cols, data }: Matrix): Factors | undefined {
  if (cols === 0) return undefined
  const own = foreground * rows * cols
  const equal = (a: number, b: number): boolean => {
    for (let u = 0; u < rows; u++) if (data[u * cols + a] !== data[u * cols + b]) return false
    return true
  }
  const kinds: number[] = []
  const kindOf = new Int32Array(cols)
  for (let j = 0; j < cols; j++) {
    const found = kinds.findIndex((other) => equal(other, j))
    kindOf[j] = found < 0 ? kinds.push(j) - 1 : found
    const cost = entryCost * foreground * cols + rows * kinds.length
    if (kinds.length > classLimit || !(cost < own)) return undefined
  }
  const left = matrix(rows, kinds.length)
  const right = matrix(kinds.length, cols)
  kinds.forEach((j, k) => {
    for (let u = 0; u < rows; u++) left.data[u * kinds.length + k] = data[u * cols + j]
  })
  kindOf.forEach((k, j) => (right.data[k * cols + j] = 1))
  return { left, right }
}
