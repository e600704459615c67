/** What is wrong with a pickle; who reads it knows the file. */
export class PickleError extends Error {
  override readonly name = 'PickleError'
}

/** Reads the arguments of a pickle's instructions one after another. */
export interface PickleCursor {
  readonly byte: () => number
  /** An unsigned integer of so many bytes, little-endian. @throws PickleError beyond 2^53 */
  readonly unsigned: (bytes: number) => number
  readonly int32: () => number
  /** Big-endian, as no other number of a pickle. */
  readonly float64: () => number
  readonly bytes: (count: number) => Uint8Array
  readonly text: (count: number) => string
  /** What comes before the next line break, which is passed over. */
  readonly line: () => string
}

/** Texts are UTF-8 in which Python's lone surrogates have no place. */
const decoder = new TextDecoder('utf-8', { fatal: true })

export function pickleCursor(pickle: Uint8Array): PickleCursor {
  const view = new DataView(pickle.buffer, pickle.byteOffset, pickle.byteLength)
  let at = 0
  const take = (count: number): number => {
    if (!(count <= pickle.length - at))
      throw new PickleError(`expected ${count} more bytes at byte ${at}: it is cut short`)
    at += count
    return at - count
  }
  const unsigned = (bytes: number): number => {
    const start = take(bytes)
    let value = 0
    for (let i = bytes - 1; i >= 0; i--) value = value * 256 + pickle[start + i]
    if (!Number.isSafeInteger(value)) throw new PickleError(`expected a length below 2^53 at byte ${start}`)
    return value
  }
  const bytes = (count: number): Uint8Array => {
    const start = take(count)
    return pickle.subarray(start, start + count)
  }
  const text = (count: number): string => {
    const start = at
    try {
      return decoder.decode(bytes(count))
    } catch (error) {
      if (error instanceof PickleError) throw error
      throw new PickleError(`expected a text in UTF-8 at byte ${start}`)
    }
  }
  return {
    byte: () => pickle[take(1)],
    unsigned,
    int32: () => view.getInt32(take(4), true),
    float64: () => view.getFloat64(take(8), false),
    bytes,
    text,
    line: () => {
      const end = pickle.indexOf(0x0a, at)
      if (end < 0) throw new PickleError(`expected a line break after byte ${at}`)
      const line = text(end - at)
      at++
      return line
    },
  }
}
