import { matmul } from '../../../linalg/matmul.js'
import { matrix, transpose, type Matrix } from '../../../linalg/matrix.js'
import { symmetricEigen } from '../../../linalg/symmetric-eigen.js'
import { randomStream } from '../../../random/random.js'
import { NumbersError } from '../../../numbers-error.js'

export interface SingularTriples {
  /** σ_1 ≥ σ_2 ≥ …, k of them. */
  readonly values: Float64Array
  /** Orthonormal rows `[k, rows]`. */
  readonly left: Matrix
  /** Orthonormal rows `[k, cols]`. */
  readonly right: Matrix
}

/** Directions searched beside those asked for, and passes over the matrix and its transpose. */
const spare = 10
const passes = 5

/** Orthonormalises rows in place (modified Gram–Schmidt, twice); a row that vanishes becomes zero. */
function orthonormalise({ rows, cols, data }: Matrix): void {
  for (let i = 0; i < rows; i++) {
    const v = data.subarray(i * cols, (i + 1) * cols)
    const before = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0))
    for (let round = 0; round < 2; round++) {
      for (let k = 0; k < i; k++) {
        const u = data.subarray(k * cols, (k + 1) * cols)
        let dot = 0
        for (let j = 0; j < cols; j++) dot += u[j] * v[j]
        for (let j = 0; j < cols; j++) v[j] -= dot * u[j]
      }
    }
    let square = 0
    for (let j = 0; j < cols; j++) square += v[j] * v[j]
    const length = Math.sqrt(square)
    const factor = length > 1e-12 * before ? 1 / length : 0
    for (let j = 0; j < cols; j++) v[j] *= factor
  }
}

/**
 * The k leading singular triples by subspace iteration from a random start (Halko, Martinsson and Tropp 2011). Values that
 * stand clear of the rest are exact to rounding; those inside a bulk are lower bounds, good to a few per cent: enough to
 * tell signal from noise, not more.
 *
 * @throws RangeError when k is not an integer from 1 to the smaller side
 */
export function leadingSingular(a: Matrix, k: number, seed: number): SingularTriples {
  const most = Math.min(a.rows, a.cols)
  if (!(Number.isInteger(k) && k >= 1 && k <= most)) {
    throw new NumbersError(`leadingSingular: expected a whole k from 1 to ${most}, got ${k}`)
  }
  const count = Math.min(most, k + spare)
  const random = randomStream(seed, 'singular')
  let right = matrix(count, a.cols)
  for (let j = 0; j < right.data.length; j++) right.data[j] = random.normal()
  let left = matrix(count, a.rows)
  for (let pass = 0; pass < passes; pass++) {
    orthonormalise(right)
    left = matmul(right, a, { transposeB: true })
    orthonormalise(left)
    right = matmul(left, a)
  }
  const { values, vectors } = symmetricEigen(matmul(right, right, { transposeB: true }))
  const turn = transpose(vectors!)
  const rotated = { left: matmul(turn, left), right: matmul(turn, right) }
  const sigma = Float64Array.from(values.subarray(0, k), (value) => Math.sqrt(Math.max(0, value)))
  for (let i = 0; i < k; i++) {
    const row = rotated.right.data.subarray(i * a.cols, (i + 1) * a.cols)
    const factor = sigma[i] > 1e-12 * sigma[0] ? 1 / sigma[i] : 0
    for (let j = 0; j < a.cols; j++) row[j] *= factor
  }
  const top = (m: Matrix) => matrix(k, m.cols, m.data.slice(0, k * m.cols))
  return { values: sigma, left: top(rotated.left), right: top(rotated.right) }
}
