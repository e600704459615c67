import { FileError } from '../data/file-error.js'
import { inMemory, type StoredTensors } from '../data/tensor-file.js'
import type { Tensor } from '../data/tensor.js'
import { unnamedKey } from '../data/unnamed.js'

/** Names that say nothing but an order: those of `np.savez(file, a, b)`, and of a list in a PyTorch file. */
const numbered = /^(arr_)?(0|[1-9]\d*)$/

/** What a tensor without a name is: a mask when it holds nothing but 0 and 1, or integers; else a weight. */
function roleOf({ data }: Tensor): 'mask' | 'weight' {
  const isReal = data instanceof Float32Array || data instanceof Float64Array
  return isReal && data.some((value) => value !== 0 && value !== 1) ? 'weight' : 'mask'
}

/** The matrices of a tensor with three axes, from input to output, or the tensor itself. */
function matricesOf({ shape, data }: Tensor): Tensor[] {
  if (shape.length !== 3) return [{ shape, data }]
  const [count, rows, cols] = shape
  return Array.from({ length: count }, (_, k) => ({
    shape: [rows, cols],
    data: data.subarray(k * rows * cols, (k + 1) * rows * cols),
  }))
}

/**
 * The tensors of a file under the names of layers. Files that give their matrices no names, an `.npy` of one matrix or of a
 * stack of them, an archive or list of numbered ones, hold masks or weights from input to output.
 *
 * @throws FileError where some of the matrices are masks and others weights
 */
export function withNames(tensors: StoredTensors, file: string): StoredTensors {
  const keys = [...tensors.keys()]
  const only = tensors.size === 1 ? tensors.get(unnamedKey) : undefined
  const isList = keys.length > 0 && keys.every((key) => numbered.test(key))
  if (!only && !isList) return tensors
  const order = keys.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const matrices = order.map((key) => tensors.get(key)!.read()).flatMap(matricesOf)
  const roles = matrices.map(roleOf)
  const role = roles.includes('weight') ? 'weight' : 'mask'
  const isWhole = matrices.findIndex(
    ({ data }) => role === 'weight' && !(data instanceof Float32Array || data instanceof Float64Array),
  )
  if (isWhole >= 0) {
    throw new FileError(file, `expected masks or weights throughout, got integers beside weights as matrix ${isWhole}`)
  }
  const name = (k: number): string => (only && matrices.length === 1 ? role : `${k}.${role}`)
  return new Map(matrices.map((matrix, k) => [name(k), inMemory(matrix)]))
}
