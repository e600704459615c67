import { predict } from '../dynamics/predict.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { topEigenpairs } from '../linalg/top-eigenpairs.js'
import { largestNtkEigenvalue, trainLinearized } from '../network/linearize.js'
import type { Network } from '../network/network.js'
import { empiricalNtk } from '../ntk/empirical-ntk.js'
import { classBlocks, fullEmpiricalMemory, fullEmpiricalNtk } from '../ntk/full-empirical-ntk.js'
import type { Kernel } from '../ntk/kernel.js'

/** Relative tolerance of the λ_max that sets an automatic step size. */
const lambdaTolerance = 1e-3
/** Above this the whole tangent kernel is not formed. */
const mostMemory = 2 ** 30

export interface Linearization {
  /** λ_max of the whole tangent kernel. */
  readonly lambdaMax: number
  /** Its diagonal blocks, one per class. */
  readonly empirical: Kernel
  /** Loss of the exactly linearised network under gradient descent, `steps + 1` entries. */
  readonly loss: (learningRate: number) => Float64Array
}

/**
 * Whether forming the kernel between all outputs costs less arithmetic than `steps` products with the Jacobian and its
 * transpose: N² per weight and (N C)² per unit and per step, against 8 N per weight and step (f32: half the time).
 */
export function prefersKernel(network: Network, n: number, steps: number): boolean {
  const { sizes } = network.spec
  const classes = sizes[sizes.length - 1]
  const kept = network.layers.reduce((sum, { mask }) => sum + mask.kept, 0)
  const units = sizes.slice(1).reduce((sum, size) => sum + size, 0)
  const kernel = n ** 2 * kept + (n * classes) ** 2 * (units + steps)
  return fullEmpiricalMemory(network, n) <= mostMemory && kernel < 4 * n * kept * steps
}

/**
 * The lazy regime of one network: step size, kernel and loss curve. By the whole tangent kernel where that is cheaper, else
 * by products with the Jacobian; the two agree to rounding, that of f32 in the second.
 *
 * @param targets `[N, C]`
 */
export function linearize(network: Network, x: Matrix, targets: Matrix, steps: number, seed: number): Linearization {
  if (!prefersKernel(network, x.rows, steps)) {
    return {
      lambdaMax: largestNtkEigenvalue(network, x, { seed, tolerance: lambdaTolerance }),
      empirical: empiricalNtk(network, x),
      loss: (learningRate) => trainLinearized(network, { x, targets }, { learningRate, steps }).loss,
    }
  }
  const [n, classes] = [targets.rows, targets.cols]
  const full = fullEmpiricalNtk(network, x)
  const { values } = topEigenpairs(full, { k: 1, seed, tolerance: lambdaTolerance })
  const lambdaMax = values[0]
  return {
    lambdaMax,
    empirical: classBlocks(full, classes),
    loss(learningRate) {
      // What grows without bound is left to the other route, which says so.
      if (learningRate * lambdaMax > 2 * n) {
        return trainLinearized(network, { x, targets }, { learningRate, steps }).loss
      }
      const y = matrix(n * classes, 1)
      for (let i = 0; i < n; i++) for (let c = 0; c < classes; c++) y.data[c * n + i] = targets.data[i * classes + c]
      // One kernel over n C outputs: the mean over outputs becomes the sum over classes.
      const { loss } = predict({ classes: 1, n: n * classes, data: full.data }, y, {
        learningRate: learningRate * classes,
        steps,
        mode: 'descent',
        route: 'products',
      })
      return loss.map((value) => value * classes)
    },
  }
}
