import { randomStream } from '../random/random.js'

/** A seed for one purpose of one network, derived from the study's seed. */
export function deriveSeed(seed: number, ...path: readonly (string | number)[]): number {
  return randomStream(seed, 'study', ...path).uint32()
}
