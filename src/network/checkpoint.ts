import { FileError } from '../data/file-error.js'
import { toFloat64, type Tensor, type TensorMap } from '../data/tensor.js'
import { storedLayers, type KeyedTensor, type StoredLayer } from './checkpoint-layers.js'
import { specFromMetadata, specToMetadata, type SpecOverrides } from './checkpoint-metadata.js'
import { createNetwork } from './create.js'
import { createMask, type Mask } from './mask.js'
import { biasScale, type Layer, type Network, type NetworkSpec } from './network.js'

export type { SpecOverrides } from './checkpoint-metadata.js'

/** What a caller says of a file that the file does not say itself. */
export interface ReadOptions extends SpecOverrides {
  /**
   * What a zero means in a weight without a mask: `pruned` (default), or `kept`, a weight that happens to be zero, as in
   * a dense network about to be pruned
   */
  readonly zeros?: 'pruned' | 'kept'
}

/** What a file of masks and weights holds. */
export interface Checkpoint {
  readonly spec: NetworkSpec
  readonly masks: readonly Mask[]
  /** Absent when the file holds masks alone */
  readonly network?: Network
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

function readMask({ key, tensor }: KeyedTensor, file: string): Mask {
  const [rows, cols] = tensor.shape
  const { data } = tensor
  for (let k = 0; k < data.length; k++) {
    if (data[k] !== 0 && data[k] !== 1) {
      const at = `row ${Math.floor(k / cols)}, column ${k % cols}`
      throw new FileError(file, `expected 0 or 1, got ${data[k]} at ${at}`, key)
    }
  }
  return createMask(rows, cols, Uint8Array.from(data))
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
function maskOf({ rows, cols, mask, weight }: StoredLayer, zeros: 'pruned' | 'kept', file: string): Mask {
  if (mask) return readMask(mask, file)
  return createMask(
    rows,
    cols,
    Uint8Array.from(readValues(weight!, file), (value) => (value === 0 && zeros === 'pruned' ? 0 : 1)),
  )
}

function readLayer(stored: StoredLayer, mask: Mask, spec: NetworkSpec, file: string): Layer {
  const { name, weight, bias } = stored
  if (!weight) throw new FileError(file, 'expected a weight, because other layers have one', `${name}.weight`)
  const layer = { mask, weight: readValues(weight, file) }
  if (!bias) return layer
  if (biasScale(spec) === 0) {
    throw new FileError(file, 'has no effect because sigma_b2 is 0; set the metadata or option sigma_b2', bias.key)
  }
  return { ...layer, bias: readValues(bias, file) }
}

/** The one tensor of an `.npy` file: a mask when it holds nothing but 0 and 1, or integers; else a weight. */
function nameTensor(tensor: Tensor): TensorMap {
  const { data } = tensor
  const isWeight =
    (data instanceof Float32Array || data instanceof Float64Array) && data.some((value) => value !== 0 && value !== 1)
  return new Map([[isWeight ? 'weight' : 'mask', tensor]])
}

/**
 * Masks, and the network where there are weights, from the tensors of a `.safetensors`, `.npz` or `.npy` file.
 *
 * Keys: `layers.<i>.mask | weight | bias`; or PyTorch's `<name>.weight`, `<name>.bias`, and under pruning
 * `<name>.weight_orig` with `<name>.weight_mask`. A weight without a mask is kept where it is not zero, or
 * everywhere with `zeros: 'kept'`. Without metadata a file is in the standard parameterisation with ReLU.
 *
 * @param tensors in file order; an `.npy` file's tensor under the empty key
 * @param options what is said here goes before the metadata
 * @throws FileError naming file and key at the first thing that does not fit
 */
export function networkFromTensors(
  tensors: TensorMap,
  metadata: Readonly<Record<string, string>>,
  file: string,
  options: ReadOptions = {},
): Checkpoint {
  const only = tensors.size === 1 ? tensors.get('') : undefined
  const stored = storedLayers(only ? nameTensor(only) : tensors, file)
  const spec = specFromMetadata(metadata, [stored[0].cols, ...stored.map(({ rows }) => rows)], file, options)
  const masks = stored.map((layer) => maskOf(layer, options.zeros ?? 'pruned', file))
  if (stored.every(({ weight }) => !weight)) return { spec, masks }
  const layers = stored.map((layer, i) => readLayer(layer, masks[i], spec, file))
  return { spec, masks, network: createNetwork(spec, layers) }
}
