import { withScratch, type Kernels } from '../linalg/kernels.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { mapActivation } from '../network/activation.js'
import { blockCount, blockSamples, packBlocks, range, runBytes, unpackBlocks } from '../network/blocks.js'
import { rowsOf, type ForwardPass } from '../network/forward.js'
import type { Mask } from '../network/mask.js'
import type { Network } from '../network/network.js'
import { arrange, createWorkplace, multiplyTransposed, placeMask, placeValues } from '../network/sparse.js'

/** Rows of δ that are multiplied at a time. */
const rowsTogether = 384

/** Bytes that {@link outputDerivatives} takes in kernel memory beside the matrix itself. */
export const derivativesMemory = (widest: number): number => 4 * widest * blockCount('f64', rowsTogether) * runBytes

/** δ W from the survivors of W; each entry is one chain of multiply-adds in the order of W's rows, zeros left out. */
function timesSurvivors(delta: Matrix, weight: Matrix, mask: Mask, kernels: Kernels): Matrix {
  const samples = blockSamples('f64')
  const result = matrix(delta.rows, weight.cols)
  withScratch(kernels, (scratch) => {
    const place = createWorkplace(kernels, scratch, 'f64', [weight.rows, weight.cols], blockCount('f64', rowsTogether))
    const pattern = placeMask(place, mask)
    const values = placeValues(place, pattern, weight.data)
    arrange(place, pattern, values)
    const x = scratch.alloc(weight.rows * place.blocks * runBytes)
    const out = scratch.alloc(weight.cols * place.blocks * runBytes)
    for (let first = 0; first < delta.rows; first += rowsTogether) {
      const part = rowsOf(delta, first, Math.min(delta.rows, first + rowsTogether))
      const blocks = blockCount('f64', part.rows)
      packBlocks(part, range(part.rows), scratch.f64(x, blocks * samples * weight.rows), samples)
      multiplyTransposed(place, pattern, values, { blocks, x, out, scale: 1 })
      const product = unpackBlocks(scratch.f64(out, blocks * samples * weight.cols), part.rows, weight.cols, samples)
      result.data.set(product.data, first * weight.cols)
    }
  })
  return result
}

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
    delta = timesSurvivors(delta, weights[index + 1], network.layers[index + 1].mask, kernels)
    const slopes = mapActivation(network.spec.activation, 'derivative', pre[index].data)
    for (let c = 0; c < count; c++) {
      const from = c * slopes.length
      for (let k = 0; k < slopes.length; k++) delta.data[from + k] *= slopes[k]
    }
    yield { index, delta }
  }
}
