import type { ByteSource } from './byte-source.js'
import { FileError } from './file-error.js'

/** What the central directory of a ZIP archive says of one file. */
export interface FileRecord {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly unpacked: number
  /** Where the file's own header begins. */
  readonly header: number
}

/** The files of a ZIP archive. */
export interface ZipDirectory {
  readonly records: readonly FileRecord[]
  /** Where the directory begins, and the files end. */
  readonly offset: number
}

interface End {
  readonly entries: number
  readonly size: number
  readonly offset: number
}

export const signature = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const

/** Longest directory that is read; that of a million files. */
const longestDirectory = 100_000_000

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/**
 * The central directory of a ZIP archive, ZIP64 fields included. No length is believed before it is compared with the bytes
 * that are there.
 *
 * @throws FileError when the directory is missing, cut short, inconsistent, or names a file twice
 */
export function readDirectory(source: ByteSource, file: string): ZipDirectory {
  if (source.size === 0) throw new FileError(file, 'expected a ZIP archive, got an empty file')
  const { entries, size, offset } = findDirectory(source, file)
  const limit = offset + size
  if (!(limit <= source.size)) {
    throw new FileError(file, `expected the ZIP directory within ${source.size} bytes, got an end at ${limit}`)
  }
  if (!(size <= longestDirectory)) {
    throw new FileError(file, `expected a ZIP directory of at most ${longestDirectory} bytes, got ${size}`)
  }
  const view = viewOf(source.read(offset, limit))
  const records: FileRecord[] = []
  const names = new Set<string>()
  let packed = 0
  let at = 0
  for (let i = 0; i < entries; i++) {
    if (at + 46 > size || view.getUint32(at, true) !== signature.central) {
      throw new FileError(file, `expected ${entries} entries in the ZIP directory, got ${i}`)
    }
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true))
    const next = at + 46 + lengths[0] + lengths[1] + lengths[2]
    if (next > size) throw new FileError(file, `expected entry ${i} within the ZIP directory, got a longer one`)
    const record = readRecord(view, at, lengths[0], lengths[1], file)
    if (names.has(record.name)) throw new FileError(file, 'expected each name once in the archive', record.name)
    names.add(record.name)
    // Entries that share their contents could unpack to the square of the file's size.
    packed += record.packed
    if (!(packed <= offset)) throw new FileError(file, `expected ${offset} bytes of contents, got more`, record.name)
    records.push(record)
    at = next
  }
  if (at !== size) throw new FileError(file, `expected ${entries} entries in the ZIP directory, got more`)
  return { records, offset }
}

function findDirectory(source: ByteSource, file: string): End {
  // The end record is 22 bytes and a comment of at most 65,535; a ZIP64 archive has a locator of 20 before it.
  const start = Math.max(0, source.size - 20 - 22 - 0xffff)
  const view = viewOf(source.read(start, source.size))
  const first = Math.max(0, view.byteLength - 22 - 0xffff)
  for (let at = view.byteLength - 22; at >= first; at--) {
    if (view.getUint32(at, true) !== signature.end || at + 22 + view.getUint16(at + 20, true) !== view.byteLength) {
      continue
    }
    const locator = at - 20
    if (locator >= 0 && view.getUint32(locator, true) === signature.locator64) {
      const at64 = safeUint64(view, locator + 8)
      const end64 = at64 + 56 <= start + locator ? viewOf(source.read(at64, at64 + 56)) : undefined
      if (end64?.getUint32(0, true) !== signature.end64) {
        throw new FileError(file, `expected a ZIP64 end record at byte ${at64}, got something else`)
      }
      const [entries, size, offset] = [32, 40, 48].map((field) => safeUint64(end64, field))
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
