import { matmul } from '../linalg/matmul.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import type { Kernels } from '../linalg/kernels.js'
import { mapActivation } from '../network/activation.js'
import type { ForwardPass } from '../network/forward.js'
import type { Network } from '../network/network.js'

/**
 * δ^l_c(x) = ∂f_c(x)/∂z^l for the given classes, layer by layer from the output down.
 * Each matrix is `[classes · N, n_l]`: class by class, then sample by sample.
 *
 * @param weights effective masked weights
 */
export function* outputDerivatives(
  network: Network,
  weights: readonly Matrix[],
  { pre }: ForwardPass,
  classes: readonly number[],
  kernels: Kernels,
): Generator<{ readonly index: number; readonly delta: Matrix }> {
  const n = pre[0].rows
  const count = classes.length
  const last = weights.length - 1
  let delta = matrix(count * n, weights[last].rows)
  classes.forEach((output, c) => {
    for (let x = 0; x < n; x++) delta.data[(c * n + x) * delta.cols + output] = 1
  })
  yield { index: last, delta }
  for (let index = last - 1; index >= 0; index--) {
    delta = matmul(delta, weights[index + 1], { kernels })
    const slopes = mapActivation(network.spec.activation, 'derivative', pre[index].data)
    for (let c = 0; c < count; c++) {
      const from = c * slopes.length
      for (let k = 0; k < slopes.length; k++) delta.data[from + k] *= slopes[k]
    }
    yield { index, delta }
  }
}
