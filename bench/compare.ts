import type { TensorMap } from '../src/data/tensor.js'
import { duration } from './text-units.js'

/** Whether two answers are the same, and how far they are apart. */
export interface Check {
  /** What `difference` measures. */
  readonly measure: string
  readonly difference: number
  readonly tolerance: number
  readonly same: boolean
  /** What else the two answers tell. */
  readonly note?: string
}

export type Compare = (limn: TensorMap, peer: TensorMap) => Check

function check(measure: string, difference: number, tolerance: number): Check {
  // Written so that NaN differs.
  return { measure, difference, tolerance, same: difference <= tolerance }
}

/** The data of a key on one side. @throws Error when the answer lacks it */
export function values(answer: TensorMap, key: string): ArrayLike<number> {
  const tensor = answer.get(key)
  if (!tensor) throw new Error(`compare: expected '${key}' in the answer, got ${[...answer.keys()].join(', ')}`)
  return tensor.data
}

function pairs(limn: TensorMap, peer: TensorMap, keys: readonly string[]): [ArrayLike<number>, ArrayLike<number>][] {
  return keys.map((key) => {
    const [a, b] = [values(limn, key), values(peer, key)]
    if (a.length !== b.length)
      throw new Error(`compare: expected '${key}' of one size, got ${a.length} and ${b.length}`)
    return [a, b]
  })
}

/** The largest of ‖a − b‖ / ‖b‖ over the given keys (Euclidean norms). */
export function relativeDifference(keys: readonly string[], tolerance: number): Compare {
  return (limn, peer) => {
    const differences = pairs(limn, peer, keys).map(([a, b]) => {
      let difference = 0
      let size = 0
      for (let i = 0; i < a.length; i++) {
        difference += (a[i] - b[i]) ** 2
        size += b[i] ** 2
      }
      return difference === 0 ? 0 : Math.sqrt(difference / size)
    })
    return check('‖a − b‖ / ‖b‖', worst(differences), tolerance)
  }
}

/** The share of the kept weights that the other side does not keep, over all masks together. */
export function maskDifference(masks: number, tolerance: number): Compare {
  const keys = Array.from({ length: masks }, (_, i) => `mask${i}`)
  return (limn, peer) => {
    let different = 0
    let kept = 0
    for (const [a, b] of pairs(limn, peer, keys)) {
      for (let i = 0; i < a.length; i++) {
        if (a[i] !== b[i]) different++
        kept += b[i]
      }
    }
    return check('share of kept weights that differ', different / (2 * kept), tolerance)
  }
}

/** Eigenvalues alike relative to the largest one; with `residual` both sides' own residuals small as well. */
export function eigenDifference(tolerance: number, residual: boolean): Compare {
  return (limn, peer) => {
    const [[a, b]] = pairs(limn, peer, ['values'])
    const differences = Array.from(a, (value, i) => Math.abs(value - b[i]) / Math.abs(b[0]))
    if (!residual) return check('largest |λ − λ′| / λ₁', worst(differences), tolerance)
    const residuals = [values(limn, 'residual')[0], values(peer, 'residual')[0]]
    return check('largest of |λ − λ′| / λ₁ and both residuals', worst([...differences, ...residuals]), tolerance)
  }
}

/**
 * Cut norms are hard to compute, so sides answer with cuts that they found, one for each pair: limn's must be at least as
 * large as the peer's, and its certified upper bounds at least as large as both. The note tells how tight both are, and what
 * limn's default enclosure, which branches, makes of it.
 */
export function cutDifference(tolerance: number): Compare {
  return (limn, peer) => {
    const [lower, upper, found, relaxed] = [
      ...['value', 'upper'].map((key) => Array.from(values(limn, key))),
      ...['value', 'relaxed'].map((key) => Array.from(values(peer, key))),
    ]
    const short = found.map((cut, p) => Math.max(0, cut - lower[p], cut - upper[p]) / cut)
    const range = (ratios: readonly number[]) => `${Math.min(...ratios).toFixed(3)} … ${Math.max(...ratios).toFixed(3)}`
    const note =
      `upper bound over cut: limn ${range(upper.map((bound, p) => bound / lower[p]))} (proven), ` +
      `peer ${range(relaxed.map((bound, p) => bound / found[p]))} (unproven); ` +
      `limn's cut over the peer's ${range(lower.map((cut, p) => cut / found[p]))}; ` +
      `limn with branching, in ${duration(values(limn, 'tightSeconds')[0])}: ${range(Array.from(values(limn, 'tight')))}`
    return { ...check('how much larger a cut of the peer is', worst(short), tolerance), note }
  }
}

function worst(numbers: readonly number[]): number {
  let largest = 0
  // NaN wins, so that it is seen.
  for (const value of numbers) if (!(value <= largest)) largest = value
  return largest
}
