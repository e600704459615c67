import { exponentialFrom, normalFrom } from './ziggurat.js'
import { NumbersError } from '../numbers-error.js'

/**
 * A seeded stream of random numbers: xoshiro128** on state expanded by splitmix32. Same seed, same stream, everywhere: every
 * draw is made of integer operations and + − × ÷ √, whose rounding does not depend on the engine.
 */
export interface RandomStream {
  /** Uniform 32-bit unsigned integer. */
  uint32(): number
  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number
  /** Standard normal (Marsaglia and Tsang's ziggurat), with 53 random bits inside the layers. */
  normal(): number
  /** Exponential with mean 1. */
  exponential(): number
  /** Uniform integer in 0 … n − 1, without modulo bias. */
  below(n: number): number
}

/** What a stream is derived from: an integer seed and any number of labels, e.g. `('init', layer)`. */
export type SeedPart = number | string

function rotl(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k))
}

/** FNV-1a over the parts' text, so that ('a', 12) and ('a1', 2) differ. */
function hashParts(parts: readonly SeedPart[]): number {
  let hash = 0x811c9dc5
  for (const part of parts) {
    for (const character of `${typeof part === 'number' ? 'n' : 's'}${part}\u0000`) {
      hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193)
    }
  }
  return hash >>> 0
}

/**
 * The stream of a seed and a path of labels. Streams of different paths are independent for all practical purposes, and
 * none depends on how many numbers another has drawn.
 *
 * @param seed integer
 * @param path labels that tell this use apart from others under the same seed
 * @throws RangeError when the seed is not a safe integer
 *
 * @example
 * import { randomStream } from 'limn'
 *
 * const [a, b] = [randomStream(1, 'mine'), randomStream(1, 'mine')]
 * console.log(a.uniform() === b.uniform()) // true
 */
export function randomStream(seed: number, ...path: readonly SeedPart[]): RandomStream {
  if (!Number.isSafeInteger(seed)) throw new NumbersError(`randomStream: expected an integer seed, got ${seed}`)
  let mix = (hashParts(path) ^ seed ^ Math.imul(Math.floor(seed / 2 ** 32), 0x9e3779b1)) >>> 0
  const splitmix = (): number => {
    mix = (mix + 0x9e3779b9) | 0
    let z = mix ^ (mix >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    return z ^ (z >>> 15)
  }
  const state = Int32Array.of(splitmix(), splitmix(), splitmix() ^ hashParts([...path, 'second']), splitmix() | 1)

  const uint32 = (): number => {
    const a = state[0]
    const b = state[1]
    const c = state[2] ^ a
    const d = state[3] ^ b
    state[0] = a ^ d
    state[1] = b ^ c
    state[2] = c ^ (b << 9)
    state[3] = rotl(d, 11)
    return Math.imul(rotl(Math.imul(b, 5), 7), 9) >>> 0
  }
  const uniform = (): number => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992

  const normal = (): number => normalFrom(uint32, uniform)
  const exponential = (): number => exponentialFrom(uniform)
  const below = (n: number): number => {
    if (!(Number.isInteger(n) && n >= 1 && n <= 2 ** 32)) {
      throw new NumbersError(`below: expected an integer from 1 to 2^32, got ${n}`)
    }
    const limit = 2 ** 32 - (2 ** 32 % n)
    for (;;) {
      const value = uint32()
      if (value < limit) return value % n
    }
  }
  return { uint32, uniform, normal, exponential, below }
}

/**
 * A uniformly random order of 0 … n − 1 (Fisher and Yates).
 *
 * @example
 * import { permutation, randomStream } from 'limn'
 *
 * console.log(permutation(5, randomStream(1, 'order')).sort()) // Int32Array(5) [ 0, 1, 2, 3, 4 ]
 */
export function permutation(n: number, random: RandomStream): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const swap = order[i]
    order[i] = order[j]!
    order[j] = swap
  }
  return order
}
