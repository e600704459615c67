import { gunzipSync } from 'fflate'
import { classBalanced } from './class-balanced.js'
import type { LabelledDataset } from './dataset.js'
import { FileError } from './file-error.js'
import { decodeIdx } from './idx.js'
import { idxSamples, type NamedBytes } from './image-samples.js'
import { momentsOf } from './standardize.js'
import { chooseRows, requireCount, type StoredSamples } from './stored-samples.js'
import type { TensorData } from './tensor.js'

const classes = 10

/** Where a file's bytes are: themselves, a file that a user chose, or an address to fetch. */
export type FileSource = Uint8Array | Blob | string | URL

/** The four IDX files of MNIST, compressed by gzip or not; those for testing may be absent. */
export interface MnistFiles {
  readonly trainImages: FileSource
  readonly trainLabels: FileSource
  readonly testImages?: FileSource
  readonly testLabels?: FileSource
}

export interface MnistOptions {
  /** Size of a class-balanced subset drawn by `seed`; default: all images in file order. */
  readonly samples?: number
  /** Default 0. */
  readonly seed?: number
  /** Default `train`. */
  readonly split?: 'train' | 'test'
}

/** Images and labels as MNIST's: standardised by the training images, all of them or a balanced subset. */
export function mnistDataset(
  stored: StoredSamples,
  trainingPixels: () => TensorData,
  { samples, seed = 0 }: MnistOptions,
): LabelledDataset {
  const { x, file, outcomes } = stored
  const { labels } = outcomes
  if (!labels) throw new FileError(file, 'expected labels beside the images, got none')
  const available = x.shape[0]
  if (samples !== undefined) requireCount(samples, available, file)
  const rows =
    samples === undefined
      ? Int32Array.from({ length: available }, (_, i) => i)
      : classBalanced(labels, classes, samples, seed)
  const chosen = chooseRows({ ...stored, outcomes: { labels, classes } }, 'mnist', rows, momentsOf(trainingPixels()))
  return { ...chosen, labels: rows.map((row) => labels[row]), classes }
}

/** The bytes of a source, no longer compressed. @throws FileError when an address gives none */
async function bytesOf(source: FileSource, name: string): Promise<NamedBytes> {
  const read = async (): Promise<Uint8Array> => {
    if (source instanceof Uint8Array) return source
    if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer())
    let response
    try {
      response = await fetch(source)
    } catch (error) {
      throw new FileError(String(source), `cannot be fetched: ${(error as Error).message}`)
    }
    if (!response.ok) throw new FileError(String(source), `expected the file, got status ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  }
  const bytes = await read()
  const file = typeof source === 'string' || source instanceof URL ? String(source) : name
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { file, bytes }
  try {
    return { file, bytes: gunzipSync(bytes) }
  } catch (error) {
    throw new FileError(file, `expected a whole gzip file, got one that does not unpack: ${(error as Error).message}`)
  }
}

/**
 * MNIST from its four IDX files, for pages: standardised by the mean and standard deviation of all pixels of the training
 * images, for both splits, as `loadData('mnist')` of `limn/node` gives it.
 *
 * @throws FileError when a file cannot be fetched, is no IDX file, or has fewer images than asked for
 * @throws RangeError when `samples` is not a positive integer
 *
 * @example
 * import { mnistOfFiles } from 'limn'
 *
 * const one = (...bytes: number[]) => Uint8Array.of(0, 0, 8, ...bytes)
 * const images = one(3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 255, 0)
 * const { x, labels } = await mnistOfFiles({ trainImages: images, trainLabels: one(1, 0, 0, 0, 2, 7, 3) })
 * console.log(x.data, labels) // Float64Array(4) [ -1, 1, 1, -1 ] Int32Array(2) [ 7, 3 ]
 */
export async function mnistOfFiles(files: MnistFiles, options: MnistOptions = {}): Promise<LabelledDataset> {
  const training = bytesOf(files.trainImages, 'train-images-idx3-ubyte')
  const { split = 'train' } = options
  const need = (source: FileSource | undefined, name: string): Promise<NamedBytes> => {
    if (source === undefined) throw new FileError(name, 'expected the file for split test, got none')
    return bytesOf(source, name)
  }
  const [images, labels] =
    split === 'train'
      ? await Promise.all([training, bytesOf(files.trainLabels, 'train-labels-idx1-ubyte')])
      : await Promise.all([
          need(files.testImages, 't10k-images-idx3-ubyte'),
          need(files.testLabels, 't10k-labels-idx1-ubyte'),
        ])
  const { file, bytes } = await training
  return mnistDataset(idxSamples(images, labels), () => decodeIdx(bytes, file).data, options)
}
