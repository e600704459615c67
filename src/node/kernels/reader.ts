import { elementRules, readElements } from '../../data/elements.js'
import type { NpyHeader } from '../../data/npy-header.js'
import { decodeNpy } from '../../data/npy.js'
import { kernelDtypeOf, type EntryPrecision } from '../../ntk/entry-precision.js'
import { filedKernel, kernelShape, kernelSource, requireSymmetric, type KernelSource } from '../../ntk/kernel-file.js'
import { pathKind, readBytes } from '../files/files.js'
import { openFile, type OpenFile } from '../files/large-files.js'
import { requireFreeMemory } from '../files/memory.js'
import { standardStream } from '../files/standard-streams.js'
import { readPlainNpy } from './npy-header.js'
import { readNpyHeader } from '../../data/npy-header.js'
import { readKernelComment, type KernelMeta } from '../../ntk/kernel-meta.js'

/** A kernel on disk. */
export interface StoredKernel extends KernelSource {
  /** What it is a kernel of, where the file says so. */
  readonly meta?: KernelMeta | undefined
  readonly close: () => void
}

/** Files up to this are read, and checked, as a whole. */
const wholeLimit = 2 ** 26

/**
 * Opens a kernel file, `[N, N]` or `[C, N, N]`. Of a large one, classes are read and checked one by one as they are asked
 * for, where it is float64, float32 or float16 in C order; any other is read as a whole.
 *
 * @param whole bytes up to which the file is read as a whole, default 64 MiB
 * @throws FileError when the file is not readable, no kernel, or (here or when a class is read) not finite and symmetric
 * @throws RangeError when memory does not suffice for one class
 *
 * @example
 * import { encodeNpy } from 'limn'
 * import { openKernel, writeAtomic } from 'limn/node'
 *
 * writeAtomic('kernel.npy', encodeNpy({ shape: [2, 2], data: Float64Array.of(2, 1, 1, 2) }))
 * const kernel = openKernel('kernel.npy')
 * console.log(kernel.classes, kernel.matrix(0).data) // 1 Float64Array(4) [ 2, 1, 1, 2 ]
 * kernel.close()
 */
export function openKernel(path: string, whole = wholeLimit): StoredKernel {
  if (path === standardStream || pathKind(path) === 'other') return inMemory(path)
  const file = openFile(path)
  try {
    const plain = file.size > whole ? readPlainNpy(file, path) : undefined
    if (plain) return byClass(path, file, plain)
  } catch (error) {
    file.close()
    throw error
  }
  file.close()
  return inMemory(path)
}

function inMemory(path: string): StoredKernel {
  const bytes = readBytes(path)
  const { kernel, precision } = filedKernel(decodeNpy(bytes, path), path)
  const meta = readKernelComment(readNpyHeader(bytes, path).comment, path)
  return { ...kernelSource(kernel, precision), meta, close: () => undefined }
}

/** Elements that are widened to f64 at a time. */
const piece = 2 ** 20

function byClass(path: string, file: OpenFile, { type, littleEndian, shape, start, comment }: NpyHeader): StoredKernel {
  const { classes, n } = kernelShape(shape, path)
  const { size } = elementRules[type]
  const dtype = kernelDtypeOf(type)
  let data: Float64Array | undefined
  let held = -1
  let precision: EntryPrecision | undefined
  const fill = (values: Float64Array, at: number): void => {
    const plain = type === 'f64' && littleEndian
    if (plain) file.read(new Uint8Array(values.buffer), at)
    for (let from = 0; !plain && from < values.length; from += piece) {
      const bytes = new Uint8Array(size * Math.min(piece, values.length - from))
      file.read(bytes, at + size * from)
      values.set(readElements(type, bytes, littleEndian), from)
    }
  }
  return {
    meta: readKernelComment(comment, path),
    classes,
    n,
    matrix(c) {
      if (!data) {
        requireFreeMemory(8 * n * n, `${path}: one class [${n}, ${n}]`, 'compute the kernel of fewer samples')
        data = new Float64Array(n * n)
      }
      const matrix = { rows: n, cols: n, data }
      if (c === held) return matrix
      held = -1
      fill(data, start + c * size * n * n)
      precision = requireSymmetric(matrix, path, dtype, classes > 1 ? c : undefined)
      held = c
      return matrix
    },
    precision(c) {
      if (c !== held || !precision) throw new Error(`openKernel: expected the precision of class ${held}, got ${c}`)
      return precision
    },
    close: () => file.close(),
  }
}
