import { FileError } from './file-error.js'
import { npyHeadBytes } from './npy-header.js'
import { npyFirstRows } from './npy.js'
import { readOutcomes } from './outcomes.js'
import type { StoredSamples } from './stored-samples.js'
import { requireSamples } from './stored-samples.js'
import type { Tensor } from './tensor.js'
import { readZip, type ZipEntry } from './zip.js'

/** How much of a file of samples is read. */
export interface SampleBounds {
  /** Rows that will be used, from the first on; all when absent. */
  readonly samples?: number | undefined
  /** Called with the bytes of memory that the arrays will take, before any of it is taken; throws where there are not so many. */
  readonly requireMemory?: (bytes: number) => void
}

/** The first rows of one array of an archive, and the number of all its rows. */
function arrayStart(
  { unpack, unpackStart, size }: ZipEntry,
  file: string,
  key: string,
  { samples, requireMemory }: SampleBounds,
): { readonly tensor: Tensor; readonly available: number } {
  const { available, bytes, memory, decode } = npyFirstRows(unpackStart(npyHeadBytes, false), size, samples, file, key)
  requireMemory?.(memory)
  return { tensor: decode(bytes === size ? unpack() : unpackStart(bytes)), available }
}

/**
 * Samples of a `.npz` file: `x` of shape `[N, …]` and, where present, `y` (targets or labels, see `readOutcomes`). Other
 * arrays are not read, and of `x` the rows that are used; its checksum is that of all rows all the same.
 *
 * @throws FileError when `x` is missing, or an array is not what it should be
 */
export function npzSamples(bytes: Uint8Array, file: string, bounds: SampleBounds = {}): StoredSamples {
  const entries = new Map(readZip(bytes, file).map((entry) => [entry.name, entry]))
  const [x, y] = [entries.get('x.npy'), entries.get('y.npy')]
  if (!x) throw new FileError(file, 'expected this array with the samples, got an archive without it', 'x')
  const { tensor, available } = arrayStart(x, file, 'x', bounds)
  requireSamples(tensor, file, 'x')
  const outcomes = y
    ? readOutcomes(arrayStart(y, file, 'y', { ...bounds, samples: undefined }).tensor, available, file, 'y')
    : {}
  return { file, key: 'x', x: tensor, outcomes }
}

/** Samples of a `.npy` file, `[N, …]`, without labels. @throws FileError when the array is not of that kind */
export function npySamples(bytes: Uint8Array, file: string, bounds: SampleBounds = {}): StoredSamples {
  const { memory, decode } = npyFirstRows(bytes, bytes.length, bounds.samples, file)
  bounds.requireMemory?.(memory)
  const x = decode(bytes)
  requireSamples(x, file)
  return { file, x, outcomes: {} }
}
