import { FileError } from '../data/file-error.js'
import type { StoredTensor, TensorFile } from '../data/tensor-file.js'
import { findChains, type FoundChain } from './checkpoint-chains.js'
import { groupTensors, type Candidate } from './checkpoint-groups.js'
import { tableName } from './checkpoint-order.js'
import { withNames } from './checkpoint-unnamed.js'
import { createMask, type Mask } from './mask.js'

/** What a fully connected layer of a file holds. */
export interface InspectedLayer {
  readonly name: string
  /** `[out, in]` */
  readonly shape: readonly [number, number]
  /** The element type as the file calls it, of the tensor that says what is kept. */
  readonly dtype: string
  /** Whether a mask says what is kept, or the weights that are not exactly zero. */
  readonly by: 'mask' | 'zeros'
  readonly kept: number
  readonly density: number
  /** Units above the matrix without a survivor below or, but for the last layer, above them. */
  readonly deadUnits: number
}

/** Fully connected layers that follow one another. */
export interface InspectedChain {
  /** [d, n_1, …, n_L, C] */
  readonly sizes: readonly number[]
  readonly weights: number
  readonly kept: number
  readonly density: number
  /** Why they are taken for a chain, as the end of a sentence. */
  readonly why: string
  readonly layers: readonly InspectedLayer[]
  /** The masks, where they were asked for and are not too large. */
  readonly masks?: readonly Mask[]
}

/** A tensor that is part of no chain. */
export interface InspectedTensor {
  readonly name: string
  readonly dtype: string
  /** null where not even that can be read. */
  readonly shape: readonly number[] | null
  /** What it is taken for, and so why it is in no chain. */
  readonly why: string
  /** Of a convolution: entries that are not zero, or that its mask keeps. */
  readonly kept?: number
  readonly density?: number
}

/** What a file of tensors holds. */
export interface Inspection {
  readonly chains: readonly InspectedChain[]
  readonly other: readonly InspectedTensor[]
}

export interface InspectOptions {
  /** Layers from input to output, as one chain: names, or patterns with `*`. */
  readonly layers?: readonly string[]
  /** Weights of a chain up to which its masks are kept in memory, one byte each. Default 0: none. */
  readonly keepMasks?: number
}

interface Counted {
  readonly kept: number
  /** Rows, and columns, with a survivor. */
  readonly rows: Uint8Array
  readonly cols: Uint8Array
  readonly mask?: Uint8Array
}

/** Which entries of a matrix are not zero. */
function count(stored: StoredTensor, rows: number, cols: number, keep: boolean, file: string, key: string): Counted {
  const { data } = stored.read()
  const found = { rows: new Uint8Array(rows), cols: new Uint8Array(cols) }
  const mask = keep ? new Uint8Array(rows * cols) : undefined
  let kept = 0
  for (let i = 0, k = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, k++) {
      const value = data[k]
      if (value === 0) continue
      if (!Number.isFinite(value)) {
        throw new FileError(file, `expected finite values, got ${value} at row ${i}, column ${j}`, key)
      }
      kept++
      found.rows[i] = 1
      found.cols[j] = 1
      if (mask) mask[k] = 1
    }
  }
  return { kept, ...found, ...(mask && { mask }) }
}

/** The tensor that says what a layer keeps: its mask where it has one. */
function deciding({ keys, key }: Candidate): { readonly key: string; readonly by: 'mask' | 'zeros' } {
  const mask = keys.find((one) => /(^|[._])(weight_)?mask$/.test(one) && !/bias_mask$|bias\.mask$/.test(one))
  return mask === undefined ? { key, by: 'zeros' } : { key: mask, by: 'mask' }
}

function inspectChain(
  { tensors }: TensorFile,
  { layers, why }: FoundChain,
  file: string,
  keepMasks: number,
): InspectedChain {
  const weights = layers.reduce((sum, { rows, cols }) => sum + rows * cols, 0)
  const keep = weights <= keepMasks
  // One matrix at a time: a file may be larger than memory.
  const counted = layers.map((layer) => {
    const { key, by } = deciding(layer)
    const stored = tensors.get(key)!
    return { layer, by, dtype: stored.type, ...count(stored, layer.rows, layer.cols, keep, file, key) }
  })
  const kept = counted.reduce((sum, one) => sum + one.kept, 0)
  return {
    sizes: [layers[0].cols, ...layers.map(({ rows }) => rows)],
    weights,
    kept,
    density: kept / weights,
    why,
    layers: counted.map(({ layer: { name, key, rows, cols }, by, dtype, ...one }, l) => {
      const above = counted.at(l + 1)
      let deadUnits = 0
      for (let i = 0; i < rows; i++) if (one.rows[i] === 0 || above?.cols[i] === 0) deadUnits++
      return {
        name: name === '' ? key : name,
        shape: [rows, cols],
        dtype,
        by,
        kept: one.kept,
        density: one.kept / (rows * cols),
        deadUnits,
      }
    }),
    ...(keep && { masks: counted.map(({ layer, mask }) => createMask(layer.rows, layer.cols, mask!)) }),
  }
}

/** What a tensor of no chain is taken for. */
function whyNot(key: string, { shape, type }: StoredTensor, masked: ReadonlySet<string>): string {
  if (shape === undefined) return 'nobody can read its shape'
  if (/(^|[._])(bias_)?mask$/.test(key)) return 'the mask of what is in no chain'
  if (shape.length === 0) return 'a single number'
  if (shape.length === 1) return 'a vector: of a norm, of running statistics, or the bias of what is in no chain'
  if (shape.length === 2) {
    return tableName.test(key)
      ? 'a look-up table, by its name'
      : 'a matrix whose name is not that of a layer’s weight (<layer>.weight)'
  }
  const [out, within, ...kernel] = shape
  const conv = shape.length <= 5 && /weight(_orig)?$/.test(key)
  if (!conv) return `an array of ${shape.length} dimensions, of type ${type}`
  const by = masked.has(key) ? ', with a mask' : ''
  return `a convolution: ${within} → ${out} channels, kernel ${kernel.join(' × ')}${by}; its connections are counted, no kernel is claimed`
}

/** Survivors of a convolution: ones of its mask, or what is not zero. */
function survivors(key: string, tensor: StoredTensor, file: TensorFile): Pick<InspectedTensor, 'kept' | 'density'> {
  const { shape } = tensor
  if (!shape || shape.length < 3 || shape.length > 5 || !/weight(_orig)?$/.test(key)) return {}
  const mask = file.tensors.get(key.replace(/weight(_orig)?$/, 'weight_mask')) ?? file.tensors.get(`${key}.mask`)
  const { data } = (mask ?? tensor).read()
  let kept = 0
  for (const value of data) if (value !== 0) kept++
  return { kept, density: data.length > 0 ? kept / data.length : 0 }
}

/**
 * What a file of tensors holds: chains of fully connected layers with what their matrices keep, and everything else by name
 * with what it is taken for. Nothing is left out in silence. Matrices are read one after another.
 *
 * @throws FileError when a matrix cannot be read, holds what is not finite, or `layers` names what does not chain
 *
 * @example
 * import { encodeNpz } from 'limn'
 * import { inspectTensors, openTensors } from 'limn/node'
 *
 * const bytes = encodeNpz(
 *   new Map([
 *     ['fc1.weight', { shape: [2, 3], data: Float32Array.of(1, 0, 2, 0, 0, 0) }],
 *     ['fc2.weight', { shape: [1, 2], data: Float32Array.of(1, 1) }],
 *     ['norm.weight', { shape: [2], data: Float32Array.of(1, 1) }],
 *   ]),
 * )
 * const { chains, other } = inspectTensors(openTensors(bytes, 'net.npz'), 'net.npz')
 * console.log(chains[0].sizes, chains[0].layers[0].deadUnits, other[0].name) // [ 3, 2, 1 ] 1 norm.weight
 */
export function inspectTensors(archive: TensorFile, file: string, options: InspectOptions = {}): Inspection {
  const { layers: patterns, keepMasks = 0 } = options
  const tensors = withNames(archive.tensors, file)
  const named = { ...archive, tensors }
  const { candidates } = groupTensors(tensors, file)
  if (patterns && candidates.length === 0) {
    throw new FileError(file, `expected a fully connected layer as each of --layers, got none in the file`)
  }
  const found = findChains(candidates, file, patterns)
  const taken = new Set(found.flatMap(({ layers }) => layers.flatMap(({ keys }) => keys)))
  const masked = new Set(
    [...tensors.keys()]
      .filter((key) => key.endsWith('mask'))
      .map((key) => (key.endsWith('.mask') ? key.slice(0, -5) : key.replace(/mask$/, 'orig'))),
  )
  return {
    chains: found.map((chain) => inspectChain(named, chain, file, keepMasks)),
    other: Array.from(tensors)
      .filter(([key]) => !taken.has(key))
      .map(([name, tensor]) => ({
        name,
        dtype: tensor.type,
        shape: tensor.shape ?? null,
        why: whyNot(name, tensor, masked),
        ...survivors(name, tensor, named),
      })),
  }
}
