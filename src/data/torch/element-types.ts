import type { ElementType } from '../elements.js'

/** An element type of PyTorch, under the name of its dtype. */
export interface TorchType {
  /** Such as `torch.float32`. */
  readonly name: string
  /** Bytes per element. */
  readonly size: number
  /** Undefined for types that limn has no numbers for. */
  readonly element?: ElementType
}

const type = (name: string, size: number, element?: ElementType): TorchType => ({
  name: `torch.${name}`,
  size,
  ...(element && { element }),
})

/** Dtypes by their names in the module `torch`. */
export const torchTypes: ReadonlyMap<string, TorchType> = new Map(
  [
    type('float64', 8, 'f64'),
    type('float32', 4, 'f32'),
    type('float16', 2, 'f16'),
    type('bfloat16', 2, 'bf16'),
    type('bool', 1, 'bool'),
    type('uint8', 1, 'u8'),
    type('int8', 1, 'i8'),
    type('uint16', 2, 'u16'),
    type('int16', 2, 'i16'),
    type('uint32', 4, 'u32'),
    type('int32', 4, 'i32'),
    type('uint64', 8, 'u64'),
    type('int64', 8, 'i64'),
    type('complex32', 4),
    type('complex64', 8),
    type('complex128', 16),
    type('float8_e4m3fn', 1),
    type('float8_e4m3fnuz', 1),
    type('float8_e5m2', 1),
    type('float8_e5m2fnuz', 1),
    type('float8_e8m0fnu', 1),
    type('float4_e2m1fn_x2', 1),
    type('qint8', 1),
    type('quint8', 1),
    type('qint32', 4),
    type('quint4x2', 1),
    type('quint2x4', 1),
  ].map((each) => [each.name.slice(6), each]),
)

/** Classes of storages by their names in the module `torch`, with the dtype of their elements. */
export const storageTypes: ReadonlyMap<string, TorchType> = new Map(
  Object.entries({
    DoubleStorage: 'float64',
    FloatStorage: 'float32',
    HalfStorage: 'float16',
    BFloat16Storage: 'bfloat16',
    BoolStorage: 'bool',
    ByteStorage: 'uint8',
    CharStorage: 'int8',
    ShortStorage: 'int16',
    IntStorage: 'int32',
    LongStorage: 'int64',
    ComplexFloatStorage: 'complex64',
    ComplexDoubleStorage: 'complex128',
    QInt8Storage: 'qint8',
    QUInt8Storage: 'quint8',
    QInt32Storage: 'qint32',
    QUInt4x2Storage: 'quint4x2',
    QUInt2x4Storage: 'quint2x4',
    // Bytes; a tensor in them brings its own dtype.
    UntypedStorage: 'uint8',
  }).map(([name, dtype]) => [name, torchTypes.get(dtype)!]),
)
