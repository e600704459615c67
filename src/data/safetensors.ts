import { copyOf, sourceOf, type ByteSource } from './byte-source.js'
import { adoptedMemory, adoptElements, elementBytes, elementRules, tensorTypeOf } from './elements.js'
import type { ElementType } from './elements.js'
import { FileError } from './file-error.js'
import { checkSize, requireTensor } from './shape.js'
import { notReadable, readAll, type StoredTensor, type TensorFile } from './tensor-file.js'
import type { OnUnreadable, Tensor, TensorArchive, TensorMap, TensorType } from './tensor.js'
import { parseUniqueJson } from './unique-json.js'

const elementTypes: Readonly<Record<string, ElementType>> = {
  BOOL: 'bool',
  U8: 'u8',
  I8: 'i8',
  U16: 'u16',
  I16: 'i16',
  U32: 'u32',
  I32: 'i32',
  U64: 'u64',
  I64: 'i64',
  F16: 'f16',
  BF16: 'bf16',
  F32: 'f32',
  F64: 'f64',
}

const dtypes = {
  f64: 'F64',
  f32: 'F32',
  u8: 'U8',
  i8: 'I8',
  u16: 'U16',
  i16: 'I16',
  u32: 'U32',
  i32: 'I32',
} as const satisfies Record<TensorType, string>

const metadataKey = '__metadata__'

/** Longest header the format allows. */
const longestHeader = 100_000_000

/** Far more tensors than any network here has, few enough to look at in a moment; an entry has three levels. */
const headerLimits = { keys: 100_000, depth: 3 }

interface Entry {
  readonly key: string
  readonly dtype: string
  /** Or why its values cannot be read. */
  readonly type: ElementType | FileError
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

/**
 * Lists a safetensors file, of which the header alone is read. The tensors must fill the data exactly, without hole or
 * overlap, as the format demands.
 *
 * @throws FileError naming the key at the first thing that does not fit
 */
export function safetensorsFile(source: ByteSource, file: string): TensorFile {
  if (source.size === 0) throw new FileError(file, 'expected a safetensors file, got an empty one')
  const { header, start } = readHeader(source, file)
  const size = source.size - start
  const entries: Entry[] = []
  let metadata: Record<string, string> = {}
  for (const [key, value] of Object.entries(header)) {
    if (key === metadataKey) metadata = readMetadata(value, file)
    else entries.push(readEntry(key, value, file))
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end)
  const tensors = new Map<string, StoredTensor>()
  let position = 0
  for (const entry of entries) {
    const { key, begin, end } = entry
    if (begin !== position) {
      throw new FileError(file, `expected data from byte ${position} on (no hole, no overlap), got ${begin}`, key)
    }
    if (!(end <= size)) throw new FileError(file, `expected data within ${size} bytes, got an end at ${end}`, key)
    position = end
    tensors.set(key, storedTensor(entry, source, start, file))
  }
  if (position !== size) {
    throw new FileError(file, `expected ${position} bytes of data after the header, got ${size}`)
  }
  return { tensors, metadata }
}

/** @throws FileError when shape and bytes disagree */
function storedTensor(entry: Entry, source: ByteSource, start: number, file: string): StoredTensor {
  const { key, dtype, type, shape, begin, end } = entry
  if (type instanceof FileError) return notReadable(type, shape, dtype)
  checkSize(shape, elementRules[type].size, end - begin, file, key)
  const read = (): Tensor => {
    try {
      return { shape, data: adoptElements(type, copyOf(source, start + begin, start + end)) }
    } catch (error) {
      if (error instanceof RangeError) throw new FileError(file, error.message, key)
      throw error
    }
  }
  return { type: dtype, shape, memory: adoptedMemory(type, end - begin), read }
}

/**
 * Reads a safetensors file. The tensors must fill the data exactly, without hole or overlap, as the format demands.
 *
 * @param onUnreadable told of tensors of a dtype that limn has no numbers for, which are then not among the result's
 * @throws FileError naming the key at the first thing that does not fit
 *
 * @example
 * import { decodeSafetensors, encodeSafetensors } from 'limn'
 *
 * const x = { shape: [2], data: Float32Array.of(1, 2) } as const
 * const { tensors, metadata } = decodeSafetensors(encodeSafetensors(new Map([['x', x]]), { seed: '7' }), 'x.safetensors')
 * console.log(tensors.get('x')?.data, metadata) // Float32Array(2) [ 1, 2 ] { seed: '7' }
 */
export function decodeSafetensors(bytes: Uint8Array, file: string, onUnreadable?: OnUnreadable): TensorArchive {
  return readAll(safetensorsFile(sourceOf(bytes), file), onUnreadable)
}

function readHeader(source: ByteSource, file: string): { header: object; start: number } {
  if (source.size < 8) {
    throw new FileError(file, `expected 8 bytes with the header's length, got ${source.size}: the file is cut short`)
  }
  const first = source.read(0, 8)
  const view = new DataView(first.buffer, first.byteOffset, first.byteLength)
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32
  if (!(length <= longestHeader)) {
    const hint = 'the file is damaged or not safetensors'
    throw new FileError(file, `expected a header of at most ${longestHeader} bytes, got ${length}: ${hint}`)
  }
  if (!(length <= source.size - 8)) {
    const rest = `${source.size - 8}: the file is cut short`
    throw new FileError(file, `expected a header of ${length} bytes, got ${rest}`)
  }
  return { header: parseHeader(source.read(8, 8 + length), file), start: 8 + length }
}

function parseHeader(bytes: Uint8Array, file: string): object {
  let header: unknown
  try {
    header = parseUniqueJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes), headerLimits)
  } catch (error) {
    throw new FileError(file, `expected a JSON header: ${error instanceof Error ? error.message : String(error)}`)
  }
  return isObject(header) ? header : wrongHeader(file)
}

function wrongHeader(file: string): never {
  throw new FileError(file, 'expected a JSON object as header, got something else')
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readMetadata(value: unknown, file: string): Record<string, string> {
  if (!isObject(value)) throw new FileError(file, 'expected an object of texts, got something else', metadataKey)
  const result = new Map<string, string>()
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string')
      throw new FileError(file, `expected a text as ${name}, got ${typeof text}`, metadataKey)
    result.set(name, text)
  }
  return Object.fromEntries(result)
}

function readEntry(key: string, value: unknown, file: string): Entry {
  const fail = (problem: string): never => {
    throw new FileError(file, problem, key)
  }
  const { dtype, shape, data_offsets } = (isObject(value) ? value : {}) as { readonly [field: string]: unknown }
  const known = `expected a dtype of ${Object.keys(elementTypes).join(', ')}, got ${excerpt(dtype)}`
  if (typeof dtype !== 'string') return fail(known)
  if (!isSizes(shape)) return fail(`expected a shape of non-negative integers, got ${excerpt(shape)}`)
  if (!(isSizes(data_offsets) && data_offsets.length === 2 && data_offsets[0] <= data_offsets[1])) {
    return fail(`expected data_offsets [begin, end], got ${excerpt(data_offsets)}`)
  }
  const type = Object.hasOwn(elementTypes, dtype) ? elementTypes[dtype] : new FileError(file, known, key)
  return { key, dtype, type, shape, begin: data_offsets[0], end: data_offsets[1] }
}

/** The start of a value's JSON, short enough for a message. */
function excerpt(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value).slice(0, 80)
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0)
}

/**
 * A safetensors file of the tensors in the map's order; the header is padded so that the data starts at a multiple of
 * 8 bytes. The same arguments give the same bytes.
 *
 * @param metadata written in the order given; left out when empty
 * @param options `bool`: keys of u8 tensors of zeros and ones to write as BOOL
 * @throws RangeError when a tensor's shape and data disagree, a key is `__metadata__`, or a `bool` tensor is no such tensor
 *
 * @example
 * import { encodeSafetensors, readTensors } from 'limn'
 *
 * const mask = { shape: [2, 2], data: Uint8Array.of(1, 0, 0, 1) } as const
 * const bytes = encodeSafetensors(new Map([['layers.0.mask', mask]]))
 * console.log(readTensors(bytes, 'masks.safetensors').tensors.get('layers.0.mask')?.data)
 * // Uint8Array(4) [ 1, 0, 0, 1 ]
 */
export function encodeSafetensors(
  tensors: TensorMap,
  metadata: Readonly<Record<string, string>> = {},
  { bool = [] }: { readonly bool?: readonly string[] } = {},
): Uint8Array {
  // Written entry by entry: an object would move keys that look like integers to the front.
  const entries: string[] = []
  if (Object.keys(metadata).length > 0) entries.push(`"${metadataKey}":${JSON.stringify(metadata)}`)
  const missing = bool.find((key) => !tensors.has(key))
  if (missing !== undefined) throw new RangeError(`encodeSafetensors: expected a tensor ${missing} to write as BOOL`)
  let position = 0
  for (const [key, tensor] of tensors) {
    requireTensor(tensor, `encodeSafetensors: ${key}`)
    if (key === metadataKey) throw new RangeError(`encodeSafetensors: expected another key than ${metadataKey}`)
    const isBool = bool.includes(key)
    if (isBool && !(tensor.data instanceof Uint8Array && tensor.data.every((value) => value <= 1))) {
      throw new RangeError(`encodeSafetensors: expected u8 zeros and ones in ${key} to write as BOOL`)
    }
    const end = position + tensor.data.byteLength
    const entry = {
      dtype: isBool ? 'BOOL' : dtypes[tensorTypeOf(tensor.data)],
      shape: tensor.shape,
      data_offsets: [position, end],
    }
    entries.push(`${JSON.stringify(key)}:${JSON.stringify(entry)}`)
    position = end
  }
  const text = new TextEncoder().encode(`{${entries.join(',')}}`)
  const start = Math.ceil((8 + text.length) / 8) * 8
  if (start - 8 > longestHeader) {
    throw new RangeError(`encodeSafetensors: expected a header of at most ${longestHeader} bytes, got ${start - 8}`)
  }
  const result = new Uint8Array(start + position).fill(0x20, 8, start)
  new DataView(result.buffer).setUint32(0, start - 8, true)
  result.set(text, 8)
  let at = start
  for (const { data } of tensors.values()) {
    result.set(elementBytes(data), at)
    at += data.byteLength
  }
  return result
}
