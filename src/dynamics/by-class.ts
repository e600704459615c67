import { exponentialPath } from '../linalg/exponential.js'
import { extremes, type Extremes } from '../linalg/extremes.js'
import { defaultKernels, withScratch, type Kernels } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import { symmetricProduct } from '../linalg/symmetric-operator.js'

/** One class of a kernel with the targets that it drives, and where its part of the curve goes. */
export interface ClassCurve {
  readonly theta: Matrix
  /** y, `[n, outputs]`. */
  readonly y: Matrix
  readonly learningRate: number
  readonly steps: number
  /** Takes ‖f_c − y_c‖² of an output at a step, and the output f_c. */
  readonly visit: (step: number, output: number, square: number, f: Float64Array) => void
  /** Whether `f` is looked at. */
  readonly outputs: boolean
  /** Called before the first step with the ends of the spectrum; may throw. */
  readonly onExtremes: (found: Extremes) => void
  readonly kernels: Kernels | undefined
}

/**
 * Gradient descent by products: f ← f + η/N Θ (y − f), from f = 0.
 *
 * @throws RangeError when Θ is not finite and symmetric
 */
export function descendByProducts(curve: ClassCurve): void {
  const { theta, y, learningRate, steps, visit, onExtremes, kernels = defaultKernels() } = curve
  const { rows: n, cols } = y
  withScratch(kernels, (scratch) => {
    const product = symmetricProduct(theta, kernels, scratch, 'predict')
    onExtremes(extremes(product, kernels, scratch, 'predict'))
    const [outputs, residuals, images] = [0, 1, 2].map(() => scratch.alloc(n * cols * 8))
    const rate = (learningRate / n) * 2 ** product.exponent
    const [f, r, image] = [outputs, residuals, images].map((at) => scratch.f64(at, n * cols))
    f.fill(0)
    for (let step = 0; ; step++) {
      for (let c = 0; c < cols; c++) {
        let square = 0
        for (let i = 0; i < n; i++) {
          const rest = y.data[i * cols + c] - f[c * n + i]
          r[c * n + i] = rest
          square += rest * rest
        }
        visit(step, c, square, f.subarray(c * n, (c + 1) * n))
      }
      if (step === steps) return
      product.times(residuals, cols, images)
      for (let k = 0; k < f.length; k++) f[k] += rate * image[k]
    }
  })
}

/** Error of f accepted, relative to the targets' lengths. */
export const flowTolerance = 1e-9
/** Basis vectors before giving up; memory is 16 n bytes each. */
const largestBasis = 1024

/**
 * Gradient flow by the matrix exponential: y − f = exp(−(ηt/N) Θ) y, to {@link flowTolerance}.
 *
 * @throws RangeError when Θ is not finite and symmetric
 * @throws Error when the tolerance is not reached
 */
export function flowByExponential(curve: ClassCurve): void {
  const { theta, y, learningRate, steps, visit, onExtremes, kernels = defaultKernels() } = curve
  withScratch(kernels, (scratch) =>
    onExtremes(extremes(symmetricProduct(theta, kernels, scratch, 'predict'), kernels, scratch, 'predict')),
  )
  const times = Float64Array.from({ length: steps + 1 }, (_, t) => (learningRate / y.rows) * t)
  const options = { kernels, tolerance: flowTolerance, maxBasis: Math.min(y.rows, largestBasis), change: curve.outputs }
  exponentialPath(theta, y, times, options, ({ time, column, norm, change }) => {
    visit(time, column, norm * norm, change)
  })
}
