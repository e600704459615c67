import { zipSync } from 'fflate'
import type { Tensor, TensorArchive, TensorType } from '../tensor.js'
import { metadataName } from './metadata.js'

/** Storages of PyTorch by the type of their elements; what none has is widened without loss. */
const storages = {
  f64: 'DoubleStorage',
  f32: 'FloatStorage',
  u8: 'ByteStorage',
  i8: 'CharStorage',
  i16: 'ShortStorage',
  i32: 'IntStorage',
  u16: 'IntStorage',
  u32: 'LongStorage',
} as const satisfies Record<TensorType, string>

const typeOf = ({ data }: Tensor): TensorType => {
  const bits = 8 * data.BYTES_PER_ELEMENT
  const kind = data instanceof Float32Array || data instanceof Float64Array ? 'f' : isSigned(data) ? 'i' : 'u'
  return `${kind}${bits}` as TensorType
}

const isSigned = (data: Tensor['data']): boolean =>
  data instanceof Int8Array || data instanceof Int16Array || data instanceof Int32Array

/** The elements as the storage has them, little-endian as every machine that runs WebAssembly. */
function elementsOf(tensor: Tensor): Uint8Array {
  const { data } = tensor
  const type = typeOf(tensor)
  const widened =
    type === 'u16' ? Int32Array.from(data) : type === 'u32' ? BigInt64Array.from(Array.from(data, BigInt)) : data
  return new Uint8Array(widened.buffer, widened.byteOffset, widened.byteLength).slice()
}

const text = new TextEncoder()

/** Opcodes of protocol 2, as texts and numbers one after the other. */
function pickled(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const bytes = parts.map((part) => (typeof part === 'string' ? text.encode(part) : part))
  const all = new Uint8Array(bytes.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of bytes) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function int32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, value, true)
  return bytes
}

/** @throws RangeError beyond what a pickle's plain number holds */
function number(value: number): (string | Uint8Array)[] {
  if (!(value < 2 ** 31)) throw new RangeError(`encodeStateDict: expected less than 2^31 elements, got ${value}`)
  return ['J', int32(value)]
}

function unicode(value: string): (string | Uint8Array)[] {
  const bytes = text.encode(value)
  return ['X', int32(bytes.length), bytes]
}

const orderedDict = ['ccollections\nOrderedDict\n', ')', 'R']

/** The shape's strides of rows one after another. */
const stridesOf = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1))

function tensorParts(tensor: Tensor, index: number): (string | Uint8Array)[] {
  const { shape, data } = tensor
  const storage = ['(', ...unicode('storage'), `ctorch\n${storages[typeOf(tensor)]}\n`, ...unicode(String(index))]
  const list = (values: readonly number[]) => ['(', ...values.flatMap(number), 't']
  return [
    ...['ctorch._utils\n_rebuild_tensor_v2\n', '('],
    ...[...storage, ...unicode('cpu'), ...number(data.length), 't', 'Q'],
    ...[...number(0), ...list(shape), ...list(stridesOf(shape)), '\u0000', ...orderedDict, 't', 'R'],
  ]
}

/** The one flag of a tensor, that it needs no gradient: an opcode that no text of UTF-8 is. */
const newFalse = Uint8Array.of(0x89)

/** Archives are the same whenever they are written. */
const mtime = '1980-01-01T00:00:00'

/**
 * Named tensors as a state dict that `torch.load(file, weights_only=True)` gives; a description goes into the archive beside it, where
 * PyTorch does not look. Unsigned integers that PyTorch's older versions lack are widened.
 *
 * @throws RangeError beyond 2^31 elements in a tensor or 4 GiB in all
 *
 * @example
 * import { encodeStateDict, openTensors } from 'limn/node'
 *
 * const tensors = new Map([['fc.weight', { shape: [1, 2], data: Float32Array.of(1, 2) }]])
 * const bytes = encodeStateDict({ tensors, metadata: {} })
 * console.log(openTensors(bytes, 'net.pt').tensors.get('fc.weight')?.read().data) // Float32Array(2) [ 1, 2 ]
 */
export function encodeStateDict({ tensors, metadata }: TensorArchive): Uint8Array {
  const entries = [...tensors]
  const items = entries.flatMap(([key, tensor], i) => [
    ...unicode(key),
    ...tensorParts(tensor, i).map((part) => (part === '\u0000' ? newFalse : part)),
  ])
  const pickle = pickled([Uint8Array.of(0x80, 2), ...orderedDict, '(', ...items, 'u', '.'])
  const files: Record<string, Uint8Array> = {
    'archive/data.pkl': pickle,
    'archive/byteorder': text.encode('little'),
    'archive/version': text.encode('3\n'),
  }
  if (Object.keys(metadata).length > 0) files[`archive/${metadataName}`] = text.encode(JSON.stringify(metadata))
  let total = 0
  entries.forEach(([, tensor], i) => {
    const bytes = elementsOf(tensor)
    total += bytes.length
    if (!(total < 2 ** 32)) throw new RangeError('encodeStateDict: expected less than 4 GiB in all, got more')
    files[`archive/data/${i}`] = bytes
  })
  return zipSync(files, { level: 0, mtime })
}
