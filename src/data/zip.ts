import { inflateSync } from 'fflate'
import { crc32 } from './crc32.js'
import { FileError } from './file-error.js'
import { inflateStart } from './inflate-start.js'

/** One file of a ZIP archive, not yet unpacked. */
export interface ZipEntry {
  readonly name: string
  /** Bytes of the contents, as the directory says. */
  readonly size: number
  /** @throws FileError when the contents are damaged or larger than the archive can hold */
  readonly unpack: () => Uint8Array
  /**
   * The first bytes, at most `count`, in no more memory than they take. All contents are checked as by `unpack`, unless
   * `whole` is false: then nothing beyond these bytes is looked at.
   */
  readonly unpackStart: (count: number, whole?: boolean) => Uint8Array
}

interface Directory {
  readonly entries: number
  readonly size: number
  readonly offset: number
}

/** What the central directory says of one file. */
interface FileRecord {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly unpacked: number
  readonly header: number
}

const signature = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 }

/** Deflate spends at least two bits on 258 bytes, so it cannot shrink by more than 1032 (a block's header aside). */
const deflateLimit = 1032

/**
 * The files of a ZIP archive in the order of its central directory; stored and deflated entries, ZIP64 sizes. Nothing is
 * unpacked before it is asked for, and no length is believed before it is compared with the bytes that are there.
 *
 * @throws FileError when the directory is missing, cut short, inconsistent, or names a file twice
 */
export function readZip(bytes: Uint8Array, file: string): ZipEntry[] {
  if (bytes.length === 0) throw new FileError(file, 'expected a ZIP archive, got an empty file')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { entries, size, offset } = findDirectory(view, file)
  const limit = offset + size
  if (!(limit <= bytes.length)) {
    throw new FileError(file, `expected the ZIP directory within ${bytes.length} bytes, got an end at ${limit}`)
  }
  const result: ZipEntry[] = []
  const names = new Set<string>()
  let packed = 0
  let at = offset
  for (let i = 0; i < entries; i++) {
    if (at + 46 > limit || view.getUint32(at, true) !== signature.central) {
      throw new FileError(file, `expected ${entries} entries in the ZIP directory, got ${i}`)
    }
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true))
    const next = at + 46 + lengths[0] + lengths[1] + lengths[2]
    if (next > limit) throw new FileError(file, `expected entry ${i} within the ZIP directory, got a longer one`)
    const record = readRecord(view, at, lengths[0], lengths[1], file)
    if (names.has(record.name)) throw new FileError(file, 'expected each name once in the archive', record.name)
    names.add(record.name)
    // Entries that share their contents could unpack to the square of the file's size.
    packed += record.packed
    if (!(packed <= offset)) throw new FileError(file, `expected ${offset} bytes of contents, got more`, record.name)
    result.push({
      name: record.name,
      size: record.unpacked,
      unpack: () => unpack(bytes, record, offset, file),
      unpackStart: (count, whole = true) => unpackStart(bytes, record, offset, file, count, whole),
    })
    at = next
  }
  if (at !== limit) throw new FileError(file, `expected ${entries} entries in the ZIP directory, got more`)
  return result
}

function findDirectory(view: DataView, file: string): Directory {
  // The end record is 22 bytes and a comment of at most 65,535.
  const first = Math.max(0, view.byteLength - 22 - 0xffff)
  for (let at = view.byteLength - 22; at >= first; at--) {
    if (view.getUint32(at, true) !== signature.end || at + 22 + view.getUint16(at + 20, true) !== view.byteLength) {
      continue
    }
    const locator = at - 20
    if (locator >= 0 && view.getUint32(locator, true) === signature.locator64) {
      const end64 = safeUint64(view, locator + 8)
      if (!(end64 + 56 <= locator && view.getUint32(end64, true) === signature.end64)) {
        throw new FileError(file, `expected a ZIP64 end record at byte ${end64}, got something else`)
      }
      const [entries, size, offset] = [32, 40, 48].map((field) => safeUint64(view, end64 + field))
      return { entries, size, offset }
    }
    return {
      entries: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    }
  }
  throw new FileError(file, 'expected a ZIP archive, got no end record: the file is cut short or something else')
}

/** An unsigned 64-bit integer; beyond 2^53 the nearest number, which no check of a length lets pass. */
function safeUint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32
}

function readRecord(view: DataView, at: number, nameLength: number, extraLength: number, file: string): FileRecord {
  const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameLength))
  if (view.getUint16(at + 8, true) & 1) throw new FileError(file, 'expected a file without password', name)
  const sizes = { unpacked: 24, packed: 20, header: 42 }
  const values = Object.fromEntries(
    Object.entries(sizes).map(([field, shift]) => [field, view.getUint32(at + shift, true)]),
  ) as { -readonly [Field in keyof typeof sizes]: number }

  // ZIP64 keeps, in this order, the values that did not fit and are all ones in the record itself.
  const extraEnd = at + 46 + nameLength + extraLength
  for (let extra = at + 46 + nameLength; extra + 4 <= extraEnd;) {
    const end = extra + 4 + view.getUint16(extra + 2, true)
    if (view.getUint16(extra, true) === 1) {
      let field = extra + 4
      for (const key of ['unpacked', 'packed', 'header'] as const) {
        if (values[key] !== 0xffffffff) continue
        if (field + 8 > Math.min(end, extraEnd)) throw new FileError(file, 'expected a longer ZIP64 field', name)
        values[key] = safeUint64(view, field)
        field += 8
      }
    }
    extra = end
  }
  return { name, method: view.getUint16(at + 10, true), crc: view.getUint32(at + 16, true), ...values }
}

type Fail = (problem: string) => never

/** The contents as they are in the archive, their place and method checked. */
function packedContents(bytes: Uint8Array, record: FileRecord, limit: number, fail: Fail): Uint8Array {
  const { method, packed, header } = record
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!(header + 30 <= limit && view.getUint32(header, true) === signature.local)) {
    fail(`expected a file header at byte ${header}, got something else`)
  }
  const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true)
  if (!(start + packed <= limit)) fail(`expected ${packed} bytes of contents, got ${Math.max(0, limit - start)}`)
  if (method !== 0 && method !== 8) fail(`expected stored or deflated contents, got compression method ${method}`)
  return bytes.subarray(start, start + packed)
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

function unpack(bytes: Uint8Array, record: FileRecord, limit: number, file: string): Uint8Array {
  const fail = failsIn(file, record)
  const contents = packedContents(bytes, record, limit, fail)
  const result = record.method === 8 ? inflate(contents, record.unpacked, fail) : contents
  checkContents(result.length, crc32(result), record, fail)
  return result
}

function unpackStart(
  bytes: Uint8Array,
  record: FileRecord,
  limit: number,
  file: string,
  count: number,
  whole: boolean,
): Uint8Array {
  const fail: Fail = failsIn(file, record)
  const contents = packedContents(bytes, record, limit, fail)
  const keep = Math.min(count, record.unpacked)
  if (record.method === 0) {
    if (whole) checkContents(contents.length, crc32(contents), record, fail)
    return contents.subarray(0, keep)
  }
  checkRatio(contents, record.unpacked, fail)
  try {
    const { start, length, crc } = inflateStart(contents, keep, whole)
    if (whole) checkContents(length, crc, record, fail)
    return start
  } catch (error) {
    if (error instanceof FileError) throw error
    return fail(`expected deflated contents of ${record.unpacked} bytes, got damaged or longer ones`)
  }
}

function checkRatio(contents: Uint8Array, unpacked: number, fail: Fail): void {
  if (unpacked <= deflateLimit * contents.length) return
  fail(`expected at most ${deflateLimit * contents.length} bytes from ${contents.length} deflated, got ${unpacked}`)
}

function inflate(contents: Uint8Array, unpacked: number, fail: Fail): Uint8Array {
  checkRatio(contents, unpacked, fail)
  try {
    // One byte of room beyond the promise tells contents that are longer from contents that are not.
    return inflateSync(contents, { out: new Uint8Array(unpacked + 1) })
  } catch {
    return fail(`expected deflated contents of ${unpacked} bytes, got damaged or longer ones`)
  }
}
