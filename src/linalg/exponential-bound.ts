import { ritz, type Krylov } from './krylov.js'
import { matrix, type Matrix } from './matrix.js'

/** Nodes per octave of the integral over the residual. */
const nodesPerOctave = 4
/** Errors of an exponential for each unit of 1 + t ‖A‖: some roundings. */
const rounding = 2 ** -50

/** The projection in its own coordinates. */
export interface ProjectedModes {
  readonly values: Float64Array
  readonly vectors: Matrix
  /** Starting columns along the modes, `[modes, columns]`. */
  readonly start: Matrix
  /** What a mode sends out of the basis, `[next, modes]`. */
  readonly leak: Matrix
}

export function projectedModes(space: Krylov, start: Matrix): ProjectedModes {
  const { coupling, coupled } = space
  const { values, vectors } = ritz(space)
  const m = values.length
  const along = matrix(m, start.cols)
  for (let s = 0; s < start.rows; s++) {
    for (let i = 0; i < m; i++) {
      for (let c = 0; c < start.cols; c++) {
        along.data[i * start.cols + c] += vectors.data[s * m + i] * start.data[s * start.cols + c]
      }
    }
  }
  const leak = matrix(coupling.rows, m)
  for (let s = 0; s < coupling.rows; s++) {
    for (let r = 0; r < coupling.cols; r++) {
      const factor = coupling.data[s * coupling.cols + r]
      for (let i = 0; i < m; i++) leak.data[s * m + i] += factor * vectors.data[(coupled + r) * m + i]
    }
  }
  return { values, vectors, start: along, leak }
}

/** A function of the modes applied to columns whose lengths were `lengths`: what of them is along each mode. */
export function alongModes(
  { values, start: { rows, cols, data } }: ProjectedModes,
  share: (value: number) => number,
  lengths: Float64Array,
): Matrix {
  const shares = values.map(share)
  return matrix(
    rows,
    cols,
    data.map((part, at) => shares[Math.floor(at / cols)] * part * lengths[at % cols]),
  )
}

/** ‖r(t)‖ of each column. */
function residualsAt({ values, start, leak }: ProjectedModes, t: number): Float64Array {
  const m = values.length
  const count = start.cols
  const square = new Float64Array(count)
  const decay = values.map((value) => Math.exp(-value * t))
  const sums = new Float64Array(count)
  for (let s = 0; s < leak.rows; s++) {
    sums.fill(0)
    for (let i = 0; i < m; i++) {
      const share = leak.data[s * m + i] * decay[i]
      for (let c = 0; c < count; c++) sums[c] += share * start.data[i * count + c]
    }
    for (let c = 0; c < count; c++) square[c] += sums[c] ** 2
  }
  return square.map(Math.sqrt)
}

/**
 * The bound for times × columns. The integral takes the larger end of every panel of a grid that is dense on the scale of
 * t itself, on which sums of exponentials hardly change.
 */
export function errorBounds(modes: ProjectedModes, times: Float64Array, scale: number): Matrix {
  const count = modes.start.cols
  const result = matrix(times.length, count)
  const order = Array.from(times, (_, t) => t).sort((a, b) => times[a] - times[b])
  const longest = times.length > 0 ? times[order[times.length - 1]] : 0
  const growth = Math.max(0, -(modes.values.at(-1) ?? 0))
  const grown = (t: number): number => Math.exp(Math.min(700, growth * t))
  const nodes: number[] = []
  const firstNode = Math.min(longest, 2 ** -4 / scale)
  for (let s = firstNode; s < longest; s *= 2 ** (1 / nodesPerOctave)) nodes.push(s)
  let at = 0
  let now = 0
  let before = residualsAt(modes, 0)
  const integral = new Float64Array(count)
  const advance = (to: number): void => {
    if (to === now) return
    const after = residualsAt(modes, to)
    for (let c = 0; c < count; c++) {
      const panel = (to - now) * Math.max(before[c], after[c])
      integral[c] = (integral[c] + panel) * grown(to - now)
    }
    before = after
    now = to
  }
  for (const t of order) {
    while (at < nodes.length && nodes[at] < times[t]) advance(nodes[at++])
    advance(times[t])
    for (let c = 0; c < count; c++) {
      result.data[t * count + c] = integral[c] + rounding * (1 + scale * times[t]) * grown(times[t])
    }
  }
  return result
}
