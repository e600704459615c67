import type { CifarBatch, CifarClasses } from './cifar.js'
import { FileError } from './file-error.js'
import { decodeIdx, type IdxHeader } from './idx.js'
import { readOutcomes } from './outcomes.js'
import { shapeText } from './shape.js'
import type { StoredSamples } from './stored-samples.js'
import { requireSamples } from './stored-samples.js'

/** The contents of a file with its name for messages. */
export interface NamedBytes {
  readonly file: string
  readonly bytes: Uint8Array
  /** What of it is read: its first rows; all of it when absent. */
  readonly header?: IdxHeader
  /** Rows of the whole file, where the first alone are read. */
  readonly available?: number
}

/**
 * Samples of a pair of IDX files.
 *
 * @param images tensor `[N, …]`
 * @param labels tensor `[N]` of class labels; may be absent
 * @throws FileError naming the file that is not what it should be
 */
export function idxSamples(images: NamedBytes, labels?: NamedBytes): StoredSamples {
  const { file } = images
  const x = decodeIdx(images.bytes, file, images.header)
  requireSamples(x, file)
  if (!labels) return { file, x, outcomes: {} }
  const y = decodeIdx(labels.bytes, labels.file)
  if (y.shape.length !== 1) throw new FileError(labels.file, `expected labels of shape [N], got ${shapeText(y.shape)}`)
  const outcomes = readOutcomes(y, images.available ?? x.shape[0], labels.file)
  if (!outcomes.labels) throw new FileError(labels.file, 'expected labels that are non-negative integers, got others')
  return { file, x, outcomes }
}

/** Samples of CIFAR batches, one after the other. @param file name for messages; `batches` must not be empty */
export function cifarSamples(batches: readonly CifarBatch[], classes: CifarClasses, file: string): StoredSamples {
  const [first] = batches
  if (batches.length === 1) return { file, x: first.images, outcomes: { labels: first.labels, classes } }
  const count = batches.reduce((sum, { labels }) => sum + labels.length, 0)
  const cols = first.images.shape[1]
  const data = new Uint8Array(count * cols)
  const labels = new Int32Array(count)
  let row = 0
  for (const batch of batches) {
    data.set(batch.images.data, row * cols)
    labels.set(batch.labels, row)
    row += batch.labels.length
  }
  return { file, x: { shape: [count, cols], data }, outcomes: { labels, classes } }
}
