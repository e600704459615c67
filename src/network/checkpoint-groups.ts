import { FileError } from '../data/file-error.js'
import type { StoredTensor, StoredTensors } from '../data/tensor-file.js'
import type { Tensor } from '../data/tensor.js'

/** A tensor with its key in the file. */
export interface KeyedTensor {
  readonly key: string
  readonly tensor: Tensor
}

/** What a tensor means in its layer. */
type Role = 'weight' | 'mask' | 'bias' | 'biasMask'

/** The tensors of one fully connected layer, shapes checked within the layer. */
export interface StoredLayer extends Readonly<Partial<Record<Role, KeyedTensor>>> {
  readonly name: string
  readonly rows: number
  readonly cols: number
}

/** Tensors of one module that are no part of the network. */
export interface LeftOut {
  /** What their keys have before the last dot; the key itself where there is none */
  readonly name: string
  readonly tensors: number
}

/** A fully connected layer that could take part: its shape is known, the rest is checked when it does. */
export interface Candidate {
  readonly name: string
  readonly rows: number
  readonly cols: number
  /** Key of the tensor that gives the shape. */
  readonly key: string
  /** How many tensors have a place in the layer. */
  readonly tensors: number
  /** Their keys. */
  readonly keys: readonly string[]
  /** @throws FileError naming the key of a tensor that is defined twice, does not fit the layer or cannot be read */
  readonly check: () => StoredLayer
}

/** Last parts of keys: the project's own names and those of PyTorch's pruning (`torch.nn.utils.prune`). */
const roles: Readonly<Record<string, Role>> = {
  weight: 'weight',
  weight_orig: 'weight',
  mask: 'mask',
  weight_mask: 'mask',
  bias: 'bias',
  bias_orig: 'bias',
  bias_mask: 'biasMask',
}

/** A tensor of the file, not read yet. */
interface Member extends StoredTensor {
  readonly key: string
}

/** The tensors of a module that have a place in a layer. */
type Group = Map<Role, Member[]>

const shapeText = (shape: readonly number[] | undefined) => (shape ? `[${shape.join(', ')}]` : 'nobody can read')

const isMatrix = ({ shape }: Member) => shape === undefined || (shape.length === 2 && shape.every((size) => size > 0))

/** The module that a key belongs to. */
export function moduleOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('.')))
}

function checkedLayer(name: string, members: Group, rows: number, cols: number, file: string): StoredLayer {
  const layer: { name: string; rows: number; cols: number } & Partial<Record<Role, KeyedTensor>> = { name, rows, cols }
  const matrix = (members.get('weight') ?? members.get('mask'))![0].key
  for (const [role, all] of members) {
    const [{ key, shape, read }] = all
    const second = all.at(1)
    if (second) throw new FileError(file, `defines the ${role} of a layer that ${key} defines already`, second.key)
    // What cannot be read says so before its shape, which may not be known.
    if (shape === undefined) read()
    const wanted = role === 'weight' || role === 'mask' ? [rows, cols] : [rows]
    if (shape?.join() !== wanted.join()) {
      const expected =
        wanted.length === 2 ? `shape ${shapeText(wanted)} as ${matrix}` : `${rows} entries as ${matrix} has rows`
      throw new FileError(file, `expected ${expected}, got shape ${shapeText(shape)}`, key)
    }
    layer[role] = { key, tensor: read() }
  }
  if (layer.bias && !layer.weight) throw new FileError(file, 'a bias without a weight', layer.bias.key)
  if (layer.biasMask && !layer.bias) throw new FileError(file, 'a mask without its bias', layer.biasMask.key)
  return layer
}

/** The layer that a module's tensors make, if they do: its weight, or the mask where there is none, is a matrix. */
function candidateOf(name: string, members: Group, file: string): Candidate | undefined {
  const matrix = (members.get('weight') ?? members.get('mask'))?.find(isMatrix)
  if (!matrix) return undefined
  const [rows, cols] = matrix.shape ?? [NaN, NaN]
  const keys = [...members.values()].flatMap((all) => all.map(({ key }) => key))
  return {
    name,
    rows,
    cols,
    key: matrix.key,
    tensors: keys.length,
    keys,
    check: () => checkedLayer(name, members, rows, cols, file),
  }
}

/** What a file holds, module by module. */
export interface Grouped {
  readonly candidates: readonly Candidate[]
  /** All modules with the number of their tensors, in file order. */
  readonly modules: ReadonlyMap<string, number>
}

/** The module that a tensor belongs to, and what it means there; a mask may be called by the tensor that it is of. */
function placeOf(key: string, tensors: StoredTensors): { readonly name: string; readonly role: Role | undefined } {
  const name = moduleOf(key)
  const suffix = key.slice(key.lastIndexOf('.') + 1)
  if (suffix === 'mask' && tensors.has(name)) {
    const of = placeOf(name, tensors)
    if (of.role === 'weight') return { name: of.name, role: 'mask' }
    if (of.role === 'bias') return { name: of.name, role: 'biasMask' }
  }
  return { name, role: Object.hasOwn(roles, suffix) ? roles[suffix] : undefined }
}

/** The fully connected layers of a file, in no order that means anything, and how many tensors every module has. */
export function groupTensors(tensors: StoredTensors, file: string): Grouped {
  const groups = new Map<string, Group>()
  const modules = new Map<string, number>()
  for (const [key, stored] of tensors) {
    const member = { key, ...stored }
    const { name, role } = placeOf(key, tensors)
    const place = role === undefined && name === '' ? key : name
    modules.set(place, (modules.get(place) ?? 0) + 1)
    if (role === undefined) continue
    const group = groups.get(name) ?? new Map<Role, Member[]>()
    group.set(role, [...(group.get(role) ?? []), member])
    groups.set(name, group)
  }
  const candidates = [...groups].flatMap(([name, group]) => candidateOf(name, group, file) ?? [])
  return { candidates, modules }
}
