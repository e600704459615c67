import { defaultKernels, type Kernels } from '../linalg/kernels.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { effectiveWeights, forwardWith } from '../network/forward.js'
import type { Network } from '../network/network.js'
import { addLayer, layerTerms } from './empirical-layer.js'
import { sampleUnit } from './empirical-tiling.js'
import { beyondRange, type Kernel } from './kernel.js'
import { outputDerivatives } from './output-derivatives.js'
import { forTurnedRow, type ThetaBlock } from './theta-block.js'
import { NumbersError } from '../numbers-error.js'

export interface FullEmpiricalNtkOptions {
  readonly kernels?: Kernels
}

/** Bytes of the result, of what it is assembled from, and of the derivatives of the widest layer. */
export function fullEmpiricalMemory({ spec: { sizes } }: Network, n: number): number {
  const classes = sizes[sizes.length - 1]
  return 16 * (n * classes) ** 2 + 64 * n * classes * Math.max(...sizes)
}

/**
 * The whole empirical NTK of a masked finite network, between all pairs of outputs,
 *
 *     Θ_{cc'}(x, x') = Σ_θ ∂f_c(x)/∂θ · ∂f_c'(x')/∂θ
 *
 * over the surviving stored weights and the biases: the kernel that governs training exactly in the lazy regime, of which
 * `empiricalNtk` gives the blocks c = c'. Rows and columns go class by class, then sample by sample: (c, x) stands at c N + x.
 *
 * The inner Gram of a unit serves all C² pairs, so that this takes about twice as long as the C blocks for ten classes.
 *
 * @param x samples `[N, d]`
 * @returns `[C N, C N]`, f64, exactly symmetric; see `fullEmpiricalMemory`
 * @throws RangeError when x does not have d columns, is empty, or the kernel is not finite
 *
 * @example
 * import { createSpec, fullEmpiricalNtk, initialize, matrixOf } from 'limn'
 *
 * const network = initialize(createSpec({ sizes: [2, 4, 3] }), 1)
 * const { rows, cols } = fullEmpiricalNtk(network, matrixOf([[1, 0], [0, 1]]))
 * // Two samples with three outputs each.
 * console.log(rows, cols) // 6 6
 */
export function fullEmpiricalNtk(network: Network, x: Matrix, options: FullEmpiricalNtkOptions = {}): Matrix {
  const { kernels = defaultKernels() } = options
  const { sizes } = network.spec
  if (x.cols !== sizes[0] || !(x.rows > 0)) {
    throw new NumbersError(`fullEmpiricalNtk: expected samples [N ≥ 1, ${sizes[0]}], got [${x.rows}, ${x.cols}]`)
  }
  const n = x.rows
  const classes = sizes[sizes.length - 1]
  const weights = effectiveWeights(network)
  const padded = matrix(Math.ceil(n / sampleUnit) * sampleUnit, x.cols)
  padded.data.set(x.data)
  const pass = forwardWith(network, weights, padded)
  const data = new Float64Array((classes * n) ** 2)
  const block = { classes, crossed: true, rows: n, cols: n, diagonal: true, data }
  const terms = layerTerms(network)
  const all = Array.from({ length: classes }, (_, c) => c)
  for (const { index, delta } of outputDerivatives(network, weights, pass, all, kernels)) {
    const post = pass.post[index]
    addLayer(terms[index], { rows: post, cols: post }, { rows: delta, cols: delta }, block, kernels)
  }
  return assembled(block)
}

/** From pairs of classes by pairs of samples, of which the upper triangle, to one symmetric matrix. */
function assembled(block: ThetaBlock): Matrix {
  const { classes, rows: n, data } = block
  const size = classes * n
  const result = matrix(size, size)
  for (let i = 0; i < n; i++) {
    forTurnedRow(block, i, (place, first, end, at, step) => {
      const [c, e] = [Math.floor(place / classes), place % classes]
      // Θ_ce(i, i) and Θ_ec(i, i) are the same number, summed in the same order.
      for (let j = first, from = at; j < end; j++, from += step) {
        const value = data[from]
        if (!Number.isFinite(value)) throw beyondRange('fullEmpiricalNtk', `(${i}, ${j}) of classes ${c} and ${e}`)
        result.data[(c * n + i) * size + e * n + j] = value
        result.data[(e * n + j) * size + c * n + i] = value
      }
    })
  }
  return result
}

/**
 * The blocks Θ_cc of the whole kernel: what `empiricalNtk` gives, to rounding.
 *
 * @example
 * import { classBlocks, createSpec, fullEmpiricalNtk, initialize, matrixOf } from 'limn'
 *
 * const network = initialize(createSpec({ sizes: [2, 3, 2] }), 1)
 * const full = fullEmpiricalNtk(network, matrixOf([[1, 0], [0, 1]]))
 * const { classes, n } = classBlocks(full, 2)
 * console.log(`${full.rows} × ${full.cols}`, classes, n) // 4 × 4 2 2
 */
export function classBlocks(full: Matrix, classes: number): Kernel {
  const n = full.rows / classes
  const data = new Float64Array(classes * n * n)
  for (let c = 0; c < classes; c++) {
    for (let i = 0; i < n; i++) {
      const from = (c * n + i) * full.cols + c * n
      data.set(full.data.subarray(from, from + n), (c * n + i) * n)
    }
  }
  return { classes, n, data }
}
