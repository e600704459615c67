import { FileError } from '../data/file-error.js'
import { inMemory, notReadable, type TensorFile } from '../data/tensor-file.js'
import { toFloat64, type Tensor, type TensorData, type TensorMap, type UnreadableTensor } from '../data/tensor.js'
import { storedLayers, type KeyedTensor, type LeftOut, type StoredLayer } from './checkpoint-layers.js'
import { knownSpec, specFromMetadata, specToMetadata, type SpecOverrides } from './checkpoint-metadata.js'
import { withNames } from './checkpoint-unnamed.js'
import { createNetwork } from './create.js'
import { createMask, type Mask } from './mask.js'
import { originFromMetadata } from './context-json.js'
import type { Origin } from './origin.js'
import { biasScale, type Layer, type Network, type NetworkSpec } from './network.js'

export type { LeftOut } from './checkpoint-layers.js'
export type { SpecOverrides } from './checkpoint-metadata.js'

/** What a zero may mean in a weight without a mask. */
export const zeroMeanings = ['pruned', 'kept'] as const

export type ZeroMeaning = (typeof zeroMeanings)[number]

/** What a caller says of a file that the file does not say itself. */
export interface ReadOptions extends SpecOverrides {
  /**
   * What an exact zero means in a weight without a mask: `pruned` (default), or `kept`, a weight that happens to be zero
   */
  readonly zeros?: ZeroMeaning
  /**
   * Layers from input to output: names, or patterns with `*`. Default: all, in the only order that numbers in names and
   * shapes allow
   */
  readonly layers?: readonly string[]
  /** Tensors of the file that could not be decoded: an error where they are part of the network, left out otherwise */
  readonly unreadable?: ReadonlyMap<string, UnreadableTensor>
}

/** How a file was read: what a user should see before trusting what comes of it. */
export interface Reading {
  /** Names of the layers from input to output, as in the file; empty where it gives none */
  readonly layers: readonly string[]
  /** Tensors that are no part of the network, by module */
  readonly leftOut: readonly LeftOut[]
  /** Exact zeros in the weights without a mask, of how many entries, and what they were taken for; absent without such weights */
  readonly zeros?: { readonly count: number; readonly of: number; readonly taken: ZeroMeaning }
  /** Biases that a mask of theirs sets to 0, by layer; training is free to move them, since limn never prunes biases */
  readonly prunedBiases: readonly { readonly layer: string; readonly count: number; readonly of: number }[]
}

/** What a file of masks and weights holds. */
export interface Checkpoint {
  readonly spec: NetworkSpec
  readonly masks: readonly Mask[]
  /** What the metadata or the caller say of the network; the rest of `spec` but the sizes is assumed */
  readonly known: Partial<NetworkSpec>
  /** How the masks came about, as far as the file says it */
  readonly origin: Origin
  /** Absent when the file holds masks alone */
  readonly network?: Network
  readonly reading: Reading
}

/** F32 when that loses nothing, else F64. */
function compactTensor(data: Float64Array, shape: readonly number[]): Tensor {
  return data.every((value) => Math.fround(value) === value)
    ? { shape, data: Float32Array.from(data) }
    : { shape, data }
}

/**
 * A network as named tensors: `layers.<i>.mask` (U8), `layers.<i>.weight` (stored weights, pruned ones too; F32 when every
 * value is exactly float32, else F64) and `layers.<i>.bias` where there is one.
 *
 * @param metadata further entries (method, density, seed, …) beside the specification's own
 *
 * @example
 * import { createSpec, initialize, networkToTensors } from 'limn'
 *
 * const { tensors } = networkToTensors(initialize(createSpec({ sizes: [3, 2] }), 1))
 * console.log([...tensors.keys()]) // [ 'layers.0.mask', 'layers.0.weight' ]
 */
export function networkToTensors(
  network: Network,
  metadata: Readonly<Record<string, string>> = {},
): { tensors: TensorMap; metadata: Record<string, string> } {
  const tensors = new Map<string, Tensor>()
  network.layers.forEach(({ mask, weight, bias }, i) => {
    const shape = [mask.rows, mask.cols]
    tensors.set(`layers.${i}.mask`, { shape, data: mask.data })
    tensors.set(`layers.${i}.weight`, compactTensor(weight, shape))
    if (bias) tensors.set(`layers.${i}.bias`, compactTensor(bias, [mask.rows]))
  })
  return { tensors, metadata: { ...metadata, ...specToMetadata(network.spec) } }
}

/** Entries that must be 0 or 1. */
function readBits({ key, tensor }: KeyedTensor, file: string): Uint8Array {
  const { data, shape } = tensor
  const cols = shape.at(-1)!
  for (let k = 0; k < data.length; k++) {
    if (data[k] !== 0 && data[k] !== 1) {
      const at = shape.length > 1 ? `row ${Math.floor(k / cols)}, column ${k % cols}` : `entry ${k}`
      throw new FileError(file, `expected 0 or 1, got ${data[k]} at ${at}`, key)
    }
  }
  return Uint8Array.from(data)
}

function readValues({ key, tensor }: KeyedTensor, file: string): Float64Array {
  const { data } = tensor
  if (!(data instanceof Float32Array || data instanceof Float64Array)) {
    throw new FileError(file, 'expected floating-point values, got integers', key)
  }
  const bad = data.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) throw new FileError(file, `expected finite values, got ${data[bad]} at entry ${bad}`, key)
  return toFloat64(tensor)
}

/** The mask of a layer: its own, or what its weight says. */
function maskOf({ rows, cols, mask, weight }: StoredLayer, zeros: ZeroMeaning, file: string): Mask {
  if (mask) return createMask(rows, cols, readBits(mask, file))
  return createMask(
    rows,
    cols,
    Uint8Array.from(readValues(weight!, file), (value) => (value === 0 && zeros === 'pruned' ? 0 : 1)),
  )
}

function readBias({ bias, biasMask }: StoredLayer, spec: NetworkSpec, file: string): Float64Array | undefined {
  if (!bias) return undefined
  if (biasScale(spec) === 0) {
    throw new FileError(file, 'has no effect because sigma_b2 is 0; set the metadata or option sigma_b2', bias.key)
  }
  const values = readValues(bias, file)
  if (!biasMask) return values
  const kept = readBits(biasMask, file)
  return values.map((value, i) => (kept[i] === 1 ? value : 0))
}

function readLayer(stored: StoredLayer, mask: Mask, spec: NetworkSpec, file: string): Layer {
  const { name, weight } = stored
  if (!weight) throw new FileError(file, 'expected a weight, because other layers have one', `${name}.weight`)
  const bias = readBias(stored, spec, file)
  return { mask, weight: readValues(weight, file), ...(bias && { bias }) }
}

function countZeros(data: TensorData): number {
  let count = 0
  for (const value of data) if (value === 0) count++
  return count
}

/** Zeros among the weights that have no mask; undefined without such weights. */
function zerosOf(stored: readonly StoredLayer[], taken: ZeroMeaning): Reading['zeros'] {
  const bare = stored.flatMap(({ mask, weight }) => (mask || !weight ? [] : [weight.tensor.data]))
  if (bare.length === 0) return undefined
  const [of, count] = [(data: TensorData) => data.length, countZeros].map((sizeOf) =>
    bare.reduce((sum, data) => sum + sizeOf(data), 0),
  )
  return { count, of, taken }
}

function readingOf(stored: readonly StoredLayer[], leftOut: readonly LeftOut[], taken: ZeroMeaning): Reading {
  const zeros = zerosOf(stored, taken)
  return {
    layers: stored.map(({ name }) => name).filter((name) => name !== ''),
    leftOut,
    ...(zeros && { zeros }),
    prunedBiases: stored.flatMap(({ name, rows, biasMask }) => {
      const count = biasMask ? countZeros(biasMask.tensor.data) : 0
      return count > 0 ? [{ layer: name, count, of: rows }] : []
    }),
  }
}

/**
 * Masks, and the network where there are weights, from the tensors of a `.safetensors`, `.npz`, `.npy` or PyTorch file.
 *
 * Keys: `layers.<i>.mask | weight | bias`; or PyTorch's `<name>.weight`, `<name>.bias`, and under pruning
 * `<name>.weight_orig` with `<name>.weight_mask`, likewise for biases. A weight without a mask is kept where it is not zero,
 * or everywhere with `zeros: 'kept'`. The order of matrices comes from `layers`, from numbers in their names, or from their
 * shapes when exactly one order chains, never from the order in the file; tensors that are no part of the chain are left
 * out, and named in `reading`. Without metadata a file is in the standard parameterisation with ReLU.
 *
 * @param tensors in file order; an `.npy` file's tensor under the empty key
 * @param options what is said here goes before the metadata
 * @throws FileError naming file and key at the first thing that does not fit, or the candidates where the order is ambiguous
 *
 * @example
 * import { networkFromTensors } from 'limn'
 *
 * // What torch.nn.utils.prune leaves of a linear layer.
 * const tensors = new Map([
 *   ['fc.weight_orig', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
 *   ['fc.weight_mask', { shape: [2, 3], data: Float32Array.of(1, 0, 1, 0, 1, 0) }],
 * ])
 * const { masks, reading } = networkFromTensors(tensors, {}, 'model.safetensors')
 * console.log(reading.layers, masks[0].kept) // [ 'fc' ] 3
 */
export function networkFromTensors(
  tensors: TensorMap,
  metadata: Readonly<Record<string, string>>,
  file: string,
  options: ReadOptions = {},
): Checkpoint {
  const stored = new Map(Array.from(tensors, ([key, tensor]) => [key, inMemory(tensor)]))
  for (const [key, { shape, error }] of options.unreadable ?? []) stored.set(key, notReadable(error, shape))
  return networkFromFile({ tensors: stored, metadata }, file, options)
}

/**
 * As {@link networkFromTensors}, of a file whose tensors are still in it: those that are part of the network are read, and no
 * others.
 *
 * @throws FileError as there
 *
 * @example
 * import { encodeNpz, networkFromFile } from 'limn'
 * import { openTensors } from 'limn/node'
 *
 * const weight = { shape: [2, 3], data: Float32Array.of(1, 0, 3, 0, 5, 0) }
 * const bytes = encodeNpz(new Map([['fc.weight', weight], ['norm.weight', { shape: [3], data: new Float32Array(3) }]]))
 * const { masks, reading } = networkFromFile(openTensors(bytes, 'net.npz'), 'net.npz')
 * console.log(masks[0].kept, reading.leftOut) // 3 [ { name: 'norm', tensors: 1 } ]
 */
export function networkFromFile(
  { tensors, metadata, apart = [] }: TensorFile,
  file: string,
  options: ReadOptions = {},
): Checkpoint {
  const { layers: patterns, zeros = 'pruned' } = options
  const { layers: stored, leftOut } = storedLayers(withNames(tensors, file), file, patterns)
  const spec = specFromMetadata(metadata, [stored[0].cols, ...stored.map(({ rows }) => rows)], file, options)
  const masks = stored.map((layer) => maskOf(layer, zeros, file))
  const about = {
    spec,
    masks,
    origin: originFromMetadata(metadata, file),
    known: knownSpec(metadata, spec, options),
    reading: readingOf(stored, [...leftOut, ...apart], zeros),
  }
  if (stored.every(({ weight }) => !weight)) return about
  const layers = stored.map((layer, i) => readLayer(layer, masks[i], spec, file))
  return { ...about, network: createNetwork(spec, layers) }
}
