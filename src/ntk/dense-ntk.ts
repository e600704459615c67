import type { GraphonChain } from '../graphon/chain/chain.js'
import { pathDensity } from '../graphon/chain/path-density.js'
import { filled, type Matrix } from '../linalg/matrix.js'
import { limitKernels, type GraphonNtkOptions, type NtkOptions } from './graphon-ntk.js'
import { classKernel, type Kernel } from './kernel.js'
import { NumbersError } from '../numbers-error.js'

/**
 * The chain of an unpruned network: the constant 1, one bin for each hidden layer.
 *
 * @param sizes `[d, n_1, …, n_L, C]`; only d, L and C matter in the limit
 *
 * @example
 * import { denseChain, graphonNtk, matrixOf } from 'limn'
 *
 * const { ntk } = graphonNtk(denseChain([2, 100, 1]), matrixOf([[1, 1]]))
 * // Weights of either layer give |x|² / d · ½.
 * console.log(ntk.data[0].toFixed(4)) // 1.0000
 */
export function denseChain(sizes: readonly number[]): GraphonChain {
  const hidden = sizes.length - 2
  if (!(hidden >= 0)) throw new NumbersError(`denseChain: expected sizes [d, …, C], got [${sizes.join(', ')}]`)
  const shape = [sizes[0], ...Array.from({ length: hidden }, () => 1), sizes[sizes.length - 1]]
  return {
    W: shape.slice(1).map((rows, l) => filled(rows, shape[l], 1)),
    measures: Array.from({ length: hidden }, () => Float64Array.of(1)),
  }
}

/**
 * The NTK of the unpruned network of infinite width, the reference of every comparison.
 *
 * @param sizes `[d, n_1, …, n_L, C]`; only d, L and C matter, but in the standard parameterisation all do
 * @param x samples `[N, d]`
 * @returns Θ for C equal classes
 *
 * @example
 * import { denseNtk, matrixOf } from 'limn'
 *
 * const { classes, n, data } = denseNtk([2, 1, 1], matrixOf([[1, 1], [1, -1]]))
 * console.log(classes, n, data[0].toFixed(6)) // 1 2 1.000000
 */
export function denseNtk(sizes: readonly number[], x: Matrix, options: NtkOptions = {}): Kernel {
  return limitKernels(denseChain(sizes), x, { sizes, ...options }, ['ntk']).ntk
}

/**
 * The dense NTK times the chain's path density, class by class: the first rung of the explanation ladder, *scale*. By the
 * homogeneous collapse it equals the masked Graphon NTK exactly when V = W, the first matrix is dense and constant, the
 * activation is positively homogeneous and there are no biases (docs/theory.md).
 *
 * @param chain whose d, L, C and path density are used
 * @param options of the dense kernel; `weights` and `rescale` do not matter, as every density of the dense chain is 1
 *
 * @example
 * import { constantChain, kernelDistance, graphonNtk, matrixOf, pathScaledDense } from 'limn'
 *
 * const x = matrixOf([[1, 0], [0.5, 1]])
 * const chain = constantChain({ inputs: 2, classes: 1, hidden: [1] }, 0.5)
 * // A constant chain's kernel is the dense one, scaled.
 * console.log(kernelDistance(pathScaledDense(chain, x), graphonNtk(chain, x).ntk) < 1e-12) // true
 */
export function pathScaledDense(chain: GraphonChain, x: Matrix, options: GraphonNtkOptions = {}): Kernel {
  const { W, measures, network } = chain
  const sizes = [W[0].cols, ...measures.map(() => 1), W[W.length - 1].rows]
  const dense = limitKernels({ ...denseChain(sizes), ...(network && { network }) }, x, options, ['ntk']).ntk
  const { perClass } = pathDensity(chain)
  for (let c = 0; c < dense.classes; c++) {
    const block = classKernel(dense, c)
    for (let k = 0; k < block.length; k++) block[k] *= perClass[c]
  }
  return dense
}
