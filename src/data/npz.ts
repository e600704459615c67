import { zipSync } from 'fflate'
import type { ByteSource } from './byte-source.js'
import { FileError } from './file-error.js'
import { npyHeadBytes } from './npy-header.js'
import { decodeNpy, encodeNpy } from './npy.js'
import { decodeMeta, encodeMeta, isMeta, type JsonObject } from './npz-meta.js'
import type { OnUnreadable, Tensor, TensorMap } from './tensor.js'
import { readZip, type ZipEntry } from './zip.js'

const suffix = '.npy'
const metaNames: readonly string[] = ['meta', 'meta.json', `meta${suffix}`]

/** What a NumPy archive holds. */
export interface NpzArchive {
  readonly tensors: TensorMap
  /** The JSON object of the member `meta`, where there is one. */
  readonly meta?: JsonObject
}

/** What a NumPy archive holds, of which `meta` alone is unpacked. */
export interface NpzMembers {
  readonly arrays: ReadonlyMap<string, ZipEntry>
  readonly meta?: JsonObject
}

/**
 * The members of a NumPy archive.
 *
 * @param only keys that are wanted; all when absent. Other members may be of any kind.
 * @throws FileError when a member that is wanted is no array by its name, or `meta` is no JSON object or is there twice
 */
export function npzMembers(from: Uint8Array | ByteSource, file: string, only?: readonly string[]): NpzMembers {
  const arrays = new Map<string, ZipEntry>()
  let meta: JsonObject | undefined
  for (const entry of readZip(from, file)) {
    const { name } = entry
    const key = name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined
    if (metaNames.includes(name) && (!only || only.includes('meta'))) {
      if (isMeta(entry.unpackStart(npyHeadBytes, false), name, file)) {
        if (meta) throw new FileError(file, 'expected one JSON object that describes the archive, got two', name)
        meta = decodeMeta(entry.unpack(), name, file)
        continue
      }
    }
    if (only && !(key !== undefined && only.includes(key))) continue
    if (key === undefined) throw new FileError(file, `expected names that end in ${suffix} in the archive`, name)
    arrays.set(key, entry)
  }
  return { arrays, ...(meta && { meta }) }
}

/**
 * Reads a NumPy archive, as written by `np.savez` and `np.savez_compressed`, with what it says of itself: a member `meta`
 * that is a text (`np.savez(file, meta=json.dumps(…), …)`), or a file `meta` or `meta.json`, holds a JSON object.
 *
 * @param only keys to read where they are present; all when absent. Other entries are not unpacked and may be of any kind.
 * @param onUnreadable told of entries that are no numeric array, which are then not among the result's
 * @throws FileError naming the key when an entry is damaged or is not a numeric array, or `meta` is no JSON object or is
 *   there twice
 *
 * @example
 * import { decodeNpzArchive, encodeNpz } from 'limn'
 *
 * const x = { shape: [2], data: Float64Array.of(1, 2) } as const
 * const { tensors, meta } = decodeNpzArchive(encodeNpz(new Map([['x', x]]), { seed: 7 }), 'data.npz')
 * console.log([...tensors.keys()], meta) // [ 'x' ] { seed: 7 }
 */
export function decodeNpzArchive(
  bytes: Uint8Array,
  file: string,
  only?: readonly string[],
  onUnreadable?: OnUnreadable,
): NpzArchive {
  const tensors = new Map<string, Tensor>()
  const { arrays, meta } = npzMembers(bytes, file, only)
  for (const [key, { unpack }] of arrays) {
    const contents = unpack()
    try {
      tensors.set(key, decodeNpy(contents, file, key))
    } catch (error) {
      if (!(onUnreadable && error instanceof FileError)) throw error
      onUnreadable(key, { shape: undefined, error })
    }
  }
  return { tensors, ...(meta && { meta }) }
}

/**
 * The arrays of {@link decodeNpzArchive}.
 *
 * @throws FileError as there
 *
 * @example
 * import { decodeNpz, encodeNpz } from 'limn'
 *
 * const bytes = encodeNpz(new Map([['x', { shape: [2], data: Float64Array.of(1, 2) }]]))
 * console.log(decodeNpz(bytes, 'data.npz').get('x')?.data) // Float64Array(2) [ 1, 2 ]
 */
export function decodeNpz(bytes: Uint8Array, file: string, only?: readonly string[]): TensorMap {
  return decodeNpzArchive(bytes, file, only).tensors
}

/**
 * A NumPy archive of the tensors in the map's order, uncompressed. The same tensors give the same bytes, at any time and place.
 *
 * @param meta what the archive says of itself, first in it, as a NumPy text of JSON: `json.loads(str(archive['meta']))`
 * @throws RangeError when a tensor's shape and data disagree, or the archive would exceed 4 GiB
 *
 * @example
 * import { decodeNpz, encodeNpz } from 'limn'
 *
 * const bytes = encodeNpz(new Map([['y', { shape: [3], data: Int32Array.of(0, 2, 1) }]]))
 * console.log(decodeNpz(bytes, 'labels.npz').get('y')?.data) // Int32Array(3) [ 0, 2, 1 ]
 */
export function encodeNpz(tensors: TensorMap, meta?: JsonObject): Uint8Array {
  // The earliest date of the format, in local time because that is what the format stores.
  const mtime = new Date(1980, 0, 1)
  const files: Record<string, Uint8Array> = {}
  let total = 22
  if (meta) {
    files[`meta${suffix}`] = encodeMeta(meta)
    total += files[`meta${suffix}`].length + 256
  }
  for (const [key, tensor] of tensors) {
    const contents = encodeNpy(tensor)
    total += contents.length + 2 * (new TextEncoder().encode(key).length + 64)
    if (!(total < 2 ** 32)) throw new RangeError(`encodeNpz: expected less than 4 GiB in all, got more at ${key}`)
    files[`${key}${suffix}`] = contents
  }
  return zipSync(files, { level: 0, mtime })
}
