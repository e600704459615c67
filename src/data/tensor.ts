import type { FileError } from './file-error.js'

/** Element types of tensors in files. */
export const tensorTypes = {
  f64: Float64Array,
  f32: Float32Array,
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
} as const

export type TensorType = keyof typeof tensorTypes

export type TensorData =
  Float64Array | Float32Array | Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array

/**
 * A tensor of a file, row-major. Types without an exact counterpart are widened on reading: bool → u8,
 * float16 and bfloat16 → f32; 64-bit integers become i32 where all of them fit, else f64 (refused beyond 2^53).
 */
export interface Tensor {
  readonly shape: readonly number[]
  readonly data: TensorData
  /** What the file holds where that has fewer digits than `data`: float16 or bfloat16 in f32. */
  readonly stored?: 'f16' | 'bf16'
}

/** Named tensors of an archive, in file order. */
export type TensorMap = ReadonlyMap<string, Tensor>

/** Named tensors with the free text that a file carries beside them. */
export interface TensorArchive {
  /** In the order of their data in the file. */
  readonly tensors: TensorMap
  /** Empty for formats that have none. */
  readonly metadata: Readonly<Record<string, string>>
}

/** A tensor that could not be decoded, of a type without numbers say: it spoils a file only for those who need it. */
export interface UnreadableTensor {
  /** Undefined where not even that can be read. */
  readonly shape: readonly number[] | undefined
  readonly error: FileError
}

/** Told of a tensor that cannot be decoded, so that the rest of the file can be read. */
export type OnUnreadable = (key: string, tensor: UnreadableTensor) => void

/**
 * The tensor's values as f64; not copied when they already are.
 *
 * @example
 * import { toFloat64 } from 'limn'
 *
 * console.log(toFloat64({ shape: [2], data: Uint8Array.of(1, 255) })) // Float64Array(2) [ 1, 255 ]
 */
export function toFloat64({ data }: Tensor): Float64Array {
  return data instanceof Float64Array ? data : Float64Array.from(data)
}
