import type { Matrix } from '../../../linalg/matrix.js'

export interface Ascent {
  readonly value: number
  /** Of the function on all of space; valid until the next evaluation. */
  readonly gradient: Float64Array
}

export interface AscentOptions {
  readonly steps: number
  /** Stop when the tangential gradient's length is below this fraction of the value. */
  readonly tolerance: number
}

const memory = 8
const alternations = 6
const lineSearches = 10

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0
  for (let k = 0; k < a.length; k++) total += a[k] * b[k]
  return total
}

function addScaled(y: Float64Array, factor: number, x: Float64Array): void {
  for (let k = 0; k < y.length; k++) y[k] += factor * x[k]
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  const result = new Float64Array(a.length)
  for (let k = 0; k < a.length; k++) result[k] = a[k] - b[k]
  return result
}

/** Scales rows of length `rank` to length 1; a zero row becomes the first axis. */
function toSpheres(x: Float64Array, rank: number): void {
  for (let at = 0; at < x.length; at += rank) {
    let square = 0
    for (let k = at; k < at + rank; k++) square += x[k] * x[k]
    if (square > 0) {
      const scale = 1 / Math.sqrt(square)
      for (let k = at; k < at + rank; k++) x[k] *= scale
    } else x[at] = 1
  }
}

/**
 * Maximises a convex function of unit vectors, one in each row of `start`, from there: first by replacing every vector with the
 * direction of its gradient, which never lowers a convex function, then by quasi-Newton steps with limited memory along the
 * tangential gradient (Nocedal and Wright 2006, algorithm 7.4), projected back to the spheres.
 *
 * @param start `[vectors, rank]`
 * @returns the vectors, and the gradient's component along each. `evaluate` was last called at the vectors
 */
export function ascend(
  evaluate: (point: Float64Array) => Ascent,
  start: Matrix,
  { steps, tolerance }: AscentOptions,
): { point: Float64Array; radial: Float64Array; value: number } {
  const rank = start.cols
  const radial = new Float64Array(start.rows)
  const point = start.data.slice()
  toSpheres(point, rank)
  let { value, gradient } = evaluate(point)
  for (let round = 0; round < alternations; round++) {
    point.set(gradient)
    toSpheres(point, rank)
    ;({ value, gradient } = evaluate(point))
  }
  const tangent = (full: Float64Array): Float64Array => {
    const result = full.slice()
    for (let i = 0, at = 0; i < radial.length; i++, at += rank) {
      let along = 0
      for (let k = at; k < at + rank; k++) along += full[k] * point[k]
      radial[i] = along
      for (let k = at; k < at + rank; k++) result[k] -= along * point[k]
    }
    return result
  }
  let slope = tangent(gradient)
  let pairs: { s: Float64Array; y: Float64Array; inverse: number }[] = []
  for (let step = 0; step < steps; step++) {
    const length = Math.sqrt(dot(slope, slope))
    if (!(length > tolerance * value)) break
    const direction = slope.slice()
    const factors = pairs.map(() => 0)
    for (let h = pairs.length - 1; h >= 0; h--) {
      factors[h] = pairs[h].inverse * dot(pairs[h].s, direction)
      addScaled(direction, -factors[h], pairs[h].y)
    }
    const last = pairs.at(-1)
    if (last) {
      const scale = 1 / (last.inverse * dot(last.y, last.y))
      for (let k = 0; k < direction.length; k++) direction[k] *= scale
    } else {
      // The length of a vector's gradient is the curvature of its sphere.
      for (let i = 0, at = 0; i < radial.length; i++, at += rank) {
        if (radial[i] > 0) for (let k = at; k < at + rank; k++) direction[k] /= radial[i]
      }
    }
    pairs.forEach(({ s, y, inverse }, h) => addScaled(direction, factors[h] - inverse * dot(y, direction), s))
    let gain = dot(direction, slope)
    if (!(gain > 0)) {
      direction.set(slope)
      gain = length * length
      pairs = []
    }
    const before = point.slice()
    let size = 1
    let next: Ascent | undefined
    for (let attempt = 0; attempt < lineSearches && !next; attempt++, size *= 0.4) {
      for (let k = 0; k < point.length; k++) point[k] = before[k] + size * direction[k]
      toSpheres(point, rank)
      const tried = evaluate(point)
      if (tried.value >= value + 1e-4 * size * gain) next = tried
    }
    if (!next) {
      point.set(before)
      const back = evaluate(point)
      tangent(back.gradient)
      value = back.value
      break
    }
    value = next.value
    const newSlope = tangent(next.gradient)
    const s = difference(point, before)
    const y = difference(slope, newSlope)
    const curvature = dot(s, y)
    if (curvature > 1e-14 * value) pairs = [...pairs.slice(1 - memory), { s, y, inverse: 1 / curvature }]
    slope = newSlope
  }
  return { point, radial, value }
}
