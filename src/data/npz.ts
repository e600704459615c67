import { zipSync } from 'fflate'
import { FileError } from './file-error.js'
import { decodeNpy, encodeNpy } from './npy.js'
import type { Tensor, TensorMap } from './tensor.js'
import { readZip } from './zip.js'

const suffix = '.npy'

/**
 * Reads the arrays of a NumPy archive, as written by `np.savez` and `np.savez_compressed`.
 *
 * @param only keys to read where they are present; all when absent. Other entries are not unpacked and may be of any kind.
 * @throws FileError naming the key when an entry is damaged or is not a numeric array
 */
export function decodeNpz(bytes: Uint8Array, file: string, only?: readonly string[]): TensorMap {
  const tensors = new Map<string, Tensor>()
  for (const { name, unpack } of readZip(bytes, file)) {
    const key = name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined
    if (only && !(key !== undefined && only.includes(key))) continue
    if (key === undefined) throw new FileError(file, `expected names that end in ${suffix} in the archive`, name)
    tensors.set(key, decodeNpy(unpack(), file, key))
  }
  return tensors
}

/**
 * A NumPy archive of the tensors in the map's order, uncompressed. The same tensors give the same bytes, at any time and place.
 *
 * @throws RangeError when a tensor's shape and data disagree, or the archive would exceed 4 GiB
 */
export function encodeNpz(tensors: TensorMap): Uint8Array {
  // The earliest date of the format, in local time because that is what the format stores.
  const mtime = new Date(1980, 0, 1)
  const files: Record<string, Uint8Array> = {}
  let total = 22
  for (const [key, tensor] of tensors) {
    const contents = encodeNpy(tensor)
    total += contents.length + 2 * (new TextEncoder().encode(key).length + 64)
    if (!(total < 2 ** 32)) throw new RangeError(`encodeNpz: expected less than 4 GiB in all, got more at ${key}`)
    files[`${key}${suffix}`] = contents
  }
  return zipSync(files, { level: 0, mtime })
}
