import { elementRules, type ElementType } from './elements.js'
import { FileError } from './file-error.js'

/** NumPy's type codes without the byte order. */
const codes: Readonly<Record<string, ElementType>> = {
  b1: 'bool',
  u1: 'u8',
  i1: 'i8',
  u2: 'u16',
  i2: 'i16',
  u4: 'u32',
  i4: 'i32',
  u8: 'u64',
  i8: 'i64',
  f2: 'f16',
  f4: 'f32',
  f8: 'f64',
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/** Longest header that is read; NumPy's own reader stops at 10,000. */
const longestHeader = 65_536
/** Bytes of a file within which its header ends, if it is one that is read. */
export const npyHeadBytes = 12 + longestHeader
/** Longest header that is written: what NumPy's reader takes without being told to trust the file. */
const longestWritten = 10_000
/** Multiple to which a header is filled up. */
const unit = 64
/** Column at which a comment starts, so that a header's length does not depend on the shape of a kernel. */
const commentColumn = 96

/** What stands before the elements of a NumPy file, as it says it. */
export interface RawNpyHeader {
  /** Such as `<f8` or `<U12`. */
  readonly description: string
  readonly fortran: boolean
  readonly shape: readonly number[]
  /** What stands behind `#` after the header's entries, where NumPy does not look. */
  readonly comment?: string
  /** Bytes before the first element. */
  readonly start: number
}

/** A header whose elements can be read. */
export interface NpyHeader extends RawNpyHeader {
  readonly type: ElementType
  readonly littleEndian: boolean
}

type Literal = string | boolean | number | readonly Literal[] | undefined

/** The literals of Python that a header is made of; what is none throws a SyntaxError. */
function literalParser(text: string) {
  let at = 0
  const skip = (): void => {
    while (/\s/.test(text.charAt(at))) at++
  }
  const take = (token: string): boolean => {
    skip()
    if (!text.startsWith(token, at)) return false
    at += token.length
    return true
  }
  function expect(token: string): void {
    if (!take(token)) throw new SyntaxError(`expected ${token} at character ${at} of the header`)
  }
  function match(pattern: RegExp): string | undefined {
    skip()
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (!found) return undefined
    at += found[0].length
    return found[0]
  }
  function sequence(close: string): Literal[] {
    const items: Literal[] = []
    while (!take(close)) {
      items.push(value())
      if (!take(',')) {
        expect(close)
        break
      }
    }
    return items
  }
  function value(): Literal {
    if (take('(')) return sequence(')')
    if (take('[')) return sequence(']')
    const quoted = match(/'[^'\\\n]*'|"[^"\\\n]*"/y)
    if (quoted !== undefined) return quoted.slice(1, -1)
    // Python 2 wrote long integers as 3L.
    const digits = match(/-?\d+(\.\d+)?L?\b/y)
    if (digits !== undefined) return parseFloat(digits)
    const word = match(/[A-Za-z]+\b/y)
    if (word === 'True' || word === 'False') return word === 'True'
    if (word === 'None') return undefined
    throw new SyntaxError(`expected a literal of Python at character ${at} of the header`)
  }
  function dictionary(): Map<string, Literal> {
    const entries = new Map<string, Literal>()
    expect('{')
    while (!take('}')) {
      const key = value()
      if (typeof key !== 'string') throw new SyntaxError('expected names as keys of the header')
      if (entries.has(key)) throw new SyntaxError(`expected each key once in the header, got '${key}' twice`)
      expect(':')
      entries.set(key, value())
      if (!take(',')) {
        expect('}')
        break
      }
    }
    return entries
  }
  /** What is left: nothing, or a comment. */
  function rest(): string | undefined {
    if (take('#')) {
      const comment = /[^\n]*/.exec(text.slice(at))![0]
      at += comment.length
      skip()
      if (at < text.length) throw new SyntaxError(`expected nothing behind the comment of the header`)
      return comment.trim()
    }
    skip()
    if (at < text.length) throw new SyntaxError(`expected nothing behind the entries of the header`)
    return undefined
  }
  return { dictionary, rest }
}

const isShape = (value: Literal): value is readonly number[] =>
  Array.isArray(value) && value.every((size) => Number.isInteger(size) && size >= 0)

/**
 * Reads the header of a NumPy file, format versions 1 to 3, of any kind of elements.
 *
 * @param bytes the file, or as much of it as holds the header
 * @param file the file's name, for messages
 * @param key the array's name inside an archive, for messages
 * @throws FileError when the header is damaged, lacks an entry, has another one, or names one twice
 */
export function readRawNpyHeader(bytes: Uint8Array, file: string, key?: string): RawNpyHeader {
  const fail = (problem: string): never => {
    throw new FileError(file, problem, key)
  }
  if (bytes.length === 0) fail('expected a NumPy array, got an empty file')
  if (!magic.every((byte, i) => bytes[i] === byte)) fail('expected a NumPy array, got something else')
  const version = bytes[6]
  if (!(version >= 1 && version <= 3)) fail(`expected NumPy format version 1, 2 or 3, got ${version}`)
  const first = version === 1 ? 10 : 12
  if (bytes.length < first)
    fail(`expected ${first} bytes before the header, got ${bytes.length}: the file is cut short`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (length > longestHeader) fail(`expected a header of at most ${longestHeader} bytes, got ${length}`)
  const start = first + length
  if (bytes.length < start) {
    fail(`expected a header of ${length} bytes, got ${bytes.length - first}: the file is cut short`)
  }
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(first, start))
  let entries: Map<string, Literal>
  let comment: string | undefined
  try {
    const { dictionary, rest } = literalParser(text)
    entries = dictionary()
    comment = rest()
  } catch (error) {
    if (error instanceof SyntaxError) return fail(error.message)
    throw error
  }
  const known = ['descr', 'fortran_order', 'shape']
  const stray = [...entries.keys()].find((name) => !known.includes(name))
  if (stray !== undefined) fail(`expected only ${known.join(', ')} in the header, got '${stray}'`)
  const [description, fortran, shape] = known.map((name) => entries.get(name))
  if (!isShape(shape)) return fail("expected a 'shape' of non-negative integers in the header")
  if (typeof fortran !== 'boolean') return fail("expected 'fortran_order' True or False in the header")
  if (typeof description !== 'string') return fail("expected one element type as 'descr' in the header")
  return { description, fortran, shape, ...(comment !== undefined && { comment }), start }
}

/**
 * {@link readRawNpyHeader} of an array of booleans, integers or real numbers.
 *
 * @throws FileError as there, and for other elements
 */
export function readNpyHeader(bytes: Uint8Array, file: string, key?: string): NpyHeader {
  const header = readRawNpyHeader(bytes, file, key)
  // `=` and a missing order mean little-endian, as on every machine that writes such files.
  const [, order, code] = /^([<>|=]?)(.*)$/s.exec(header.description)!
  const type = Object.hasOwn(codes, code) ? codes[code] : undefined
  if (type === undefined || (order === '|' && elementRules[type].size > 1)) {
    const problem = `expected booleans, integers or real numbers of at most 64 bits, got dtype '${header.description}'`
    throw new FileError(file, problem, key)
  }
  return { ...header, type, littleEndian: order !== '>' }
}

/**
 * The first bytes of a NumPy file, version 1.0, row-major; the elements start at a multiple of 64 bytes.
 *
 * @param description of the elements, such as `<f8`
 * @param comment one line of ASCII that NumPy and other readers do not see
 * @throws RangeError when the header would be longer than NumPy's reader takes
 */
export function npyHeader(description: string, shape: readonly number[], comment?: string): Uint8Array {
  if (comment !== undefined && !/^[ -~]*$/.test(comment)) {
    throw new RangeError('npyHeader: expected a comment of one line of ASCII')
  }
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const entries = `{'descr': '${description}', 'fortran_order': False, 'shape': (${tuple}), }`
  const text = comment === undefined ? entries : `${entries.padEnd(commentColumn)}# ${comment}`
  const length = Math.ceil((10 + text.length + 1) / unit) * unit
  if (length - 10 > longestWritten) {
    throw new RangeError(`npyHeader: expected at most ${longestWritten} characters, got ${text.length}`)
  }
  const result = new Uint8Array(length)
  result.set(magic)
  result.set([1, 0, (length - 10) & 255, (length - 10) >> 8], 6)
  result.set(new TextEncoder().encode(`${text.padEnd(length - 11)}\n`), 10)
  return result
}
