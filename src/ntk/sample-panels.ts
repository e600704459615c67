import type { Kernels } from '../linalg/kernels.js'
import { matmul } from '../linalg/matmul.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { packedRows, rowGroups } from './packed-rows.js'

/**
 * Samples as their difference from a background, x = b + y, so that the coordinates in which a sample is background cost
 * nothing: Σ_j B_j x_j x'_j = o + o' + Σ_j B_j y_j y'_j with o = Σ_j B_j b_j (y_j + b_j/2).
 */
export interface SamplePanels {
  /** y in panels of four samples, `[panel][live][4]`, zeros beyond the last sample. */
  readonly panels: Float64Array
  /** o in panels, `[panel][rows of the packed basis][4]`, zeros beyond the last sample. */
  readonly offsets: Float64Array
  /**
   * How the Grams are cheapest: `rows`, one sample's weights after the other, its background left out; or `blocks`, dense
   * products of blocks of samples, whose background is left at zero.
   */
  readonly route: 'rows' | 'blocks'
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

/** The value that most samples have in each live coordinate; 0 where none is frequent. */
function frequentValues(x: Matrix, live: Int32Array): Float64Array {
  const count = Math.min(probes, x.rows)
  const least = Math.max(4, backgroundShare * count)
  return Float64Array.from(live, (j) => {
    const seen = new Map<number, number>()
    let best = 0
    let most = least - 1
    for (let k = 0; k < count; k++) {
      const value = x.data[Math.floor((k * x.rows) / count) * x.cols + j]
      const times = (seen.get(value) ?? 0) + 1
      seen.set(value, times)
      if (times > most) [best, most] = [value, times]
    }
    return best
  })
}

/** The share of the probes' coordinates that are not background. */
function foregroundShare(x: Matrix, live: Int32Array, background: Float64Array): number {
  const count = Math.min(probes, x.rows)
  let different = 0
  for (let k = 0; k < count; k++) {
    const row = Math.floor((k * x.rows) / count) * x.cols
    for (let p = 0; p < live.length; p++) different += x.data[row + live[p]] === background[p] ? 0 : 1
  }
  return different / Math.max(1, count * live.length)
}

/** The live coordinates of samples from … to. */
function liveBlock(x: Matrix, live: Int32Array, [from, to]: readonly [number, number]): Matrix {
  const result = matrix(to - from, live.length)
  for (let i = from; i < to; i++) {
    const [row, at] = [i * x.cols, (i - from) * live.length]
    for (let p = 0; p < live.length; p++) result.data[at + p] = x.data[row + live[p]]
  }
  return result
}

const blocks = (n: number): [number, number][] =>
  Array.from({ length: Math.ceil(n / block) }, (_, k) => [k * block, Math.min(n, (k + 1) * block)])

/** Whether no row's variance loses more than the stated factor to the cancellation that the shift brings. */
function harmless(x: Matrix, live: Int32Array, background: Float64Array, rows: Matrix, kernels: Kernels): boolean {
  return blocks(x.rows).every((range) => {
    const square = liveBlock(x, live, range)
    const shifted = matrix(square.rows, square.cols)
    for (let i = 0, k = 0; i < square.rows; i++) {
      for (let p = 0; p < live.length; p++, k++) {
        const [value, b] = [square.data[k], background[p]]
        shifted.data[k] = (Math.abs(b) + Math.abs(value - b)) ** 2
        square.data[k] = value * value
      }
    }
    const options = { transposeB: true, kernels }
    const variances = matmul(rows, square, options).data
    return matmul(rows, shifted, options).data.every((size, k) => size <= amplification * variances[k])
  })
}

/** y = x − b in panels of four samples; whole panels row by row of the panel, so that it is written in order. */
function layPanels({ rows, cols, data }: Matrix, live: Int32Array, background: Float64Array): Float64Array {
  const panels = new Float64Array(Math.ceil(rows / 4) * 4 * live.length)
  const whole = rows - (rows % 4)
  let to = 0
  for (let i = 0; i < whole; i += 4) {
    const [a, b, c, d] = [i * cols, (i + 1) * cols, (i + 2) * cols, (i + 3) * cols]
    for (let p = 0; p < live.length; p++, to += 4) {
      const [j, shift] = [live[p], background[p]]
      panels[to] = data[a + j] - shift
      panels[to + 1] = data[b + j] - shift
      panels[to + 2] = data[c + j] - shift
      panels[to + 3] = data[d + j] - shift
    }
  }
  for (let i = whole; i < rows; i++) {
    for (let p = 0; p < live.length; p++) panels[to + p * 4 + (i & 3)] = data[i * cols + live[p]] - background[p]
  }
  return panels
}

/**
 * Lays samples out for the weighted Grams of the first layer. The background is left at zero when for some row of weights
 * and some sample Σ_j A_j (|b_j| + |y_j|)² > 100 Σ_j A_j x_j²: rounding then stays within 100 times that of the plain sum,
 * relative to the variances (by Cauchy and Schwarz, for all pairs).
 *
 * @param live coordinates that take part
 * @param rows `[·, live]`: the weights ≥ 0 that matter
 * @param basis `[bases, live]`: the weights whose Grams are formed; may have any sign
 */
export function samplePanels(x: Matrix, live: Int32Array, rows: Matrix, basis: Matrix, kernels: Kernels): SamplePanels {
  let background = frequentValues(x, live)
  const rowCost = rowGroups(kernels, basis.rows).reduce((sum, size) => sum + groupCost[size], 0)
  const route = denseCost * basis.rows < rowCost * foregroundShare(x, live, background) ? 'blocks' : 'rows'
  const shift = route === 'rows' && background.some((b) => b !== 0) && harmless(x, live, background, rows, kernels)
  if (!shift) background = new Float64Array(live.length)
  const panels = layPanels(x, live, background)
  const columns = packedRows(kernels, basis.rows)
  const offsets = new Float64Array(Math.ceil(x.rows / 4) * 4 * columns)
  if (shift) {
    const weights = matrix(
      basis.rows,
      basis.cols,
      basis.data.map((value, k) => value * background[k % basis.cols]),
    )
    for (const range of blocks(x.rows)) {
      const middle = liveBlock(x, live, range)
      for (let i = 0, k = 0; i < middle.rows; i++) {
        for (let p = 0; p < live.length; p++, k++) middle.data[k] = middle.data[k] - background[p] + background[p] / 2
      }
      const part = matmul(weights, middle, { transposeB: true, kernels })
      for (let b = 0, k = 0; b < basis.rows; b++) {
        for (let i = range[0]; i < range[1]; i++, k++) {
          offsets[((i >> 2) * columns + b) * 4 + (i & 3)] = part.data[k]
        }
      }
    }
  }
  return { panels, offsets, route }
}
