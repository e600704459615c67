import { FileError } from '../data/file-error.js'
import type { StoredTensors } from '../data/tensor-file.js'
import { groupTensors, type Candidate, type LeftOut, type StoredLayer } from './checkpoint-groups.js'
import { orderLayers } from './checkpoint-order.js'

export type { KeyedTensor, LeftOut, StoredLayer } from './checkpoint-groups.js'

/** A file's layers from input to output, and what is no part of them. */
export interface StoredNetwork {
  readonly layers: readonly StoredLayer[]
  readonly leftOut: readonly LeftOut[]
}

const ownName = /^layers\.(0|[1-9]\d*)$/

/**
 * The project's own files number masks `layers.0.mask`, `layers.1.mask`, … without a gap. In a PyTorch `Sequential` called
 * `layers`, which has no such keys, activations between the matrices take numbers too.
 */
function checkOwnNames(layers: readonly Candidate[], file: string): void {
  const stray = layers.find(({ name }) => !ownName.test(name))
  if (stray) {
    const problem = 'expected only names layers.<i>, because there are masks of that name; say which with --layers'
    throw new FileError(file, problem, stray.key)
  }
  const numbers = layers.map(({ name }) => Number(name.slice(7))).sort((a, b) => a - b)
  const missing = numbers.findIndex((number, i) => number !== i)
  if (missing >= 0) {
    const problem = `expected this layer, because there is layers.${numbers[missing]}`
    throw new FileError(file, problem, `layers.${missing}`)
  }
}

/**
 * The fully connected layers of a file, from input to output, with every shape checked. Tensors that are no part of the
 * chain (norms, convolutions, look-up tables, counters) are left out.
 *
 * @param patterns which layers in which order: names, or patterns with `*`
 * @param tensors of which only those that are part of the chain are read
 * @throws FileError naming the key: no matrix at all, a layer defined twice or missing, shapes that do not fit; or with the
 *   candidates when names and shapes leave no order, or more than one
 */
export function storedLayers(tensors: StoredTensors, file: string, patterns?: readonly string[]): StoredNetwork {
  const { candidates, modules } = groupTensors(tensors, file)
  if (candidates.length === 0) refuseNoMatrix(tensors, file)
  const isOwn = [...tensors].some(([key, { shape }]) => /^layers\.\d+\.mask$/.test(key) && shape?.length === 2)
  if (isOwn && !patterns) checkOwnNames(candidates, file)
  const order = orderLayers(candidates, file, patterns)
  const taken = new Map(order.map(({ name, tensors: count }) => [name, count]))
  const leftOut = Array.from(modules, ([name, count]) => ({ name, tensors: count - (taken.get(name) ?? 0) }))
  return { layers: order.map(({ check }) => check()), leftOut: leftOut.filter(({ tensors: count }) => count > 0) }
}

function refuseNoMatrix(tensors: StoredTensors, file: string): never {
  const all = [...tensors]
  if (all.length === 0) throw new FileError(file, 'expected at least one layer, got no tensors')
  const [key, { shape }] = all.find(([, stored]) => stored.shape !== undefined) ?? all[0]
  // Nothing but its error says what it is.
  if (!shape) all[0][1].read()
  const rest = all.length > 1 ? ` (and ${all.length - 1} other tensors)` : ''
  const expected =
    'a matrix [out, in] of a fully connected layer named <layer>.weight, weight_orig, mask or weight_mask'
  throw new FileError(file, `expected ${expected}, got shape [${(shape ?? []).join(', ')}]${rest}`, key)
}
