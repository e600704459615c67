import { createChain, type GraphonChain } from '../graphon/chain.js'
import { defaultKernels, type Kernels } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import type { Activation } from '../network/activation.js'
import { defaultSigmaW2 } from '../network/network.js'
import { dualOf } from './duals/duals.js'
import type { Kernel } from './kernel.js'
import { limitKernelNames, placePanel, type KernelPanel, type LimitKernelName } from './kernel-panel.js'
import { classRows, recursionPlan, type Convention } from './recursion-plan.js'
import { runRecursion } from './recursion.js'
import type { Rescale } from './rescale.js'

export interface NtkOptions {
  /** Default ReLU. */
  readonly activation?: Activation
  /** σ_w² of each of the L + 1 matrices; default 1, 2, …, 2, 1 for ReLU, else 1. */
  readonly sigmaW2?: readonly number[]
  /** σ_b², default 0. */
  readonly sigmaB2?: number
  /** Whether the own-layer term carries W (`masked`, default) or leaves it out (`variance`). */
  readonly convention?: Convention
  /** Divides σ_w² by the matrix's mean density (`layer`) or by each output position's (`fan-in`). Default `none`. */
  readonly rescale?: Rescale
  /**
   * Matrices of low rank are applied as factors that agree with them to this relative tolerance in every entry, rounding
   * included; every covariance K(x, x') is then off by at most this share of √(K(x, x) K(x', x')) per matrix. Default
   * 1e-12, a bound that rounding alone stays far below; 0 applies every matrix whole.
   */
  readonly rankTolerance?: number
  /** Called with the share done, 0 … 1. */
  readonly onProgress?: (share: number) => void
  /** Which kernel instance computes; default this thread's. */
  readonly kernels?: Kernels
}

export interface GraphonNtkOptions extends NtkOptions {
  /** `kept` (default): the chain rule carries the energies V where the chain has them. `redrawn`: V = W. */
  readonly weights?: 'kept' | 'redrawn'
}

/** The two kernels of an infinitely wide network, for each output class. */
export interface LimitKernels {
  /** Θ_c(x, x'), the tangent kernel. */
  readonly ntk: Kernel
  /** K_c(x, x'), the covariance of the output at initialisation. */
  readonly nngp: Kernel
}

function checkOptions(name: string, matrices: number, sigmaW2: readonly number[], sigmaB2: number): void {
  if (sigmaW2.length !== matrices) {
    throw new RangeError(`${name}: expected ${matrices} values of sigmaW2, one for each matrix, got ${sigmaW2.length}`)
  }
  for (const value of sigmaW2) {
    if (!(value > 0 && value < Infinity)) {
      throw new RangeError(`${name}: expected positive finite sigmaW2, got ${value}`)
    }
  }
  if (!(sigmaB2 >= 0 && sigmaB2 < Infinity)) {
    throw new RangeError(`${name}: expected a non-negative finite sigmaB2, got ${sigmaB2}`)
  }
}

function checkSamples(name: string, x: Matrix, inputs: number): void {
  if (x.cols !== inputs) throw new RangeError(`${name}: expected samples of ${inputs} coordinates, got ${x.cols}`)
  if (!(x.rows > 0)) throw new RangeError(`${name}: expected at least one sample, got ${x.rows}`)
  // A plain loop: it runs over every coordinate of every sample.
  let bad = 0
  while (bad < x.data.length && Number.isFinite(x.data[bad])) bad++
  if (bad < x.data.length) {
    const where = `sample ${Math.floor(bad / x.cols)}, coordinate ${bad % x.cols}`
    throw new RangeError(`${name}: expected finite samples, got ${x.data[bad]} at ${where}`)
  }
}

/** Bytes for the entries of one panel where nothing else is asked for. */
const panelMemory = 64 * 2 ** 20

export interface GraphonNtkPanelOptions extends GraphonNtkOptions {
  /** Which kernels; default both. */
  readonly kernelNames?: readonly LimitKernelName[]
  /** Which classes, in this order, or `mean`: one kernel, the mean over all classes. Default all. */
  readonly classes?: readonly number[] | 'mean'
  /**
   * Bytes that the entries of a panel may take, default 64 MiB. A panel of h rows takes about 16 h N bytes for each class and
   * kernel, so that a file of N = 8192 and ten classes is written in runs of h = 200 numbers with 512 MiB.
   */
  readonly memory?: number
  /** The first panel starts at this row, 0 … N, default 0: rows before it are taken to be done. Panels hold the same bits. */
  readonly firstRow?: number
}

function checkPanels(name: string, options: GraphonNtkPanelOptions, classes: number): void {
  const { kernelNames = limitKernelNames, classes: chosen = [0] } = options
  const known: readonly string[] = limitKernelNames
  if (kernelNames.length === 0 || kernelNames.some((kernel) => !known.includes(kernel))) {
    throw new RangeError(`${name}: expected kernelNames of ${known.join(', ')}, got [${kernelNames.join(', ')}]`)
  }
  if (chosen === 'mean') return
  if (chosen.length === 0 || chosen.some((c) => !(Number.isInteger(c) && 0 <= c && c < classes))) {
    throw new RangeError(`${name}: expected classes in 0 … ${classes - 1}, got [${chosen.join(', ')}]`)
  }
}

/**
 * {@link graphonNtk} for results that are too large to hold: the kernels are handed over in panels of consecutive rows, in
 * order, each complete with its mirror image, so that a symmetric `[C, N, N]` file can be written with bounded memory. With
 * all classes the panels hold the same bits as the kernels of `graphonNtk`, however they are cut.
 *
 * Memory: `memory`, the samples once more, and 16 N bytes for each position of the chain.
 *
 * @param x samples `[N, d]`
 * @param sink takes each panel; its arrays are valid until it returns. What it throws ends the computation and is passed on.
 *   {@link placePanel} tells where entries belong
 * @throws RangeError as `graphonNtk` does, when `memory` is less than the entries of one row and its mirror image take, and
 *   when there is no such class or kernel
 */
export function graphonNtkPanels(
  chain: GraphonChain,
  x: Matrix,
  options: GraphonNtkPanelOptions,
  sink: (panel: KernelPanel) => void,
): void {
  const name = 'graphonNtk'
  const { W } = createChain(chain)
  const {
    activation = { name: 'relu' },
    sigmaW2 = defaultSigmaW2(activation, W.length),
    sigmaB2 = 0,
    convention = 'masked',
    rescale = 'none',
    weights = 'kept',
    rankTolerance = 1e-12,
    kernels = defaultKernels(),
    kernelNames: names = limitKernelNames,
    memory = panelMemory,
    classes,
    firstRow = 0,
    onProgress,
  } = options
  checkOptions(name, W.length, sigmaW2, sigmaB2)
  if (!(rankTolerance >= 0 && rankTolerance < 1)) {
    throw new RangeError(`${name}: expected rankTolerance in [0, 1), got ${rankTolerance}`)
  }
  checkSamples(name, x, W[0].cols)
  checkPanels(name, options, W[W.length - 1].rows)
  const plan = classRows(recursionPlan(chain, { convention, rescale, weights, sigmaW2 }), classes)
  const row = 8 * names.length * plan.layers[plan.layers.length - 1].propagate.rows * (2 * x.rows - 1)
  if (!(memory >= row)) {
    throw new RangeError(`${name}: expected memory of at least ${row} bytes, one row of every kernel, got ${memory}`)
  }
  if (!(Number.isInteger(firstRow) && 0 <= firstRow && firstRow <= x.rows)) {
    throw new RangeError(`${name}: expected firstRow in 0 … ${x.rows}, got ${firstRow}`)
  }
  const dual = dualOf(activation)
  runRecursion({ plan, x, dual, sigmaB2, rankTolerance, kernels, names, memory, firstRow, sink, onProgress })
}

/**
 * Some of the kernels that {@link graphonNtk} gives, which spares the memory of the others.
 *
 * @throws RangeError as `graphonNtk` does
 */
export function limitKernels<Name extends LimitKernelName>(
  chain: GraphonChain,
  x: Matrix,
  options: GraphonNtkOptions,
  names: readonly Name[],
): Record<Name, Kernel> {
  const n = x.rows
  const { W } = createChain(chain)
  const classes = W[W.length - 1].rows
  const memory = Math.max(panelMemory, 32 * classes * n)
  const data = new Map<Name, Float64Array>()
  graphonNtkPanels(chain, x, { ...options, memory, kernelNames: names }, (panel) => {
    for (const name of names) {
      const entries = panel.entries[name]
      if (!entries) continue
      const kernel = data.get(name) ?? new Float64Array(classes * n * n)
      data.set(name, kernel)
      for (let c = 0; c < classes; c++) {
        const out = kernel.subarray(c * n * n, (c + 1) * n * n)
        placePanel(panel, entries, c, (at, values) => out.set(values, at))
      }
    }
  })
  const found = names.map((name) => [name, { classes, n, data: data.get(name) }])
  return Object.fromEntries(found) as Record<Name, Kernel>
}

/**
 * The Graphon NTK Θ and the NNGP kernel K of a network whose layers follow a graphon chain, in the limit of infinite
 * width (NTK parameterisation). With ⟨·⟩_v the integral over the positions of a hidden layer,
 *
 *     K^1(u) = σ_w² (1/d) Σ_j V^1(u, j) x_j x'_j + σ_b²        K^{l+1}(u) = σ_w² ⟨V^{l+1}(u, v) G^l(v)⟩_v + σ_b²
 *     Θ^1(u) = σ_w² (1/d) Σ_j W^1(u, j) x_j x'_j + σ_b²
 *     Θ^{l+1}(u) = σ_w² ⟨W^{l+1}(u, v) G^l(v)⟩_v + σ_w² ⟨V^{l+1}(u, v) Ġ^l(v) Θ^l(v)⟩_v + σ_b²
 *
 * The `variance` convention replaces W by 1 in the two equations of Θ (Pham et al. 2025, Theorem 1). K^1 is averaged over
 * first-layer masks before φ acts, which biases the result by about 1/d: see docs/theory.md.
 *
 * Memory: the two results, 16 C N² bytes, and a few megabytes. Time grows with N² (d · bins + Σ bins²).
 *
 * @param x samples `[N, d]`
 * @returns f64 kernels for all C classes, exactly symmetric
 * @throws RangeError when the chain is invalid, x does not fit it or is not finite, or an option is out of range
 */
export function graphonNtk(chain: GraphonChain, x: Matrix, options: GraphonNtkOptions = {}): LimitKernels {
  const { ntk, nngp } = limitKernels(chain, x, options, limitKernelNames)
  return { ntk, nngp }
}
