import { FileError } from '../data/file-error.js'
import type { Tensor, TensorMap } from '../data/tensor.js'

/** A tensor with its key in the file. */
export interface KeyedTensor {
  readonly key: string
  readonly tensor: Tensor
}

/** What a tensor means in its layer. */
type Role = 'weight' | 'mask' | 'bias'

/** The tensors of one fully connected layer, shapes checked within the layer. */
export interface StoredLayer {
  readonly name: string
  readonly rows: number
  readonly cols: number
  readonly weight?: KeyedTensor
  readonly mask?: KeyedTensor
  readonly bias?: KeyedTensor
}

/** Last parts of keys: the project's own names and those of PyTorch's pruning (`torch.nn.utils.prune`). */
const roles: Readonly<Record<string, Role>> = {
  weight: 'weight',
  weight_orig: 'weight',
  mask: 'mask',
  weight_mask: 'mask',
  bias: 'bias',
}

const shapeText = ({ shape }: Tensor) => `[${shape.join(', ')}]`

function groupTensors(tensors: TensorMap, file: string): Map<string, Partial<Record<Role, KeyedTensor>>> {
  const groups = new Map<string, Partial<Record<Role, KeyedTensor>>>()
  for (const [key, tensor] of tensors) {
    const dot = key.lastIndexOf('.')
    const suffix = key.slice(dot + 1)
    const role = Object.hasOwn(roles, suffix) ? roles[suffix] : undefined
    if (!role) {
      throw new FileError(
        file,
        `expected names that end in ${Object.keys(roles).join(', ')}; only fully connected layers can be read`,
        key,
      )
    }
    const dimensions = role === 'bias' ? 1 : 2
    if (tensor.shape.length !== dimensions || !tensor.shape.every((size) => size > 0)) {
      const wanted = role === 'bias' ? 'a vector [out]' : 'a matrix [out, in]'
      throw new FileError(
        file,
        `expected ${wanted}, got shape ${shapeText(tensor)}; only fully connected layers can be read`,
        key,
      )
    }
    const name = key.slice(0, Math.max(0, dot))
    const group = groups.get(name) ?? {}
    const other = group[role]
    if (other) throw new FileError(file, `defines the ${role} of a layer that ${other.key} defines already`, key)
    group[role] = { key, tensor }
    groups.set(name, group)
  }
  return groups
}

function checkLayer(name: string, group: Partial<Record<Role, KeyedTensor>>, file: string): StoredLayer {
  const { weight, mask, bias } = group
  const matrix = weight ?? mask
  if (!matrix) throw new FileError(file, 'a bias without a weight', bias?.key)
  const [rows, cols] = matrix.tensor.shape
  if (mask && (mask.tensor.shape[0] !== rows || mask.tensor.shape[1] !== cols)) {
    const expected = `shape [${rows}, ${cols}] as ${matrix.key}`
    throw new FileError(file, `expected ${expected}, got ${shapeText(mask.tensor)}`, mask.key)
  }
  if (bias && !weight) throw new FileError(file, 'a bias without a weight', bias.key)
  if (bias && bias.tensor.shape[0] !== rows) {
    throw new FileError(
      file,
      `expected ${rows} entries as ${matrix.key} has rows, got ${bias.tensor.shape[0]}`,
      bias.key,
    )
  }
  return { name, rows, cols, ...group }
}

/** The first place where an order of layers does not chain (in ≠ out of the layer before), or −1. */
function brokenLink(layers: readonly StoredLayer[]): number {
  for (let i = 1; i < layers.length; i++) if (layers[i].cols !== layers[i - 1].rows) return i
  return -1
}

/** Partial orders looked at before a file's order counts as ambiguous. */
const searchLimit = 10_000

/** All orders in which shapes chain, up to two; two as well when the search is not finished within its limit. */
function chainingOrders(layers: readonly StoredLayer[]): StoredLayer[][] {
  const found: StoredLayer[][] = []
  let looked = 0
  const extend = (order: StoredLayer[], rest: readonly StoredLayer[]): void => {
    if (found.length > 1) return
    if (++looked > searchLimit) found.push(order, order)
    if (rest.length === 0) found.push(order)
    const tried = new Set<string>()
    for (const next of rest) {
      if (order.length > 0 && next.cols !== order[order.length - 1].rows) continue
      // Two layers of one shape can always change places: one of them leads to every further order but their swap.
      const shape = `${next.rows} ${next.cols}`
      if (tried.has(shape)) {
        if (found.length === 1) found.push(order)
        continue
      }
      tried.add(shape)
      extend(
        [...order, next],
        rest.filter((layer) => layer !== next),
      )
    }
  }
  extend([], layers)
  return found
}

const ownName = /^layers\.(0|[1-9]\d*)$/

/** `layers.<i>` by its number. */
function byIndex(layers: readonly StoredLayer[]): StoredLayer[] {
  return [...layers].sort((a, b) => Number(a.name.slice(7)) - Number(b.name.slice(7)))
}

/**
 * The project's own files number masks `layers.0.mask`, `layers.1.mask`, … without a gap. In a PyTorch `Sequential` called
 * `layers`, which has no such keys, activations between the matrices take numbers too.
 */
function checkOwnNames(layers: readonly StoredLayer[], file: string): void {
  const stray = layers.find(({ name }) => !ownName.test(name))
  if (stray) {
    const { key } = (stray.weight ?? stray.mask)!
    throw new FileError(file, 'expected only names layers.<i>, because there are masks of that name', key)
  }
  byIndex(layers).forEach(({ name }, i) => {
    if (name !== `layers.${i}`)
      throw new FileError(file, `expected this layer, because there is ${name}`, `layers.${i}`)
  })
}

/**
 * Other names. Numbered names (`fc1`, `fc2`, `net.0`, `net.2`) go by their numbers. Otherwise the file's order when
 * shapes chain in it, else the names' order, else the one order in which shapes chain.
 */
function byNames(layers: readonly StoredLayer[], file: string): StoredLayer[] {
  const collator = new Intl.Collator('en', { numeric: true })
  const natural = [...layers].sort((a, b) => collator.compare(a.name, b.name))
  const numbered = new Set(layers.map(({ name }) => name.replaceAll(/\d+/g, '#'))).size === 1
  const orders = numbered ? [natural, [...layers]] : [[...layers], natural]
  const chained = orders.find((order) => brokenLink(order) < 0)
  if (chained) return chained
  const found = chainingOrders(layers)
  if (found.length > 1) {
    const names = layers.map(({ name }) => name).join(', ')
    throw new FileError(file, `the order of layers ${names} is ambiguous; name them layers.0, layers.1, …`)
  }
  return found[0] ?? orders[0]
}

/**
 * The fully connected layers of a file, from input to output, with every shape checked.
 *
 * @throws FileError naming the key: an unknown name, a convolution or norm, a layer defined twice, a missing layer, or
 *   shapes that do not fit
 */
export function storedLayers(tensors: TensorMap, file: string): StoredLayer[] {
  const groups = groupTensors(tensors, file)
  if (groups.size === 0) throw new FileError(file, 'expected at least one layer, got no tensors')
  const layers = [...groups].map(([name, group]) => checkLayer(name, group, file))
  if (layers.some(({ mask }) => mask && /^layers\.\d+\.mask$/.test(mask.key))) checkOwnNames(layers, file)
  const ordered = layers.every(({ name }) => ownName.test(name)) ? byIndex(layers) : byNames(layers, file)
  const broken = brokenLink(ordered)
  if (broken >= 0) {
    const [before, layer] = [ordered[broken - 1], ordered[broken]]
    throw new FileError(
      file,
      `expected ${before.rows} columns as ${before.name} has rows, got shape [${layer.rows}, ${layer.cols}]`,
      (layer.weight ?? layer.mask)!.key,
    )
  }
  return ordered
}
