/** The bytes of a file, of which parts are read when they are wanted: a file may be larger than memory. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number
  /**
   * Bytes from `begin` up to `end`, which lie within the file. Not to be written to: they may be part of something larger.
   *
   * @throws FileError when they can no longer be read
   */
  readonly read: (begin: number, end: number) => Uint8Array
}

/** Bytes that are in memory already, as a source. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (begin, end) => bytes.subarray(begin, end) }
}

/** Bytes that are taken at a time where a whole range is not wanted at once. */
const piece = 2 ** 20

/** Hands out a range of a source in pieces, in order, none of which outlives its turn. */
export function eachPiece(
  source: ByteSource,
  begin: number,
  end: number,
  use: (bytes: Uint8Array, at: number) => void,
): void {
  for (let at = begin; at < end; at += piece) use(source.read(at, Math.min(end, at + piece)), at - begin)
}

/** A range of a source in memory of its own. */
export function copyOf(source: ByteSource, begin: number, end: number): Uint8Array<ArrayBuffer> {
  const own = new Uint8Array(end - begin)
  eachPiece(source, begin, end, (bytes, at) => own.set(bytes, at))
  return own
}
