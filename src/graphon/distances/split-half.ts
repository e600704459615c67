import { averageChains } from '../chain/average.js'
import type { GraphonChain } from '../chain/chain.js'
import { distanceChains } from './chains.js'

/**
 * L2 distance, per weight matrix, between the mean of the even trials and the mean of the odd ones: noise measured on the
 * masks themselves, whatever their law. Two halves of T/2 trials each differ by twice the standard error of the mean of
 * all T.
 *
 * @returns null with fewer than two trials
 *
 * @example
 * import { constantChain } from 'limn'
 * import { splitHalf } from 'limn/graphon'
 *
 * const shape = { inputs: 2, classes: 2, hidden: [2] }
 * console.log(splitHalf([constantChain(shape, 0.5), constantChain(shape, 0.75)]), splitHalf([constantChain(shape, 0.5)]))
 * // [ 0.25, 0.25 ] null
 */
export function splitHalf(trials: readonly GraphonChain[]): number[] | null {
  if (trials.length < 2) return null
  const half = (parity: number) => averageChains(trials.filter((_, trial) => trial % 2 === parity))
  return distanceChains(half(0), half(1), { norm: 'l2' }).map(({ value }) => value)
}
