import { FileError } from './file-error.js'
import type { OnUnreadable, Tensor, TensorArchive } from './tensor.js'

/** A tensor that stays in its file until it is asked for. */
export interface StoredTensor {
  /** The element type as the format calls it; `?` where not even that can be read. */
  readonly type: string
  /** Undefined where not even that can be read. */
  readonly shape: readonly number[] | undefined
  /** Bytes of memory that reading it takes at most. */
  readonly memory: number
  /** Its values. @throws FileError naming the tensor when it is damaged, or of a type without numbers */
  readonly read: () => Tensor
}

/** Named tensors, none of which is read before it is asked for. */
export type StoredTensors = ReadonlyMap<string, StoredTensor>

/** Tensors that a file holds beside its network, by where they are. */
export interface TensorsApart {
  readonly name: string
  readonly tensors: number
}

/** A file of named tensors of which only the list has been read. */
export interface TensorFile {
  readonly tensors: StoredTensors
  /** Free text that the file carries beside them; empty for formats that have none. */
  readonly metadata: Readonly<Record<string, string>>
  /** Tensors that are none of the network's, such as the state of an optimizer. */
  readonly apart?: readonly TensorsApart[]
  /** What a NumPy header says behind its entries. */
  readonly comment?: string
}

/** A tensor in memory as one that could be in a file. */
export function inMemory(tensor: Tensor): StoredTensor {
  return { type: tensor.data.constructor.name, shape: tensor.shape, memory: 0, read: () => tensor }
}

/** A tensor that can be named but not read. */
export function notReadable(error: FileError, shape?: readonly number[], type = '?'): StoredTensor {
  const read = (): never => {
    throw error
  }
  return { type, shape, memory: 0, read }
}

/**
 * All tensors of a file.
 *
 * @param onUnreadable told of tensors that cannot be decoded, which are then not among the result's
 * @throws FileError at the first tensor that cannot be decoded, where nobody is told of it
 */
export function readAll({ tensors, metadata }: TensorFile, onUnreadable?: OnUnreadable): TensorArchive {
  const read = new Map<string, Tensor>()
  for (const [key, stored] of tensors) {
    try {
      read.set(key, stored.read())
    } catch (error) {
      if (!(onUnreadable && error instanceof FileError)) throw error
      onUnreadable(key, { shape: stored.shape, error })
    }
  }
  return { tensors: read, metadata }
}
