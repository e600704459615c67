import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { NumbersError } from '../../../numbers-error.js'

/** Iterations of the dual method: the gap falls like their inverse square. */
const defaultIterations = 80

/**
 * Total-variation denoising: the x that minimises
 *
 *     ½ Σ (x − y)² + λ Σ √((x_{i+1,j} − x_ij)² + (x_{i,j+1} − x_ij)²)
 *
 * by accelerated projected gradients on the dual (Chambolle 2004; Beck and Teboulle 2009, step 1/8). It keeps the mean, and
 * a constant stays itself.
 *
 * @param y any real matrix
 * @param lambda λ ≥ 0, in units of y
 * @throws RangeError when λ is negative or not finite
 */
export function denoise(y: Matrix, lambda: number, iterations = defaultIterations): Matrix {
  if (!(lambda >= 0 && lambda < Infinity)) throw new NumbersError(`denoise: expected λ ≥ 0, got ${lambda}`)
  const { rows, cols } = y
  const size = rows * cols
  const x = matrix(rows, cols, y.data.slice())
  if (lambda === 0) return x
  let [down, right] = [new Float64Array(size), new Float64Array(size)]
  let [downBefore, rightBefore] = [new Float64Array(size), new Float64Array(size)]
  const [downAhead, rightAhead] = [new Float64Array(size), new Float64Array(size)]
  let t = 1
  for (let step = 0; step < iterations; step++) {
    primal(y, lambda, downAhead, rightAhead, x)
    ;[down, downBefore] = [downBefore, down]
    ;[right, rightBefore] = [rightBefore, right]
    const next = (1 + Math.sqrt(1 + 4 * t * t)) / 2
    const momentum = (t - 1) / next
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) {
        const k = i * cols + j
        const a = downAhead[k] + (i + 1 < rows ? (x.data[k + cols] - x.data[k]) / (8 * lambda) : 0)
        const b = rightAhead[k] + (j + 1 < cols ? (x.data[k + 1] - x.data[k]) / (8 * lambda) : 0)
        const length = Math.max(1, Math.sqrt(a * a + b * b))
        down[k] = a / length
        right[k] = b / length
        downAhead[k] = down[k] + momentum * (down[k] - downBefore[k])
        rightAhead[k] = right[k] + momentum * (right[k] - rightBefore[k])
      }
    }
    t = next
  }
  primal(y, lambda, down, right, x)
  return x
}

/** x = y + λ div(down, right), the divergence being minus the adjoint of forward differences. */
function primal(
  { rows, cols, data }: Matrix,
  lambda: number,
  down: Float64Array,
  right: Float64Array,
  x: Matrix,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const k = i * cols + j
      let divergence = 0
      if (i + 1 < rows) divergence += down[k]
      if (i > 0) divergence -= down[k - cols]
      if (j + 1 < cols) divergence += right[k]
      if (j > 0) divergence -= right[k - 1]
      x.data[k] = data[k] + lambda * divergence
    }
  }
}
