import { join } from 'node:path'
import type { CifarBatch, CifarClasses } from '../../data/cifar.js'
import { decodeCifar } from '../../data/cifar.js'
import { FileError } from '../../data/file-error.js'
import { idxFirstRows, idxHeadBytes, readIdxHeader } from '../../data/idx.js'
import type { NamedBytes } from '../../data/image-samples.js'
import { cifarSamples, idxSamples } from '../../data/image-samples.js'
import type { StoredSamples } from '../../data/stored-samples.js'
import { listFolder, readBytes } from '../files/files.js'
import { gunzip, gunzipStart, gunzippedSize } from './gunzip.js'
import { requireFreeMemory } from '../files/memory.js'

/** The part of a data set: what a network is trained on, or what it is tested on. */
export type Split = 'train' | 'test'

interface FolderOptions {
  readonly split: Split
  readonly needLabels: boolean
  /** Number of rows that will be used; later files need not be read. */
  readonly samples: number | undefined
}

/** Kinds of data folders, each with how to find its files and how to read them. The first that finds any is used. */
const folderKinds = [
  {
    find: (name: string) => /^(train|t10k|test)-(images|labels)[-.]idx\d-ubyte(\.gz)?$/.test(name),
    read: readIdxFolder,
  },
  {
    find: (name: string) => /^(data_batch_\d+|test_batch)\.bin$/.test(name),
    read: (folder: string, names: readonly string[], options: FolderOptions) =>
      readCifarFolder(folder, names, options, 10, { train: /^data_batch_\d+\.bin$/, test: /^test_batch\.bin$/ }),
  },
  {
    find: (name: string) => /^(train|test)\.bin$/.test(name),
    read: (folder: string, names: readonly string[], options: FolderOptions) =>
      readCifarFolder(folder, names, options, 100, { train: /^train\.bin$/, test: /^test\.bin$/ }),
  },
] as const

/**
 * Samples of a folder of IDX files under MNIST's names (`train-images-idx3-ubyte` …, also with `.gz`), or of CIFAR-10 or
 * CIFAR-100 binary batches.
 *
 * @throws FileError naming the file inside the folder that is missing or broken, or the folder when it holds no such file
 */
export function readDataFolder(folder: string, options: FolderOptions): StoredSamples {
  const names = listFolder(folder)
  const kind = folderKinds.find(({ find }) => names.some(find))
  if (!kind) {
    const expected = 'train-images-idx3-ubyte and train-labels-idx1-ubyte, data_batch_1.bin …, or train.bin'
    throw new FileError(folder, `expected a folder with ${expected}, got none of these`)
  }
  return kind.read(folder, names, options)
}

function readIdxFolder(
  folder: string,
  names: readonly string[],
  { split, needLabels, samples }: FolderOptions,
): StoredSamples {
  const stem = split === 'train' ? 'train' : '(t10k|test)'
  const find = (pattern: string, rows = Infinity): NamedBytes | undefined => {
    const name = names.find((candidate) => new RegExp(`^${stem}-${pattern}-ubyte(\\.gz)?$`).test(candidate))
    if (name === undefined) return undefined
    const file = join(folder, name)
    return readIdx(file, name.endsWith('.gz'), rows)
  }
  const missing = (part: string): never => {
    const file = join(folder, `${split === 'train' ? 'train' : 't10k'}-${part}-ubyte`)
    throw new FileError(file, 'no such file; a folder of IDX files needs it')
  }
  const images = find('images[-.]idx\\d', samples) ?? missing('images-idx3')
  const labels = find('labels[-.]idx\\d')
  if (needLabels && !labels) missing('labels-idx1')
  return idxSamples(images, labels)
}

/** The first rows of an IDX file: its header first, then the memory that they take, then the rows. */
function readIdx(file: string, isPacked: boolean, rows: number): NamedBytes {
  const bytes = readBytes(file)
  const total = isPacked ? gunzippedSize(bytes, file) : bytes.length
  const head = isPacked ? gunzipStart(bytes, file, idxHeadBytes, false) : bytes
  const whole = readIdxHeader(head, total, file)
  const [available = 1] = whole.shape
  // A wrong number of rows is refused later, with what there is.
  const isPart = Number.isInteger(rows) && rows >= 1 && rows < available
  const { header, bytes: needed } = isPart ? idxFirstRows(whole, rows) : { header: whole, bytes: total }
  const elements = header.shape.reduce((product, size) => product * size, 1)
  requireFreeMemory(2 * needed + 8 * elements, `${file}: samples [${header.shape.join(', ')}]`, 'use fewer --samples')
  if (!isPart) return { file, bytes: isPacked ? gunzip(bytes, file) : bytes }
  const start = isPacked ? gunzipStart(bytes, file, needed, true) : bytes.subarray(0, needed)
  return { file, bytes: start, header, available }
}

function readCifarFolder(
  folder: string,
  names: readonly string[],
  { split, samples = Infinity }: FolderOptions,
  classes: CifarClasses,
  patterns: Readonly<Record<Split, RegExp>>,
): StoredSamples {
  const files = names.filter((name) => patterns[split].test(name)).map((name) => join(folder, name))
  if (files.length === 0) {
    throw new FileError(folder, `expected CIFAR-${classes} files for the ${split} split, got none`)
  }
  const batches: CifarBatch[] = []
  let rows = 0
  for (const file of files) {
    if (rows >= samples) break
    const batch = decodeCifar(readBytes(file), file, classes)
    batches.push(batch)
    rows += batch.labels.length
  }
  return cifarSamples(batches, classes, files.length === 1 ? files[0] : folder)
}
