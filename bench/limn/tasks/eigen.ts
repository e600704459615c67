import { matmul } from '../../../src/linalg/matmul.js'
import { symmetricEigen, type SymmetricEigen } from '../../../src/linalg/symmetric-eigen.js'
import type { Matrix } from '../../../src/linalg/matrix.js'
import { readMatrix } from '../../inputs.js'
import type { Task } from '../task.js'

/** max_k ‖A v_k − λ_k v_k‖ / λ₁ */
function residual(a: Matrix, values: Float64Array, v: Matrix): number {
  const image = matmul(a, v)
  let largest = 0
  for (let k = 0; k < v.cols; k++) {
    let sum = 0
    for (let i = 0; i < v.rows; i++) sum += (image.data[i * v.cols + k] - values[k] * v.data[i * v.cols + k]) ** 2
    largest = Math.max(largest, Math.sqrt(sum))
  }
  return largest / values[0]
}

export const eigen: Task = (folder, parameters, kernels) => {
  const a = readMatrix(folder, 'kernel')
  const wanted = parameters['vectors'] === 1
  return () => {
    const { values, vectors }: SymmetricEigen = symmetricEigen(a, { vectors: wanted, kernels })
    return {
      answer: () => {
        const found = new Map([['values', { shape: [values.length], data: values }]])
        if (vectors) found.set('residual', { shape: [1], data: Float64Array.of(residual(a, values, vectors)) })
        return found
      },
    }
  }
}
