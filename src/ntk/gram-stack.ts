import type { Kernels } from '../linalg/kernels.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import type { FirstLayer, ScaledRows } from './first-layer.js'
import type { LimitKernelName } from './kernel-panel.js'
import { packedRows } from './packed-rows.js'

/** Rows of weights whose Grams are formed together. */
export interface GramChunk {
  /** `[rows, live]`. */
  readonly weights: Matrix
  /** Place of the first of them in the stack. */
  readonly at: number
}

/** Where one first layer finds its Grams. */
export interface StackedLayer {
  /** What has to be formed for this layer; no layer before it has formed it. */
  readonly chunks: readonly GramChunk[]
  /**
   * Where the Grams of `factors.right` begin, with `factors.left` to be applied to them; absent without factors, where
   * `propagate` and `own` tell places in the stack instead of rows of the layer's weights.
   */
  readonly expansion: { readonly at: number; readonly left: Matrix } | undefined
  readonly propagate: ScaledRows
  readonly own: ScaledRows
}

/** The weighted Grams of several first layers, one below the other, each once. */
export interface GramStack {
  /** Input coordinates that some row weighs, in order; the columns of all weights. */
  readonly live: Int32Array
  /** Rows of the stack, with those that only fill groups. */
  readonly rows: number
  /** In the order of the given layers. */
  readonly layers: readonly StackedLayer[]
}

/**
 * Most rows of weights that are folded with a sample at a time: with more of them the folded weights leave the nearest
 * caches, which costs more than listing the sample's coordinates once again. Whole groups, so that none but the last
 * chunk is padded.
 */
const chunkRows = 66
const groupRows = 6

/** Even chunks of whole groups. */
function chunkSizes(rows: number): number[] {
  const pieces = Math.ceil(rows / chunkRows)
  const size = Math.ceil(rows / pieces / groupRows) * groupRows
  return Array.from({ length: Math.ceil(rows / size) }, (_, k) => Math.min(size, rows - k * size))
}

/** A row's entries with few bits lost, for comparing only such rows as may be equal. */
function fingerprint(row: Float64Array): number {
  let sum = 0
  for (let j = 0; j < row.length; j++) sum += row[j] * (1 + (j & 15))
  return sum
}

/** Remembers rows, and finds the place of one that is equal to the last bit. */
function rowIndex() {
  const known = new Map<number, { readonly row: Float64Array; readonly at: number }[]>()
  return {
    find(row: Float64Array): number | undefined {
      return known.get(fingerprint(row))?.find((other) => other.row.every((value, j) => value === row[j]))?.at
    },
    add(row: Float64Array, at: number): void {
      const key = fingerprint(row)
      const same = known.get(key)
      if (same) same.push({ row, at })
      else known.set(key, [{ row, at }])
    },
  }
}

/** The rows of a matrix over `from` coordinates, over all `live` ones. */
function spread({ rows, cols, data }: Matrix, from: Int32Array, live: Int32Array): Float64Array[] {
  const places = Array.from(from, (j) => live.indexOf(j))
  return Array.from({ length: rows }, (_, b) => {
    const row = new Float64Array(live.length)
    for (let p = 0; p < cols; p++) row[places[p]] = data[b * cols + p]
    return row
  })
}

/** Rows of the weights that positions look at. */
function usedRows({ propagate, own }: FirstLayer, names: readonly LimitKernelName[]): number[] {
  const used = new Set<number>()
  for (const { base, scale } of names.includes('ntk') ? [propagate, own] : [propagate]) {
    base.forEach((row, u) => scale[u] !== 0 && used.add(row))
  }
  return [...used].sort((a, b) => a - b)
}

/**
 * Stacks the first layers of several recursions on the same samples: rows that are equal, within a layer or between
 * layers, share one weighted Gram. Coordinates that a layer does not weigh have weight 0 in its rows, which changes no bit
 * of their Grams; layers at low rank keep their own factors. So every layer finds what it would find alone.
 *
 * @param names the kernels that are asked for: without Θ the rows that only it needs are left out
 */
export function stackGrams(
  kernels: Kernels,
  firsts: readonly FirstLayer[],
  names: readonly LimitKernelName[],
): GramStack {
  const live = Int32Array.from(new Set(firsts.flatMap((first) => Array.from(first.live)))).sort()
  const single = rowIndex()
  const factored: { readonly rows: readonly Float64Array[]; readonly at: number }[] = []
  let end = 0
  const append = (rows: readonly Float64Array[]): GramChunk[] => {
    let next = 0
    return (rows.length === 0 ? [] : chunkSizes(rows.length)).map((size) => {
      const weights = matrix(size, live.length)
      rows.slice(next, next + size).forEach((row, b) => weights.data.set(row, b * live.length))
      const chunk = { weights, at: end }
      next += size
      end += packedRows(kernels, size)
      return chunk
    })
  }
  const layers = firsts.map((first): StackedLayer => {
    const { factors, propagate, own } = first
    if (factors) {
      const rows = spread(factors.right, first.live, live)
      const equal = (other: readonly Float64Array[]): boolean =>
        other.length === rows.length && other.every((row, b) => row.every((value, j) => value === rows[b][j]))
      const before = factored.find((other) => equal(other.rows))
      const at = before?.at ?? end
      if (!before) factored.push({ rows, at })
      return { chunks: before ? [] : append(rows), expansion: { at, left: factors.left }, propagate, own }
    }
    const rows = spread(first.weights, first.live, live)
    const used = usedRows(first, names)
    const fresh = used.filter((b) => single.find(rows[b]) === undefined)
    // Only the last chunk has rows that fill a group, so that places follow one another.
    fresh.forEach((b, k) => single.add(rows[b], end + k))
    const chunks = append(fresh.map((b) => rows[b]))
    const places = Int32Array.from(rows, (row) => single.find(row) ?? 0)
    const placed = ({ base, scale }: ScaledRows): ScaledRows => ({ base: base.map((row) => places[row]), scale })
    const placedPropagate = placed(propagate)
    return {
      chunks,
      expansion: undefined,
      propagate: placedPropagate,
      own: own === propagate ? placedPropagate : placed(own),
    }
  })
  return { live, rows: end, layers }
}
