import { statSync } from 'node:fs'
import { unnamedKey, type TensorArchive } from '../../data/archives.js'
import { readAnyTensors } from '../../data/open-tensors.js'
import { readBytes } from './files.js'
import { gigabytes } from './memory.js'

/** Contents of this size may have taken hours, whatever they are. */
const largeFile = 2 ** 26

/**
 * What makes a file that is there worth keeping, as the end of a sentence; undefined for one that is empty or quickly made again.
 *
 * @param inputs files that are read, none of which is to be replaced; names that are no files are passed over
 * @param long whether whatever is written there takes long, so that any file with something in it is kept
 */
export function whyKept(out: string, inputs: readonly (string | undefined)[], long: boolean): string | undefined {
  const { size, dev, ino } = statSync(out)
  const isOut = (input: string | undefined): boolean => {
    if (input === undefined) return false
    const stats = statSync(input, { throwIfNoEntry: false })
    return stats !== undefined && stats.dev === dev && stats.ino === ino
  }
  if (inputs.some(isOut)) return 'is an input of this command'
  if (size === 0) return undefined
  if (size >= largeFile) return `has ${gigabytes(size)} that may have taken hours`
  const archive = readArchive(out)
  if (archive?.metadata['trained'] !== undefined) return 'holds a trained network'
  if (archive && !isOwn(archive)) return 'holds what limn has not written'
  return long ? 'is there already' : undefined
}

function readArchive(file: string): TensorArchive | undefined {
  try {
    return readAnyTensors(readBytes(file), file)
  } catch {
    return undefined
  }
}

/** Whether limn writes such archives: networks say so, chains and kernels have a form of their own. */
function isOwn({ tensors, metadata }: TensorArchive): boolean {
  if ('limn' in metadata || tensors.has('W0') || tensors.has('W1')) return true
  const shape = tensors.get(unnamedKey)?.shape
  return shape !== undefined && shape.length >= 2 && shape.length <= 3 && shape.at(-1) === shape.at(-2)
}
