import { matrix } from '../linalg/matrix.js'
import { symmetricEigen } from '../linalg/symmetric-eigen.js'
import { randomStream } from '../random/random.js'
import { NumbersError } from '../numbers-error.js'

export interface LargestEigenvalueOptions {
  readonly seed: number
  /** Largest ‖A v − λ v‖ / λ accepted */
  readonly tolerance: number
  /** Products with A before giving up; default 400 */
  readonly maxIterations?: number
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

function addScaled(y: Float64Array, factor: number, x: Float64Array): void {
  for (let i = 0; i < y.length; i++) y[i] += factor * x[i]
}

/** The largest eigenvalue of a symmetric tridiagonal matrix with its unit eigenvector. */
function topPair(diagonal: readonly number[], offDiagonal: readonly number[]): { value: number; vector: Float64Array } {
  const k = diagonal.length
  const t = matrix(k, k)
  diagonal.forEach((value, i) => (t.data[i * k + i] = value))
  for (let i = 0; i + 1 < k; i++) t.data[i * k + i + 1] = t.data[(i + 1) * k + i] = offDiagonal[i]
  const { values, vectors } = symmetricEigen(t)
  return { value: values[0], vector: Float64Array.from({ length: k }, (_, i) => vectors!.data[i * k]) }
}

/**
 * The largest eigenvalue of a positive semi-definite A of order n by Lanczos iteration with full re-orthogonalisation
 * (Golub and Van Loan, section 10.1), from a random start. The result is accepted only after ‖A v − λ v‖ of the final
 * vector has been measured.
 *
 * @param apply the product A v; must not keep its argument
 * @throws RangeError when the tolerance is not in (0, 1)
 * @throws Error when the tolerance is not reached or A v is not finite
 */
export function largestEigenvalue(
  apply: (v: Float64Array) => Float64Array,
  n: number,
  { seed, tolerance, maxIterations = 400 }: LargestEigenvalueOptions,
): number {
  if (!(tolerance > 0 && tolerance < 1)) {
    throw new NumbersError(`largestEigenvalue: expected a tolerance in (0, 1), got ${tolerance}`)
  }
  const random = randomStream(seed, 'lanczos')
  const start = Float64Array.from({ length: n }, () => random.normal())
  const startNorm = Math.sqrt(dot(start, start))
  const basis = [start.map((value) => value / startNorm)]
  const diagonal: number[] = []
  const offDiagonal: number[] = []
  const limit = Math.min(n, maxIterations)
  let residual = Infinity
  for (let k = 1; k <= limit; k++) {
    const w = apply(basis[k - 1])
    const alpha = dot(w, basis[k - 1])
    if (!Number.isFinite(alpha)) throw new NumbersError('largestEigenvalue: a product with the matrix is not finite')
    diagonal.push(alpha)
    // Twice is enough (Parlett, The Symmetric Eigenvalue Problem, section 6.9).
    for (let pass = 0; pass < 2; pass++) for (const q of basis) addScaled(w, -dot(w, q), q)
    const beta = Math.sqrt(dot(w, w))
    const exhausted = k === limit || beta <= 1e-14 * Math.abs(diagonal[0])
    if (k % 4 === 0 || exhausted) {
      const { value, vector } = topPair(diagonal, offDiagonal)
      if (exhausted || beta * Math.abs(vector[k - 1]) <= 0.5 * tolerance * value) {
        const v = new Float64Array(n)
        basis.forEach((q, i) => addScaled(v, vector[i], q))
        const image = apply(v)
        const lambda = dot(v, image) / dot(v, v)
        addScaled(image, -lambda, v)
        residual = Math.sqrt(dot(image, image) / dot(v, v))
        if (residual <= tolerance * lambda || lambda === 0) return lambda
      }
    }
    if (exhausted) break
    offDiagonal.push(beta)
    basis.push(w.map((value) => value / beta))
  }
  throw new NumbersError(
    `largestEigenvalue: residual ${residual.toExponential(1)} after ${diagonal.length} products, tolerance ${tolerance} not reached; use a larger tolerance or precision 'f64'`,
  )
}
