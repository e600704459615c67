import type { TensorData, TensorType } from './tensor.js'
import { tensorTypes } from './tensor.js'

/** How one stored element type becomes numbers. */
interface ElementRule {
  /** Bytes per element. */
  readonly size: number
  /** Reads elements from a buffer of its own, in the machine's byte order. @throws RangeError on a value that has no number */
  readonly read: (buffer: ArrayBuffer) => TensorData
}

/** Element types that files use, each with the widening that `Tensor` documents. */
export const elementRules = {
  bool: { size: 1, read: readBooleans },
  u8: { size: 1, read: (buffer) => new Uint8Array(buffer) },
  i8: { size: 1, read: (buffer) => new Int8Array(buffer) },
  u16: { size: 2, read: (buffer) => new Uint16Array(buffer) },
  i16: { size: 2, read: (buffer) => new Int16Array(buffer) },
  u32: { size: 4, read: (buffer) => new Uint32Array(buffer) },
  i32: { size: 4, read: (buffer) => new Int32Array(buffer) },
  u64: { size: 8, read: (buffer) => exactNumbers(new BigUint64Array(buffer)) },
  i64: { size: 8, read: (buffer) => exactNumbers(new BigInt64Array(buffer)) },
  f16: { size: 2, read: readHalves },
  bf16: { size: 2, read: readBrainFloats },
  f32: { size: 4, read: (buffer) => new Float32Array(buffer) },
  f64: { size: 8, read: (buffer) => new Float64Array(buffer) },
} as const satisfies Record<string, ElementRule>

export type ElementType = keyof typeof elementRules

const hostIsLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

function readBooleans(buffer: ArrayBuffer): Uint8Array {
  const values = new Uint8Array(buffer)
  const wrong = values.findIndex((value) => value > 1)
  if (wrong >= 0) throw new RangeError(`expected booleans 0 or 1, got ${values[wrong]} at element ${wrong}`)
  return values
}

/** As i32 where all of them fit, so that they stay integers; else as f64. */
function exactNumbers(values: BigUint64Array | BigInt64Array): Int32Array | Float64Array {
  const result = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    result[i] = Number(values[i])
    // 2^53 + 1 rounds to 2^53, so the integer itself is compared.
    if (Math.abs(result[i]) >= 2 ** 53 && (values[i] > 2n ** 53n || values[i] < -(2n ** 53n))) {
      throw new RangeError(`expected 64-bit integers within ±2^53, got ${String(values[i])} at element ${i}`)
    }
  }
  return result.every((value) => value === (value | 0)) ? Int32Array.from(result) : result
}

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}

// `Float32Array.from` of another typed array holds all of its elements as a list first.
function readHalves(buffer: ArrayBuffer): Float32Array {
  const halves = new Uint16Array(buffer)
  const values = new Float32Array(halves.length)
  for (let i = 0; i < halves.length; i++) values[i] = halfToNumber(halves[i])
  return values
}

/** bfloat16 is the upper half of a float32. */
function readBrainFloats(buffer: ArrayBuffer): Float32Array {
  const halves = new Uint16Array(buffer)
  const bits = new Uint32Array(halves.length)
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16
  return new Float32Array(bits.buffer)
}

function reverseEach(bytes: Uint8Array, size: number): void {
  for (let start = 0; start < bytes.length; start += size) {
    for (let low = start, high = start + size - 1; low < high; low++, high--) {
      const swap = bytes[low]
      bytes[low] = bytes[high]
      bytes[high] = swap
    }
  }
}

/**
 * Reads elements that fill `bytes` exactly; the result owns its memory.
 *
 * @param littleEndian byte order of the file
 * @throws RangeError when a boolean is not 0 or 1, or a 64-bit integer lies beyond ±2^53
 */
export function readElements(type: ElementType, bytes: Uint8Array, littleEndian = true): TensorData {
  return adoptElements(type, new Uint8Array(bytes), littleEndian)
}

/** {@link readElements} of bytes that nobody else uses, which become those of the result where no element is widened. */
export function adoptElements(type: ElementType, own: Uint8Array<ArrayBuffer>, littleEndian = true): TensorData {
  const { size, read } = elementRules[type]
  if (size > 1 && littleEndian !== hostIsLittle) reverseEach(own, size)
  return read(own.buffer)
}

/** Bytes of memory that {@link adoptElements} takes at most, those that it is given included. */
export function adoptedMemory(type: ElementType, bytes: number): number {
  if (type === 'f16' || type === 'bf16') return 3 * bytes
  return type === 'i64' || type === 'u64' ? 2.5 * bytes : bytes
}

/** The bytes of `data` in little-endian order; not copied where the machine is little-endian. */
export function elementBytes(data: TensorData): Uint8Array {
  const view = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  if (hostIsLittle) return view
  const own = new Uint8Array(view)
  reverseEach(own, data.BYTES_PER_ELEMENT)
  return own
}

/** The name of the element type of `data`. */
export function tensorTypeOf(data: TensorData): TensorType {
  const names = Object.keys(tensorTypes) as TensorType[]
  return names.find((name) => data instanceof tensorTypes[name])!
}
