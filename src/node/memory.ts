import { totalmem } from 'node:os'

/** Bytes that this process can have at most: the machine's memory or the limit that its container sets. */
export function availableMemory(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** A weight and its score in f64, and its mask: what pruning never does without. */
export const bytesPerWeight = 17

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toPrecision(3)} GB`

/**
 * Refuses what can never fit into this machine's memory, before any of it is taken.
 *
 * @param bytes a lower bound of what is needed
 * @param what needs it, the beginning of the message
 * @param remedy what to do instead
 * @throws RangeError with need, limit and remedy
 */
export function requireMemory(bytes: number, what: string, remedy: string): void {
  const available = availableMemory()
  if (!(bytes <= available)) {
    throw new RangeError(
      `${what}: expected at most ${gigabytes(available)} of memory, got ${gigabytes(bytes)}; ${remedy}`,
    )
  }
}
