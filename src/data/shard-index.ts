import { FileError } from './file-error.js'
import { parseUniqueJson } from './unique-json.js'

/** Longest index that is read. */
export const longestIndex = 100_000_000
const limits = { keys: 100_000, depth: 8 } as const

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A file's name alone, which cannot lead out of the folder of the index. */
const isPlainName = (name: unknown): name is string =>
  typeof name === 'string' && /^[^/\\\0]+$/.test(name) && name !== '.' && name !== '..'

/**
 * Which file has which tensor, of an index as Hugging Face writes it: `{"weight_map": {"fc.weight":
 * "model-00001-of-00002.safetensors"}}`.
 *
 * @returns keys of each file, in the order of the index
 * @throws FileError when it is no such index, names a key twice, or a file outside of its folder
 */
export function readShardIndex(text: string, file: string): ReadonlyMap<string, readonly string[]> {
  let value: unknown
  try {
    value = parseUniqueJson(text, limits)
  } catch (error) {
    throw new FileError(file, `expected a JSON index: ${error instanceof Error ? error.message : String(error)}`)
  }
  const map = isObject(value) ? value['weight_map'] : undefined
  if (!isObject(map)) throw new FileError(file, 'expected an index of tensors, got none', 'weight_map')
  const shards = new Map<string, string[]>()
  for (const [key, name] of Object.entries(map)) {
    if (!isPlainName(name)) {
      throw new FileError(file, `expected the name of a file beside it, got ${JSON.stringify(name)}`, key)
    }
    const keys = shards.get(name)
    if (keys) keys.push(key)
    else shards.set(name, [key])
  }
  if (shards.size === 0) throw new FileError(file, 'expected at least one tensor, got none', 'weight_map')
  return shards
}
