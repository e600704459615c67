import { PickleError } from './pickle-cursor.js'
import { isKind, type Dictionary, type PyTensor, type PyValue } from './pickle-values.js'
import type { TensorsApart } from '../tensor-file.js'
import { unnamedKey } from '../unnamed.js'

/** The tensors of a checkpoint that are its network's, and how many others are where. */
export interface StateDict {
  readonly tensors: ReadonlyMap<string, PyTensor>
  readonly apart: readonly TensorsApart[]
}

/** Or why there is none: entries of the checkpoint of which each could be it. */
export type Found = StateDict | { readonly candidates: readonly string[] }

/** Under what names checkpoints keep their state dict, before any other. */
const usualNames = ['state_dict', 'model_state_dict', 'model'] as const

/** What wrappers (DataParallel, torch.compile) put before the name of every tensor. */
const wrappers = ['module.', '_orig_mod.'] as const

/** How deep checkpoints keep state dicts within each other. */
const deepest = 4

/** The tensors that a dictionary holds itself, by name. @throws PickleError where two have one name, as 1 and '1' */
function ownTensors({ entries }: Dictionary): Map<string, PyTensor> {
  const tensors = new Map<string, PyTensor>()
  for (const [key, value] of entries) {
    if (!isKind(value, 'tensor')) continue
    if (typeof key !== 'string' && typeof key !== 'number') throw new PickleError('expected texts as names of tensors')
    const name = String(key)
    if (tensors.has(name)) throw new PickleError(`expected each name once, got ${name} twice`)
    tensors.set(name, value)
  }
  return tensors
}

/** The tensors within a value, each value looked at once, since values may hold each other in a circle. */
function countTensors(value: PyValue, seen: Set<PyValue>): number {
  let count = 0
  const open: PyValue[] = [value]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (isKind(next, 'tensor')) count++
    if (!isKind(next, 'dict', 'list', 'tuple', 'set') || seen.has(next)) continue
    seen.add(next)
    for (const item of next.kind === 'dict' ? next.entries.values() : next.items) open.push(item)
  }
  return count
}

/** What is beside the state dict in its checkpoint. */
function beside({ entries }: Dictionary, taken: PyValue): TensorsApart[] {
  const seen = new Set<PyValue>([taken])
  return [...entries].flatMap(([key, value]) => {
    const tensors = value === taken ? 0 : countTensors(value, seen)
    return tensors === 0 ? [] : [{ name: typeof key === 'string' ? key : '?', tensors }]
  })
}

function withoutWrappers(tensors: ReadonlyMap<string, PyTensor>): ReadonlyMap<string, PyTensor> {
  const prefix = wrappers.find((wrapper) => [...tensors.keys()].every((key) => key.startsWith(wrapper)))
  if (prefix === undefined || tensors.size === 0) return tensors
  return withoutWrappers(new Map(Array.from(tensors, ([key, tensor]) => [key.slice(prefix.length), tensor])))
}

/** Whether dictionaries hold a state dict, each of them looked at once: they may hold each other in many ways. */
type Holds = Map<Dictionary, boolean>

/** Entries of a checkpoint that may be its state dict: dictionaries that hold tensors, or hold such one. */
function candidatesIn({ entries }: Dictionary, depth: number, known: Holds = new Map()): Map<string, Dictionary> {
  const found = new Map<string, Dictionary>()
  for (const [key, value] of depth > 0 ? entries : []) {
    if (typeof key === 'string' && isKind(value, 'dict') && holdsState(value, depth - 1, known)) found.set(key, value)
  }
  return found
}

function holdsState(dictionary: Dictionary, depth: number, known: Holds): boolean {
  const before = known.get(dictionary)
  if (before !== undefined) return before
  known.set(dictionary, false)
  const holds =
    [...dictionary.entries.values()].some((value) => isKind(value, 'tensor')) ||
    candidatesIn(dictionary, depth, known).size > 0
  known.set(dictionary, holds)
  return holds
}

/**
 * The state dict of what a file holds: the dictionary that holds tensors, be it the whole or an entry `state_dict`,
 * `model_state_dict` or `model`, or the only entry that is such a dictionary. A list holds tensors by their numbers, and a
 * lone tensor has no name.
 *
 * @throws PickleError where tensors have no names, or two the same
 */
export function findStateDict(root: PyValue): Found | undefined {
  if (isKind(root, 'tensor')) return { tensors: new Map([[unnamedKey, root]]), apart: [] }
  if (isKind(root, 'list', 'tuple')) {
    const tensors = root.items.filter((item) => isKind(item, 'tensor'))
    if (tensors.length === 0 || tensors.length < root.items.length) return undefined
    return { tensors: new Map(tensors.map((tensor, i) => [String(i), tensor])), apart: [] }
  }
  return isKind(root, 'dict') ? within(root, deepest) : undefined
}

function within(dictionary: Dictionary, depth: number): Found | undefined {
  const candidates = candidatesIn(dictionary, depth)
  const usual = usualNames.filter((name) => candidates.has(name))
  const own = ownTensors(dictionary)
  const names = usual.length > 0 ? usual : own.size > 0 ? [] : [...candidates.keys()]
  const different = new Set(names.map((name) => candidates.get(name)))
  if (different.size > 1) return { candidates: names }
  if (different.size === 0) {
    return own.size > 0 ? { tensors: withoutWrappers(own), apart: besideOwn(dictionary) } : undefined
  }
  const chosen = candidates.get(names[0])!
  const found = within(chosen, depth - 1)
  if (!found || 'candidates' in found)
    return found && { candidates: found.candidates.map((key) => `${names[0]}.${key}`) }
  return { tensors: found.tensors, apart: [...found.apart, ...beside(dictionary, chosen)] }
}

/** Tensors that entries of a state dict hold deeper down. */
function besideOwn({ entries }: Dictionary): TensorsApart[] {
  const nested = new Map([...entries].filter(([, value]) => !isKind(value, 'tensor')))
  return beside({ kind: 'dict', entries: nested }, null)
}
