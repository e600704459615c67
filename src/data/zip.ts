import { inflateSync } from 'fflate'
import { eachPiece, sourceOf, type ByteSource } from './byte-source.js'
import { crc32 } from './crc32.js'
import { FileError } from './file-error.js'
import { inflateStart } from './inflate-start.js'
import { readDirectory, signature, viewOf, type FileRecord } from './zip-directory.js'

/** One file of a ZIP archive, not yet unpacked. */
export interface ZipEntry {
  readonly name: string
  /** Bytes of the contents, as the directory says. */
  readonly size: number
  /** Whether the contents are as they are, and not deflated. */
  readonly stored: boolean
  /** CRC-32 of the contents, as the directory says. */
  readonly checksum: number
  /** @throws FileError when the contents are damaged or larger than the archive can hold */
  readonly unpack: () => Uint8Array
  /**
   * The first bytes, at most `count`, in no more memory than they take. All contents are checked as by `unpack`, unless
   * `whole` is false: then nothing beyond these bytes is looked at.
   */
  readonly unpackStart: (count: number, whole?: boolean) => Uint8Array
  /**
   * Contents that are stored, to be read in part; all of them are checked first, the first time, unless `check` is false.
   *
   * @throws FileError when they are damaged, or deflated
   */
  readonly open: (check?: boolean) => ByteSource
}

/** Deflate spends at least two bits on 258 bytes, so it cannot shrink by more than 1032 (a block's header aside). */
const deflateLimit = 1032

/**
 * The files of a ZIP archive in the order of its central directory; stored and deflated entries, ZIP64 sizes. Nothing is
 * unpacked before it is asked for, and no length is believed before it is compared with the bytes that are there.
 *
 * @throws FileError when the directory is missing, cut short, inconsistent, or names a file twice
 */
export function readZip(from: Uint8Array | ByteSource, file: string): ZipEntry[] {
  const source = 'read' in from ? from : sourceOf(from)
  const { records, offset } = readDirectory(source, file)
  return records.map((record) => {
    let opened: ByteSource | undefined
    return {
      name: record.name,
      size: record.unpacked,
      stored: record.method === 0,
      checksum: record.crc,
      unpack: () => unpack(source, record, offset, file),
      unpackStart: (count, whole = true) => unpackStart(source, record, offset, file, count, whole),
      open: (check = true) => (opened ??= open(source, record, offset, file, check)),
    }
  })
}

type Fail = (problem: string) => never

/** The contents as they are in the archive, their place and method checked. */
function packedContents(source: ByteSource, record: FileRecord, limit: number, fail: Fail): ByteSource {
  const { method, packed, header } = record
  const local = header + 30 <= limit ? viewOf(source.read(header, header + 30)) : undefined
  if (local?.getUint32(0, true) !== signature.local) {
    return fail(`expected a file header at byte ${header}, got something else`)
  }
  const start = header + 30 + local.getUint16(26, true) + local.getUint16(28, true)
  if (!(start + packed <= limit)) fail(`expected ${packed} bytes of contents, got ${Math.max(0, limit - start)}`)
  if (method !== 0 && method !== 8) fail(`expected stored or deflated contents, got compression method ${method}`)
  return { size: packed, read: (begin, end) => source.read(start + begin, start + end) }
}

const failsIn =
  (file: string, { name }: FileRecord): Fail =>
  (problem) => {
    throw new FileError(file, problem, name)
  }

function checkContents(length: number, crc: number, record: FileRecord, fail: Fail): void {
  if (length !== record.unpacked) fail(`expected ${record.unpacked} bytes as the directory says, got ${length}`)
  if (crc !== record.crc) fail('expected the checksum of the directory, got another: the contents are damaged')
}

const allOf = (source: ByteSource): Uint8Array => source.read(0, source.size)

function checksum(source: ByteSource): number {
  let crc = 0
  eachPiece(source, 0, source.size, (bytes) => {
    crc = crc32(bytes, crc)
  })
  return crc
}

function open(source: ByteSource, record: FileRecord, limit: number, file: string, check: boolean): ByteSource {
  const fail: Fail = failsIn(file, record)
  const contents = packedContents(source, record, limit, fail)
  if (record.method !== 0) fail('expected contents that are stored, got deflated ones')
  checkContents(contents.size, check ? checksum(contents) : record.crc, record, fail)
  return contents
}

function unpack(source: ByteSource, record: FileRecord, limit: number, file: string): Uint8Array {
  const fail: Fail = failsIn(file, record)
  const contents = packedContents(source, record, limit, fail)
  const result = record.method === 8 ? inflate(allOf(contents), record.unpacked, fail) : allOf(contents)
  checkContents(result.length, crc32(result), record, fail)
  return result
}

function unpackStart(
  source: ByteSource,
  record: FileRecord,
  limit: number,
  file: string,
  count: number,
  whole: boolean,
): Uint8Array {
  const fail: Fail = failsIn(file, record)
  const contents = packedContents(source, record, limit, fail)
  const keep = Math.min(count, record.unpacked)
  if (record.method === 0) {
    if (whole) checkContents(contents.size, checksum(contents), record, fail)
    return contents.read(0, Math.min(keep, contents.size))
  }
  checkRatio(contents.size, record.unpacked, fail)
  try {
    const { start, length, crc } = inflateStart(contents, keep, whole)
    if (whole) checkContents(length, crc, record, fail)
    return start
  } catch (error) {
    if (error instanceof FileError) throw error
    return fail(`expected deflated contents of ${record.unpacked} bytes, got damaged or longer ones`)
  }
}

function checkRatio(packed: number, unpacked: number, fail: Fail): void {
  if (unpacked <= deflateLimit * packed) return
  fail(`expected at most ${deflateLimit * packed} bytes from ${packed} deflated, got ${unpacked}`)
}

function inflate(contents: Uint8Array, unpacked: number, fail: Fail): Uint8Array {
  checkRatio(contents.length, unpacked, fail)
  try {
    // One byte of room beyond the promise tells contents that are longer from contents that are not.
    return inflateSync(contents, { out: new Uint8Array(unpacked + 1) })
  } catch {
    return fail(`expected deflated contents of ${unpacked} bytes, got damaged or longer ones`)
  }
}
