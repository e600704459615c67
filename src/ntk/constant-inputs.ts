import { matrix, type Matrix } from '../linalg/matrix.js'
import type { FirstLayer } from './first-layer.js'

/** Places in `live` of the coordinates in which all samples have one value. */
function constantPlaces(x: Matrix, live: Int32Array): Set<number> {
  let places = Array.from(live.keys())
  for (let i = 1; i < x.rows && places.length > 0; i++) {
    const row = i * x.cols
    places = places.filter((p) => x.data[row + live[p]] === x.data[live[p]])
  }
  return new Set(places)
}

/**
 * The first layer with all coordinates that do not vary between the samples, like the margin of images, put into one: they
 * add the same Σ_j B_j x_j² to every pair. The one with the largest value stays, its weight scaled; zeros are dropped.
 *
 * @param x samples `[N, d]`
 */
export function mergeConstantInputs(x: Matrix, first: FirstLayer): FirstLayer {
  const { live } = first
  const constant = constantPlaces(x, live)
  const size = (p: number): number => Math.abs(x.data[live[p]])
  let kept = -1
  for (const p of constant) if (size(p) > 0 && (kept < 0 || size(p) > size(kept))) kept = p
  if (constant.size <= (kept < 0 ? 0 : 1)) return first
  const places = Array.from(live.keys()).filter((p) => p === kept || !constant.has(p))
  // In units of the largest, so that no square leaves the range of f64.
  const merge = ({ rows, cols, data }: Matrix): Matrix => {
    const result = matrix(rows, places.length)
    for (let b = 0; b < rows; b++) {
      let sum = 0
      for (const p of constant) if (kept >= 0) sum += data[b * cols + p] * (x.data[live[p]] / x.data[live[kept]]) ** 2
      places.forEach((p, k) => {
        result.data[b * places.length + k] = p === kept ? sum : data[b * cols + p]
      })
    }
    return result
  }
  return {
    ...first,
    live: Int32Array.from(places, (p) => live[p]),
    weights: merge(first.weights),
    factors: first.factors && { ...first.factors, right: merge(first.factors.right) },
  }
}
