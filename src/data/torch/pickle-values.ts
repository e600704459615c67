import type { TorchType } from './element-types.js'

/** A value of Python, as far as a file of tensors holds such. */
export type PyValue =
  null | boolean | number | bigint | string | Uint8Array | Sequence | Dictionary | Callable | Storage | PyTensor | DType

/** Values in their order. */
interface SequenceOf<Kind> {
  readonly kind: Kind
  readonly items: PyValue[]
}

/** A tuple, a list or a set. */
export type Sequence = SequenceOf<'tuple'> | SequenceOf<'list'> | SequenceOf<'set'>

/** A dict or an OrderedDict. Keys that are equal but no texts or numbers are told apart, which no state dict has. */
export interface Dictionary {
  readonly kind: 'dict'
  readonly entries: Map<PyValue, PyValue>
}

/** A name that the file may call: never code of the file's, always a function of limn's. */
export interface Callable {
  readonly kind: 'callable'
  readonly name: string
  /** @returns undefined where the arguments are not those that PyTorch writes */
  readonly call: (args: readonly PyValue[]) => PyValue | undefined
  /** Of a class of storages. */
  readonly elements?: TorchType
}

/** Elements in an entry of the archive. */
export interface Storage {
  readonly kind: 'storage'
  readonly key: string
  readonly elements: TorchType
  readonly count: number
}

/** A tensor: a view of a storage. Offset and strides count elements. */
export interface PyTensor {
  readonly kind: 'tensor'
  readonly storage: Storage
  readonly type: TorchType
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  /** Whether its values are not those of the storage, but negated or conjugated when they are used. */
  readonly lazy: boolean
}

export interface DType {
  readonly kind: 'dtype'
  readonly type: TorchType
}

type Kind = Extract<PyValue, { readonly kind: string }>['kind']

/** Whether a value is of one of the kinds that have a name. */
export function isKind<K extends Kind>(
  value: PyValue | undefined,
  ...kinds: readonly K[]
): value is Extract<PyValue, { readonly kind: K }> {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && (kinds as readonly string[]).includes(value.kind)
  )
}

/** Whether a value is a tuple or list of whole numbers from 0 on. */
export function sizesOf(value: PyValue | undefined): readonly number[] | undefined {
  if (!isKind(value, 'tuple', 'list')) return undefined
  const { items } = value
  return items.every(isSize) ? items : undefined
}

export const isSize = (value: PyValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

/** What a value is, for people. */
export function describe(value: PyValue): string {
  if (value === null) return 'None'
  if (typeof value === 'string') return 'a text'
  if (typeof value === 'boolean') return 'a boolean'
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number'
  if (value instanceof Uint8Array) return 'bytes'
  return value.kind === 'dict' ? 'a dictionary' : `a ${value.kind}`
}
