import { requireLabels } from '../data/labels.js'
import { argmaxRows } from '../linalg/argmax-rows.js'
import { matmul } from '../linalg/matmul.js'
import { matrix } from '../linalg/matrix.js'
import { learned } from './factors.js'
import { checkDynamics, type DynamicsOptions } from './loss.js'
import type { KernelModes } from './modes.js'
import { NumbersError } from '../numbers-error.js'

/** Steps whose outputs are computed by one product. */
const stepsAtOnce = 64

/**
 * Share of samples whose largest predicted output is the right one, at every step; equal outputs count as the lowest
 * class, so at step 0, where f = 0, every sample is taken for class 0.
 * The outputs are f_t = Σ_k v_k (1 − (1 − ηλ_k/N)^t) (v_k · y), or 1 − exp(−ηλ_k t/N) for the flow.
 *
 * @param labels right classes, `[N]`; default: where each row of the targets is largest
 * @returns T + 1 entries
 * @throws RangeError when there are fewer than two outputs, or an option or label is out of range
 *
 * @example
 * import { accuracyFromModes, matrixOf, modes } from 'limn'
 *
 * const kernel = { classes: 1, n: 2, data: Float64Array.of(1, 0, 0, 1) }
 * const found = modes(kernel, matrixOf([[1, 0], [0, 1]]))
 * // Before the first step all outputs are 0, and every sample is taken for class 0.
 * console.log(accuracyFromModes(found, { learningRate: 1, steps: 2 })) // Float64Array(3) [ 0.5, 1, 1 ]
 */
export function accuracyFromModes(
  kernelModes: KernelModes,
  options: DynamicsOptions,
  labels?: ArrayLike<number>,
): Float64Array {
  const { learningRate, steps, mode } = checkDynamics(options)
  const { n, targets, classes } = kernelModes
  const outputs = targets.cols
  if (!(outputs >= 2)) throw new NumbersError(`predict: expected two or more outputs for an accuracy, got ${outputs}`)
  if (labels) requireLabels('predict', labels, outputs, n)
  const right = labels ?? argmaxRows(targets)
  const accuracy = new Float64Array(steps + 1)
  for (let start = 0; start <= steps; start += stepsAtOnce) {
    const count = Math.min(stepsAtOnce, steps + 1 - start)
    const best = new Float64Array(n * count).fill(-Infinity)
    const chosen = new Int32Array(n * count)
    for (const { eigenvalues, vectors, outputs: columns, coefficients } of classes) {
      const share = matrix(n, count)
      eigenvalues.forEach((eigenvalue, k) => {
        const x = (learningRate / n) * eigenvalue
        for (let t = 0; t < count; t++) share.data[k * count + t] = learned(mode, x, start + t)
      })
      columns.forEach((c, at) => {
        const along = share.data.map((value, i) => {
          const coefficient = coefficients.data[Math.floor(i / count) * columns.length + at]
          return coefficient === 0 ? 0 : value * coefficient
        })
        const f = matmul(vectors, matrix(n, count, along)).data
        for (let i = 0; i < f.length; i++) {
          if (f[i] > best[i]) {
            best[i] = f[i]
            chosen[i] = c
          }
        }
      })
    }
    for (let t = 0; t < count; t++) {
      let hits = 0
      for (let i = 0; i < n; i++) if (chosen[i * count + t] === right[i]) hits++
      accuracy[start + t] = hits / n
    }
  }
  return accuracy
}
