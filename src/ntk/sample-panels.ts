import type { Kernels } from '../linalg/kernels.js'
import { matmul } from '../linalg/matmul.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { packedRows, rowGroups } from './packed-rows.js'

/*
 * Samples as their difference from a background, x = b + y, so that the coordinates in which a sample is background cost
 * nothing: Σ_j B_j x_j x'_j = o + o' + Σ_j B_j y_j y'_j with o = Σ_j B_j b_j (y_j + b_j/2).
 */

/** What is asked of the samples: weighted Grams of one first layer. */
export interface GramDemand {
  /** Coordinates that take part. */
  readonly live: Int32Array
  /** `[·, live]`: the weights ≥ 0 that matter. */
  readonly rows: Matrix
  /** How many Grams are formed. */
  readonly bases: number
}

/** How the Grams of a demand are cheapest. */
export interface SampleLayout {
  /** `rows`, one sample's weights after the other, zeros left out; or `blocks`, dense products of blocks of samples. */
  readonly route: 'rows' | 'blocks'
  /** Whether the background is taken out; only with `rows`. */
  readonly shifted: boolean
}

/** Samples looked at for the most frequent value of a coordinate. */
const probes = 64
/** A value is background when at least this share of the probes, and four of them, have it. */
const backgroundShare = 0.25
/** How much larger than the sum itself the magnitudes of the shifted sum may be. */
const amplification = 100
/** Samples handled at a time. */
const block = 512
/** Time of one coordinate in a group of so many rows of weights, and in a dense product for each of its rows. */
const groupCost: Readonly<Record<number, number>> = { 1: 6, 4: 4.5, 6: 6.3 }
const denseCost = 1.1

/** The value that most samples have in each coordinate, `[d]`; 0 where none is frequent. */
function frequentValues(x: Matrix, coordinates: Int32Array): Float64Array {
  const count = Math.min(probes, x.rows)
  const least = Math.max(4, backgroundShare * count)
  const result = new Float64Array(x.cols)
  const values = new Float64Array(count)
  for (const j of coordinates) {
    for (let k = 0; k < count; k++) values[k] = x.data[Math.floor((k * x.rows) / count) * x.cols + j]
    values.sort()
    let most = least - 1
    for (let k = 0, first = 0; k < count; k++) {
      if (values[k] !== values[first]) first = k
      if (k - first + 1 > most) {
        most = k - first + 1
        result[j] = values[k]
      }
    }
  }
  return result
}

/** The share of the probes' coordinates that are not background. */
function foregroundShare(x: Matrix, live: Int32Array, background: Float64Array): number {
  const count = Math.min(probes, x.rows)
  let different = 0
  for (let k = 0; k < count; k++) {
    const row = Math.floor((k * x.rows) / count) * x.cols
    for (const j of live) different += x.data[row + j] === background[j] ? 0 : 1
  }
  return different / Math.max(1, count * live.length)
}

const blocks = (n: number): [number, number][] =>
  Array.from({ length: Math.ceil(n / block) }, (_, k) => [k * block, Math.min(n, (k + 1) * block)])

/**
 * Whether no row's variance loses more than the stated factor to the cancellation that the shift brings: the background
 * stays where for some row of weights and some sample Σ_j A_j (|b_j| + |y_j|)² > 100 Σ_j A_j x_j². Rounding then stays
 * within 100 times that of the plain sum, relative to the variances (by Cauchy and Schwarz, for all pairs).
 */
function harmless(x: Matrix, { live, rows }: GramDemand, background: Float64Array, kernels: Kernels): boolean {
  return blocks(x.rows).every(([from, to]) => {
    const square = matrix(to - from, live.length)
    const shifted = matrix(to - from, live.length)
    for (let i = from, k = 0; i < to; i++) {
      const row = i * x.cols
      for (let p = 0; p < live.length; p++, k++) {
        const value = x.data[row + live[p]]
        const b = background[live[p]]
        const size = Math.abs(b) + Math.abs(value - b)
        square.data[k] = value * value
        shifted.data[k] = size * size
      }
    }
    const options = { transposeB: true, kernels }
    const variances = matmul(rows, square, options).data
    const sizes = matmul(rows, shifted, options).data
    for (let k = 0; k < sizes.length; k++) if (!(sizes[k] <= amplification * variances[k])) return false
    return true
  })
}

/**
 * How the Grams of each demand are cheapest, and the background of the samples, `[d]`. What a demand gets does not depend
 * on the others.
 */
export function sampleLayouts(
  x: Matrix,
  demands: readonly GramDemand[],
  kernels: Kernels,
): { readonly background: Float64Array; readonly layouts: readonly SampleLayout[] } {
  const background = frequentValues(x, Int32Array.from(new Set(demands.flatMap(({ live }) => Array.from(live)))))
  const layouts = demands.map((demand): SampleLayout => {
    const { live, bases } = demand
    const rowCost = rowGroups(kernels, bases).reduce((sum, size) => sum + groupCost[size], 0)
    if (denseCost * bases < rowCost * foregroundShare(x, live, background)) return { route: 'blocks', shifted: false }
    const frequent = live.some((j) => background[j] !== 0)
    return { route: 'rows', shifted: frequent && harmless(x, demand, background, kernels) }
  })
  return { background, layouts }
}

/**
 * y = x − b in panels of four samples, `[panel][live][4]`, zeros beyond the last sample; whole panels row by row of the
 * panel, so that it is written in order.
 *
 * @param background `[d]`
 */
export function samplePanels({ rows, cols, data }: Matrix, live: Int32Array, background: Float64Array): Float64Array {
  const panels = new Float64Array(Math.ceil(rows / 4) * 4 * live.length)
  const whole = rows - (rows % 4)
  let to = 0
  for (let i = 0; i < whole; i += 4) {
    const row = i * cols
    for (let p = 0; p < live.length; p++, to += 4) {
      const shift = background[live[p]]
      const at = row + live[p]
      panels[to] = data[at] - shift
      panels[to + 1] = data[at + cols] - shift
      panels[to + 2] = data[at + 2 * cols] - shift
      panels[to + 3] = data[at + 3 * cols] - shift
    }
  }
  for (let i = whole; i < rows; i++) {
    for (let p = 0; p < live.length; p++) panels[to + p * 4 + (i & 3)] = data[i * cols + live[p]] - background[live[p]]
  }
  return panels
}

/**
 * o of every row of weights in panels, `[panel][rows as the kernels pad them][4]`, zeros beyond the last sample.
 *
 * @param live the columns of all weights
 * @param background `[d]`; zero everywhere for samples that are not shifted
 */
export function sampleOffsets(
  x: Matrix,
  live: Int32Array,
  background: Float64Array,
  weights: readonly Matrix[],
  kernels: Kernels,
): Float64Array[] {
  const widths = weights.map(({ rows }) => packedRows(kernels, rows))
  const offsets = widths.map((width) => new Float64Array(Math.ceil(x.rows / 4) * 4 * width))
  if (background.every((b) => b === 0)) return offsets
  const shifts = Float64Array.from(live, (j) => background[j])
  const scaled = weights.map(({ rows, cols, data }) => {
    const result = matrix(rows, cols)
    for (let k = 0; k < data.length; k++) result.data[k] = data[k] * shifts[k % cols]
    return result
  })
  for (const [from, to] of blocks(x.rows)) {
    const middle = matrix(to - from, live.length)
    for (let i = from, k = 0; i < to; i++) {
      const row = i * x.cols
      for (let p = 0; p < live.length; p++, k++) middle.data[k] = x.data[row + live[p]] - shifts[p] + shifts[p] / 2
    }
    scaled.forEach((factors, c) => {
      const part = matmul(factors, middle, { transposeB: true, kernels }).data
      for (let b = 0, k = 0; b < factors.rows; b++) {
        for (let i = from; i < to; i++, k++) offsets[c][((i >> 2) * widths[c] + b) * 4 + (i & 3)] = part[k]
      }
    })
  }
  return offsets
}
