import { FileError } from './file-error.js'
import { decodeNpy } from './npy.js'
import { decodeNpz } from './npz.js'
import { readOutcomes } from './outcomes.js'
import type { StoredSamples } from './stored-samples.js'
import { requireSamples } from './stored-samples.js'

/**
 * Samples of a `.npz` file: `x` of shape `[N, …]` and, where present, `y` (targets or labels, see `readOutcomes`). Other arrays are not read.
 *
 * @throws FileError when `x` is missing, or an array is not what it should be
 */
export function npzSamples(bytes: Uint8Array, file: string): StoredSamples {
  const arrays = decodeNpz(bytes, file, ['x', 'y'])
  const x = arrays.get('x')
  if (!x) throw new FileError(file, 'expected this array with the samples, got an archive without it', 'x')
  requireSamples(x, file, 'x')
  const y = arrays.get('y')
  return { file, key: 'x', x, outcomes: y ? readOutcomes(y, x.shape[0], file, 'y') : {} }
}

/** Samples of a `.npy` file, `[N, …]`, without labels. @throws FileError when the array is not of that kind */
export function npySamples(bytes: Uint8Array, file: string): StoredSamples {
  const x = decodeNpy(bytes, file)
  requireSamples(x, file)
  return { file, x, outcomes: {} }
}
