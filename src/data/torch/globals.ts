import { storageTypes, torchTypes, type TorchType } from './element-types.js'
import {
  isKind,
  isSize,
  sizesOf,
  type Callable,
  type Dictionary,
  type PyTensor,
  type PyValue,
  type Storage,
} from './pickle-values.js'

type Call = Callable['call']

/** `OrderedDict()`, or of a list of pairs. */
const orderedDict: Call = (args) => {
  const entries: Dictionary['entries'] = new Map()
  if (args.length === 0) return { kind: 'dict', entries }
  if (args.length > 1) return undefined
  const [pairs] = args
  if (!isKind(pairs, 'list', 'tuple')) return undefined
  for (const pair of pairs.items) {
    if (!(isKind(pair, 'list', 'tuple') && pair.items.length === 2)) return undefined
    entries.set(pair.items[0], pair.items[1])
  }
  return { kind: 'dict', entries }
}

/** Whether what stands beside a tensor (bits for lazy negation and conjugation) says that its values are others. */
const isLazy = (metadata: PyValue | undefined): boolean =>
  metadata !== undefined && metadata !== null && !(isKind(metadata, 'dict') && metadata.entries.size === 0)

function tensor(
  [storage, offset, size, stride]: readonly PyValue[],
  typeIn: (storage: Storage) => TorchType | undefined,
  metadata: PyValue | undefined,
): PyTensor | undefined {
  if (!isKind(storage, 'storage') || !isSize(offset)) return undefined
  const [shape, strides, type] = [sizesOf(size), sizesOf(stride), typeIn(storage)]
  if (!shape || !strides || !type || shape.length !== strides.length || shape.length > mostAxes) return undefined
  return { kind: 'tensor', storage, type, offset, shape, strides, lazy: isLazy(metadata) }
}

/** As many as PyTorch itself has. */
const mostAxes = 64

const ofStorage = ({ elements }: Storage): TorchType => elements

/** `(storage, offset, size, stride)`, of PyTorch before 0.4 */
const rebuildTensor: Call = (args) => (args.length === 4 ? tensor(args, ofStorage, undefined) : undefined)

/** `(storage, offset, size, stride, requires_grad, hooks, metadata?)` */
const rebuildTensorV2: Call = (args) =>
  args.length === 6 || args.length === 7 ? tensor(args, ofStorage, args[6]) : undefined

/** `(storage, offset, size, stride, requires_grad, hooks, dtype, metadata?)`, of types that have no class of storages */
const rebuildTensorV3: Call = (args) => {
  const dtype = args[6]
  const isWhole = (args.length === 7 || args.length === 8) && isKind(dtype, 'dtype')
  return isWhole ? tensor(args, () => dtype.type, args[7]) : undefined
}

/** `(tensor, requires_grad, hooks)` */
const rebuildParameter: Call = ([data, , , ...rest]) => (isKind(data, 'tensor') && rest.length === 0 ? data : undefined)

const size: Call = ([sizes, ...rest]) => (sizesOf(sizes) && rest.length === 0 ? sizes : undefined)

const functions: ReadonlyMap<string, Call> = new Map(
  Object.entries({
    'collections.OrderedDict': orderedDict,
    'torch._utils._rebuild_tensor': rebuildTensor,
    'torch._utils._rebuild_tensor_v2': rebuildTensorV2,
    'torch._utils._rebuild_tensor_v3': rebuildTensorV3,
    'torch._utils._rebuild_parameter': rebuildParameter,
    'torch.Size': size,
  }),
)

/**
 * What a name in a file of tensors stands for; undefined for every name but the few that state dicts are made of. None of
 * them is a function of the file's, nor reaches anything but its arguments.
 */
export function allowed(module: string, name: string): PyValue | undefined {
  const full = `${module}.${name}`
  const call = functions.get(full)
  if (call) return { kind: 'callable', name: full, call }
  if (module !== 'torch' && module !== 'torch.storage') return undefined
  const elements = storageTypes.get(name)
  if (elements) return { kind: 'callable', name: full, call: () => undefined, elements }
  const type = module === 'torch' ? torchTypes.get(name) : undefined
  return type && { kind: 'dtype', type }
}

/** The storage that a persistent id stands for: `('storage', class, key, location, number of elements)`. */
export function storageOf(id: PyValue): Storage | undefined {
  if (!isKind(id, 'tuple') || id.items.length !== 5 || id.items[0] !== 'storage') return undefined
  const [, type, key, , count] = id.items
  if (!isKind(type, 'callable') || !type.elements || typeof key !== 'string' || !isSize(count)) return undefined
  return { kind: 'storage', key, elements: type.elements, count }
}
