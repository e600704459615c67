import { FileError } from '../../data/file-error.js'
import { decodeNpy } from '../../data/npy.js'
import { toFloat64 } from '../../data/tensor.js'
import type { Matrix } from '../../linalg/matrix.js'
import type { KernelSource } from '../../ntk/kernel-file.js'
import { readBytes } from '../files/files.js'

/**
 * Targets `[N]` or `[N, C]` of a prediction from an `.npy`.
 *
 * @param kernel of N samples, and of C classes where it has several
 * @throws FileError when they are of another shape than the kernel asks for, or not finite
 *
 * @example
 * import { encodeNpy } from 'limn'
 * import { openKernel, readTargets, writeAtomic } from 'limn/node'
 *
 * writeAtomic('kernel.npy', encodeNpy({ shape: [2, 2], data: Float64Array.of(2, 1, 1, 2) }))
 * writeAtomic('y.npy', encodeNpy({ shape: [2], data: Float64Array.of(1, -1) }))
 * console.log(readTargets('y.npy', openKernel('kernel.npy'), 'kernel.npy').data) // Float64Array(2) [ 1, -1 ]
 */
export function readTargets(file: string, kernel: KernelSource, kernelFile: string): Matrix {
  const tensor = decodeNpy(readBytes(file), file)
  const [rows, cols = 1] = tensor.shape
  if (tensor.shape.length < 1 || tensor.shape.length > 2 || rows !== kernel.n || cols < 1) {
    throw new FileError(
      file,
      `expected targets of shape [${kernel.n}] or [${kernel.n}, C] as ${kernelFile} has ${kernel.n} samples, got [${tensor.shape.join(', ')}]`,
    )
  }
  if (kernel.classes > 1 && cols !== kernel.classes) {
    throw new FileError(
      file,
      `expected ${kernel.classes} columns as ${kernelFile} has ${kernel.classes} classes, got ${cols}${cols === 1 ? '; class labels go in as one-hot rows' : ''}`,
    )
  }
  const data = toFloat64(tensor)
  const bad = data.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0)
    throw new FileError(
      file,
      `expected finite targets, got ${data[bad]} at row ${Math.floor(bad / cols)}, column ${bad % cols}`,
    )
  return { rows, cols, data }
}
