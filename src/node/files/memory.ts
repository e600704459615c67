import { freemem, totalmem } from 'node:os'
import { groupMemory } from './container.js'

/**
 * Bytes that this process can have at most: the machine's memory or the limit that its container sets.
 *
 * @example
 * import { availableMemory, freeMemory } from 'limn/node'
 *
 * console.log(availableMemory() >= freeMemory()) // true
 */
export function availableMemory(): number {
  const limit = process.constrainedMemory()
  return Math.min(limit > 0 ? limit : Infinity, groupMemory().limit, totalmem())
}

/**
 * Bytes that this process can still take now: what nobody else uses, within the limit that its container sets.
 *
 * @example
 * import { freeMemory } from 'limn/node'
 *
 * console.log(freeMemory() > 0) // true
 */
export function freeMemory(): number {
  return Math.max(0, Math.min(freemem(), availableMemory() - process.memoryUsage.rss(), groupMemory().room))
}

/** Share of the free memory that a computation takes when it is given no bound. */
const share = 0.75

/**
 * Bytes of working memory where nothing else is asked for.
 *
 * @example
 * import { availableMemory, defaultMemory } from 'limn/node'
 *
 * console.log(defaultMemory() <= availableMemory()) // true
 */
export const defaultMemory = (): number => Math.floor(share * freeMemory())

/** A weight and its score in f64, and its mask: what pruning never does without. */
export const bytesPerWeight = 17

/** A size with three significant digits. */
export function gigabytes(bytes: number): string {
  return bytes < 1e8 ? `${(bytes / 1e6).toPrecision(3)} MB` : `${(bytes / 1e9).toPrecision(3)} GB`
}

/**
 * Refuses what can never fit into this machine's memory, before any of it is taken.
 *
 * @param bytes a lower bound of what is needed
 * @param what needs it, the beginning of the message
 * @param remedy what to do instead
 * @throws RangeError with need, limit and remedy
 */
export function requireMemory(bytes: number, what: string, remedy: string): void {
  requireAtMost(availableMemory(), bytes, what, remedy)
}

/**
 * {@link requireMemory} for what has to fit beside everything else that runs now.
 *
 * @throws RangeError with need, free memory and remedy
 */
export function requireFreeMemory(bytes: number, what: string, remedy: string): void {
  requireAtMost(freeMemory(), bytes, what, remedy)
}

function requireAtMost(limit: number, bytes: number, what: string, remedy: string): void {
  if (!(bytes <= limit)) {
    throw new RangeError(`${what}: expected at most ${gigabytes(limit)} of memory, got ${gigabytes(bytes)}; ${remedy}`)
  }
}
