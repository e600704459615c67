import { npySamples, npzSamples, type SampleBounds } from '../../data/array-samples.js'
import { archiveFormat } from '../../data/archives.js'
import type { Dataset, LabelledDataset } from '../../data/dataset.js'
import type { DatasetName } from '../../data/named.js'
import { FileError } from '../../data/file-error.js'
import { firstRows } from '../../data/stored-samples.js'
import type { FileOptions, StoredSamples } from '../../data/stored-samples.js'
import type { Split } from './folder.js'
import { readDataFolder } from './folder.js'
import { loadMnist } from './mnist.js'
import { pathKind, readBytes } from '../files/files.js'
import { requireFreeMemory } from '../files/memory.js'
import { standardStream } from '../files/standard-streams.js'

export interface DataOptions extends FileOptions {
  /** Seed of the class-balanced subset of a named dataset (default 0); files are never sampled at random. */
  readonly seed?: number | undefined
  /** Which part of a dataset that has two (default `train`); ignored for .npz and .npy. */
  readonly split?: Split | undefined
}

/** Datasets that have a name of their own instead of a path. */
const named = {
  mnist: loadMnist,
} as const satisfies Record<DatasetName, (samples: number | undefined, seed: number, split: Split) => Dataset>

/** Whether a source is a dataset by name, and so standardised and sub-sampled by a seed, and no path. */
export function isNamedData(source: string): source is keyof typeof named {
  return Object.hasOwn(named, source)
}

/** Files with samples, by extension. */
const sampleReaders = {
  '.npz': npzSamples,
  '.npy': npySamples,
} as const satisfies Record<string, (bytes: Uint8Array, file: string, bounds: SampleBounds) => StoredSamples>

const isSamples = (extension: string): extension is keyof typeof sampleReaders =>
  Object.hasOwn(sampleReaders, extension)

/**
 * Loads samples. `mnist` is standardised by its training mean and deviation and sub-sampled class-balanced by the seed.
 * Of a folder (IDX, CIFAR-10, CIFAR-100), `.npz` (`x`, `y`) or `.npy` (`x`) the first rows are used as they are and in
 * file order, standardised only when asked, by the mean and deviation of all entries of the rows used.
 *
 * With `needLabels` the labels are there by type as well.
 *
 * @param source `mnist`, a path, or `-` for an `.npz` or `.npy` on standard input
 * @throws FileError in one line that names the file, inside a folder the very file, when it is missing or broken, has
 * fewer rows than asked for, has NaN or infinite entries in the rows used, or lacks labels that are needed
 * @throws RangeError when the number of samples is not a positive integer
 *
 * @example
 * import { encodeNpz, type Tensor } from 'limn'
 * import { loadData, writeAtomic } from 'limn/node'
 *
 * const samples = new Map<string, Tensor>([
 *   ['x', { shape: [6, 4], data: Float64Array.from({ length: 24 }, (_, i) => Math.sin(i)) }],
 *   ['y', { shape: [6], data: Int32Array.of(0, 1, 0, 1, 0, 1) }],
 * ])
 * writeAtomic('data.npz', encodeNpz(samples))
 * const { labels, classes } = loadData('data.npz', { samples: 4, needLabels: true })
 * console.log(labels, classes) // Int32Array(4) [ 0, 1, 0, 1 ] 2
 */
export function loadData(source: string, options: DataOptions & { readonly needLabels: true }): LabelledDataset
export function loadData(source: string, options?: DataOptions): Dataset
export function loadData(source: string, options: DataOptions = {}): Dataset {
  const { samples, seed = 0, split = 'train', needLabels = false } = options
  if (isNamedData(source)) return named[source](samples, seed, split)
  return firstRows(readSource(), source, options)

  function readSource(): StoredSamples {
    const kind = source === standardStream ? 'other' : pathKind(source)
    if (kind === 'missing') {
      throw new FileError(source, `no such file or folder; expected a path or ${Object.keys(named).join(', ')}`)
    }
    if (kind === 'folder') return readDataFolder(source, { split, needLabels, samples })
    const extensions = Object.keys(sampleReaders) as (keyof typeof sampleReaders)[]
    const expected = `expected ${Object.keys(named).join(', ')}, a folder of IDX or CIFAR files, or a ${extensions.join(' or ')} file`
    const extension = extensions.find((candidate) => source.toLowerCase().endsWith(candidate))
    if (extension === undefined && kind !== 'other') throw new FileError(source, expected)
    const bytes = readBytes(source)
    // What comes out of a pipe has no name that says its format.
    const format = extension ?? archiveFormat(bytes)
    if (format === undefined || !isSamples(format)) throw new FileError(source, expected)
    const requireMemory = (needed: number): void => requireFreeMemory(needed, source, 'use fewer --samples')
    return sampleReaders[format](bytes, source, { samples, requireMemory })
  }
}
