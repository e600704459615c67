import type { Kernels } from '../linalg/kernels.js'
import { matmul } from '../linalg/matmul.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { largestSize } from '../network/divergence.js'
import { symmetricEigen } from '../linalg/symmetric-eigen.js'
import type { KernelSource } from '../ntk/kernel-file.js'
import { kernelMatrix, type Kernel } from '../ntk/kernel.js'
import { NumbersError } from '../numbers-error.js'

/** One class's kernel in its own coordinates, with the outputs that it drives. */
export interface ClassModes {
  /** λ_k, largest first. */
  readonly eigenvalues: Float64Array
  /** v_k as columns, `[N, N]`. */
  readonly vectors: Matrix
  /** Output columns driven by this kernel. */
  readonly outputs: readonly number[]
  /** v_k · y_c, `[N, outputs.length]`. */
  readonly coefficients: Matrix
}

export interface ModesOptions {
  readonly kernels?: Kernels
  /** Called when a class has been decomposed. */
  readonly onClass?: (found: ClassModes, c: number) => void
}

/** Everything that predictions need of a kernel and targets, whatever the learning rate. */
export interface KernelModes {
  readonly n: number
  readonly targets: Matrix
  readonly classes: readonly ClassModes[]
}

/** Columns `outputs` of a matrix. */
export function columns({ rows, cols, data }: Matrix, outputs: readonly number[]): Matrix {
  const result = matrix(rows, outputs.length)
  for (let i = 0; i < rows; i++) {
    outputs.forEach((c, at) => (result.data[i * outputs.length + at] = data[i * cols + c]))
  }
  return result
}

/** Whether the loss of f = 0, a sum of squares, is within the range of f64. */
export const squaresFit = ({ data }: Matrix): boolean =>
  Number.isFinite(data.reduce((sum, value) => sum + value * value, 0))

/** @throws RangeError when targets do not fit a kernel on n samples, are not finite, or their squares are not */
export function checkTargets(kernel: { readonly n: number; readonly classes: number }, targets: Matrix): void {
  const { n } = kernel
  const { rows, cols } = targets
  if (!(n >= 1)) throw new NumbersError('modes: expected a kernel of at least one sample, got none')
  if (rows !== n || !(cols >= 1)) {
    throw new NumbersError(`modes: expected targets [${n}, C] for a kernel on ${n} samples, got [${rows}, ${cols}]`)
  }
  if (kernel.classes !== 1 && kernel.classes !== cols) {
    throw new NumbersError(
      `modes: expected a kernel of 1 or ${cols} classes for ${cols} outputs, got ${kernel.classes}`,
    )
  }
  const bad = targets.data.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) {
    const where = `[${Math.floor(bad / cols)}, ${bad % cols}]`
    throw new NumbersError(`modes: expected finite targets, got ${targets.data[bad]} at ${where}`)
  }
  if (!squaresFit(targets)) {
    const size = largestSize(targets.data).toPrecision(3)
    throw new NumbersError(
      `modes: expected targets whose squared sum is within the range of f64, got up to ${size}; scale them down`,
    )
  }
}

/**
 * Decomposes a kernel once, so that any number of learning rates and horizons can be predicted from it.
 *
 * @param kernel one class per output, or one class shared by all outputs
 * @param targets y `[N, C]`
 * @throws RangeError when shapes do not fit, a target is not finite, or a kernel is not finite and symmetric
 * @throws Error when an eigenvalue iteration does not converge
 *
 * @example
 * import { matrixOf, modes } from 'limn'
 *
 * const { classes } = modes({ classes: 1, n: 2, data: Float64Array.of(2, 1, 1, 2) }, matrixOf([[1], [1]]))
 * console.log(Array.from(classes[0].eigenvalues, (lambda) => lambda.toFixed(4))) // [ '3.0000', '1.0000' ]
 */
export function modes(kernel: Kernel | KernelSource, targets: Matrix, options: ModesOptions = {}): KernelModes {
  checkTargets(kernel, targets)
  const { n } = kernel
  const { cols } = targets
  const every = Array.from({ length: cols }, (_, c) => c)
  const { onClass, ...rest } = options
  const classes = Array.from({ length: kernel.classes }, (_, c): ClassModes => {
    const outputs = kernel.classes === 1 ? every : [c]
    const theta = 'matrix' in kernel ? kernel.matrix(c) : kernelMatrix(kernel, c)
    const { values, vectors } = symmetricEigen(theta, rest)
    const coefficients = matmul(vectors!, columns(targets, outputs), { transposeA: true, ...rest })
    const found = { eigenvalues: values, vectors: vectors!, outputs, coefficients }
    onClass?.(found, c)
    return found
  })
  return { n, targets, classes }
}

/** Σ_c (v_k · y_c)² for each k: how much of the targets lies along each mode. */
export function modeEnergy({ coefficients: { rows, cols, data } }: ClassModes): Float64Array {
  return Float64Array.from({ length: rows }, (_, k) => {
    let sum = 0
    for (let c = 0; c < cols; c++) sum += data[k * cols + c] ** 2
    return sum
  })
}
