import { decodeNpy } from '../data/npy.js'
import { kernelFromTensor, kernelShape, kernelSource, requireSymmetric, type KernelSource } from '../ntk/kernel-file.js'
import { pathKind, readBytes } from './files.js'
import { openFile, type OpenFile } from './large-files.js'
import { requireFreeMemory } from './memory.js'
import { standardStream } from './standard-streams.js'
import { readPlainNpy } from './npy-header.js'

/** A kernel on disk. */
export interface StoredKernel extends KernelSource {
  readonly close: () => void
}

/** Files up to this are read, and checked, as a whole. */
const wholeLimit = 2 ** 26

/**
 * Opens a kernel file, `[N, N]` or `[C, N, N]`. Of a large one, classes are read and checked one by one as they are asked
 * for; only float64 in C order, as limn writes it, may be large.
 *
 * @param whole bytes up to which the file is read as a whole, default 64 MiB
 * @throws FileError when the file is not readable, no kernel, or (here or when a class is read) not finite and symmetric
 * @throws RangeError when memory does not suffice for one class
 */
export function openKernel(path: string, whole = wholeLimit): StoredKernel {
  if (path === standardStream || pathKind(path) === 'other') return inMemory(path)
  const file = openFile(path)
  try {
    const plain = file.size > whole ? readPlainNpy(file, path) : undefined
    if (plain) return byClass(path, file, plain.start, kernelShape(plain.shape, path))
  } catch (error) {
    file.close()
    throw error
  }
  file.close()
  return inMemory(path)
}

function inMemory(path: string): StoredKernel {
  const kernel = kernelFromTensor(decodeNpy(readBytes(path), path), path)
  return { ...kernelSource(kernel), close: () => undefined }
}

function byClass(
  path: string,
  file: OpenFile,
  start: number,
  { classes, n }: { readonly classes: number; readonly n: number },
): StoredKernel {
  const bytes = 8 * n * n
  let data: Float64Array | undefined
  let held = -1
  return {
    classes,
    n,
    matrix(c) {
      if (!data) {
        requireFreeMemory(bytes, `${path}: one class [${n}, ${n}]`, 'compute the kernel of fewer samples')
        data = new Float64Array(n * n)
      }
      const matrix = { rows: n, cols: n, data }
      if (c === held) return matrix
      held = -1
      file.read(new Uint8Array(data.buffer), start + c * bytes)
      requireSymmetric(matrix, path, classes > 1 ? c : undefined)
      held = c
      return matrix
    },
    close: () => file.close(),
  }
}
