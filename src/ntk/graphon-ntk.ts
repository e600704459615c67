import { createChain, type GraphonChain } from '../graphon/chain/chain.js'
import { defaultKernels, type Kernels } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import { threadsOf } from '../linalg/team.js'
import { dualOf } from './duals/duals.js'
import { requireRange, type Kernel } from './kernel.js'
import { limitNetwork, type NetworkOptions } from './limit-network.js'
import { limitKernelNames, placePanel, type KernelPanel, type LimitKernelName } from './kernel-panel.js'
import { classRows, equalPlans, recursionPlan, type Convention, type RecursionPlan } from './recursion-plan.js'
import { runRecursion, type RecursionInput } from './recursion.js'
import { type WeightChoice } from '../network/weight-choice.js'
import type { Rescale } from './rescale.js'
import { NumbersError } from '../numbers-error.js'

/** How a limit kernel is computed; what is said here of the network goes before what a chain says. */
export interface NtkOptions extends NetworkOptions {
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
  readonly weights?: WeightChoice
}

/** The two kernels of an infinitely wide network, for each output class. */
export interface LimitKernels {
  /** Θ_c(x, x'), the tangent kernel. */
  readonly ntk: Kernel
  /** K_c(x, x'), the covariance of the output at initialisation. */
  readonly nngp: Kernel
}

function checkSamples(name: string, x: Matrix): void {
  if (!(x.rows > 0)) throw new NumbersError(`${name}: expected at least one sample, got ${x.rows}`)
  // A plain loop: it runs over every coordinate of every sample.
  let bad = 0
  while (bad < x.data.length && Number.isFinite(x.data[bad])) bad++
  if (bad < x.data.length) {
    const where = `sample ${Math.floor(bad / x.cols)}, coordinate ${bad % x.cols}`
    throw new NumbersError(`${name}: expected finite samples, got ${x.data[bad]} at ${where}`)
  }
}

/** Bytes for the entries of one panel where nothing else is asked for. */
const panelMemory = 64 * 2 ** 20
/** Bytes of results from which on it pays to copy them while other threads compute. */
const overlapMemory = 4 * 2 ** 20

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
  /** The last panel ends before this row, `firstRow` … N, default N. */
  readonly lastRow?: number
}

function checkPanels(name: string, options: GraphonNtkPanelOptions, classes: number): void {
  const { kernelNames = limitKernelNames, classes: chosen = [0] } = options
  const known: readonly string[] = limitKernelNames
  if (kernelNames.length === 0 || kernelNames.some((kernel) => !known.includes(kernel))) {
    throw new NumbersError(`${name}: expected kernelNames of ${known.join(', ')}, got [${kernelNames.join(', ')}]`)
  }
  if (chosen === 'mean') return
  if (chosen.length === 0 || chosen.some((c) => !(Number.isInteger(c) && 0 <= c && c < classes))) {
    throw new NumbersError(`${name}: expected classes in 0 … ${classes - 1}, got [${chosen.join(', ')}]`)
  }
}

/** A chain's plan after the checks of whatever concerns the chain. */
function checkedPlan(name: string, chain: GraphonChain, x: Matrix, options: GraphonNtkPanelOptions): RecursionPlan {
  const { W } = createChain(chain)
  const { convention = 'masked', rescale = 'none', weights = 'kept' } = options
  const network = limitNetwork(name, chain, options)
  if (x.cols !== W[0].cols) {
    throw new NumbersError(`${name}: expected samples of ${W[0].cols} coordinates, got ${x.cols}`)
  }
  checkPanels(name, options, W[W.length - 1].rows)
  return classRows(
    recursionPlan(chain, { convention, rescale, weights, network, dual: dualOf(network.activation) }),
    options.classes,
  )
}

/** The panels of several chains, those of all chains together for one run of rows after the other. */
function runChains(
  name: string,
  chains: readonly GraphonChain[],
  x: Matrix,
  options: GraphonNtkPanelOptions & { readonly buffers: 1 | 2 },
  sink: (panels: readonly KernelPanel[]) => readonly (() => void)[],
): void {
  const {
    rankTolerance = 1e-12,
    kernels = defaultKernels(),
    kernelNames: names = limitKernelNames,
    memory = panelMemory,
    firstRow = 0,
    lastRow = x.rows,
    buffers,
    onProgress,
  } = options
  if (!(chains.length > 0)) throw new NumbersError(`${name}: expected at least one chain, got none`)
  if (!(rankTolerance >= 0 && rankTolerance < 1)) {
    throw new NumbersError(`${name}: expected rankTolerance in [0, 1), got ${rankTolerance}`)
  }
  const all = chains.map((chain) => checkedPlan(name, chain, x, options))
  checkSamples(name, x)
  const plans = all.filter((plan, p) => all.findIndex((other) => equalPlans(other, plan)) === p)
  const planOf = all.map((plan) => plans.findIndex((other) => equalPlans(other, plan)))
  const rows = plans.reduce((sum, { layers }) => sum + layers[layers.length - 1].propagate.rows, 0)
  const row = 8 * names.length * rows * (2 * x.rows - 1)
  if (!(memory >= row)) {
    throw new RangeError(`${name}: expected memory of at least ${row} bytes, one row of every kernel, got ${memory}`)
  }
  if (!(Number.isInteger(firstRow) && 0 <= firstRow && firstRow <= x.rows)) {
    throw new NumbersError(`${name}: expected firstRow in 0 … ${x.rows}, got ${firstRow}`)
  }
  if (!(Number.isInteger(lastRow) && firstRow <= lastRow && lastRow <= x.rows)) {
    throw new NumbersError(`${name}: expected lastRow in ${firstRow} … ${x.rows}, got ${lastRow}`)
  }
  const share: RecursionInput['sink'] = (panels) => sink(planOf.map((p) => panels[p]))
  const given = { plans, x, rankTolerance, kernels }
  runRecursion({ ...given, names, memory, buffers, firstRow, lastRow, sink: share, onProgress })
}

/**
 * {@link graphonNtk} for results that are too large to hold: the kernels are handed over in panels of consecutive rows, in
 * order, each complete with its mirror image, so that a symmetric `[C, N, N]` file can be written with bounded memory. With
 * all classes the panels hold the same bits as the kernels of `graphonNtk`, however they are cut.
 *
 * Memory: `memory`, the samples and the matrices once more, and 16 N bytes for each position of the chain.
 *
 * @param x samples `[N, d]`
 * @param sink takes each panel; its arrays are valid until it returns. What it throws ends the computation and is passed on.
 *   {@link placePanel} tells where entries belong
 * @throws RangeError as `graphonNtk` does, when `memory` is less than the entries of one row and its mirror image take, and
 *   when there is no such class or kernel
 *
 * @example
 * import { constantChain, graphonNtkPanels, matrixOf } from 'limn'
 *
 * const chain = constantChain({ inputs: 2, classes: 3, hidden: [1] }, 0.5)
 * const x = matrixOf([[1, 0], [0, 1], [1, 1]])
 * let rows = 0
 * graphonNtkPanels(chain, x, { classes: 'mean', memory: 1 << 20 }, ({ first, last }) => (rows += last - first))
 * console.log(rows) // 3
 */
export function graphonNtkPanels(
  chain: GraphonChain,
  x: Matrix,
  options: GraphonNtkPanelOptions,
  sink: (panel: KernelPanel) => void,
): void {
  runChains('graphonNtk', [chain], x, { ...options, buffers: 1 }, ([panel]) => [() => sink(panel)])
}

/**
 * {@link graphonNtkPanels} for several chains on the same samples, computed in one pass as {@link graphonNtks} does: every
 * run of rows is handed over for all chains before the next one is begun.
 *
 * Memory: as there, with the positions of all chains; `memory` is for the panels of all chains together.
 *
 * @param sink takes the panels of all chains, in their order; chains that are equal share arrays
 * @throws RangeError as `graphonNtkPanels` does, and when there is no chain
 *
 * @example
 * import { constantChain, graphonNtksPanels, matrixOf } from 'limn'
 *
 * const shape = { inputs: 2, classes: 1, hidden: [1] }
 * const chains = [1, 0.5].map((density) => constantChain(shape, density))
 * const seen: number[] = []
 * graphonNtksPanels(chains, matrixOf([[1, 0], [0, 1]]), {}, (panels) => seen.push(panels.length))
 * console.log(seen) // [ 2 ]
 */
export function graphonNtksPanels(
  chains: readonly GraphonChain[],
  x: Matrix,
  options: GraphonNtkPanelOptions,
  sink: (panels: readonly KernelPanel[]) => void,
): void {
  runChains('graphonNtks', chains, x, { ...options, buffers: 1 }, (panels) => [() => sink(panels)])
}

function collect<Name extends LimitKernelName>(
  caller: string,
  chains: readonly GraphonChain[],
  x: Matrix,
  options: GraphonNtkOptions,
  names: readonly Name[],
): Record<Name, Kernel>[] {
  const n = x.rows
  const classes = chains.map((chain) => createChain(chain).W[chain.W.length - 1].rows)
  const allClasses = classes.reduce((sum, count) => sum + count, 0)
  const whole = 8 * names.length * allClasses * n * n
  // With other threads at work one panel is copied while the next is computed.
  const buffers = whole >= overlapMemory && threadsOf(options.kernels ?? defaultKernels()) > 1 ? 2 : 1
  const memory = Math.max(Math.min(whole, panelMemory) / buffers, 32 * allClasses * n)
  const results = classes.map(() => new Map<Name, Float64Array>())
  runChains(caller, chains, x, { ...options, memory, buffers, kernelNames: names }, (panels) =>
    panels.flatMap((panel, p) =>
      names.flatMap((name) => {
        const entries = panel.entries[name]
        if (!entries) return []
        const kernel = results[p].get(name) ?? new Float64Array(classes[p] * n * n)
        results[p].set(name, kernel)
        return Array.from({ length: classes[p] }, (_, c) => () => {
          const out = kernel.subarray(c * n * n, (c + 1) * n * n)
          placePanel(panel, entries, c, (at, values) => out.set(values, at))
        })
      }),
    ),
  )
  return results.map((data, p) => {
    const found = names.map((name) => [name, { classes: classes[p], n, data: data.get(name)! }] as const)
    for (const [, kernel] of found) requireRange(caller, kernel)
    return Object.fromEntries(found) as Record<Name, Kernel>
  })
}

/**
 * Some of the kernels that {@link graphonNtk} gives, which spares the memory of the others.
 *
 * @throws RangeError as `graphonNtk` does
 *
 * @example
 * import { constantChain, limitKernels, matrixOf } from 'limn'
 *
 * const chain = constantChain({ inputs: 2, classes: 1, hidden: [1] }, 1)
 * const { nngp } = limitKernels(chain, matrixOf([[1, 1]]), {}, ['nngp'])
 * // ReLU halves the variance |x|² / d of its input.
 * console.log(nngp.data[0].toFixed(4)) // 0.5000
 */
export function limitKernels<Name extends LimitKernelName>(
  chain: GraphonChain,
  x: Matrix,
  options: GraphonNtkOptions,
  names: readonly Name[],
): Record<Name, Kernel> {
  return collect('graphonNtk', [chain], x, options, names)[0]
}

/**
 * Some of the kernels that {@link graphonNtks} gives, which spares the memory and the work of the others.
 *
 * @throws RangeError as `graphonNtks` does
 *
 * @example
 * import { constantChain, limitKernelsOfChains, matrixOf } from 'limn'
 *
 * const shape = { inputs: 2, classes: 1, hidden: [1] }
 * const chains = [constantChain(shape, 1), constantChain(shape, 0.5)]
 * const kernels = limitKernelsOfChains(chains, matrixOf([[1, 1]]), {}, ['nngp'])
 * console.log(kernels.map(({ nngp }) => nngp.data[0].toFixed(4))) // [ '0.5000', '0.1250' ]
 */
export function limitKernelsOfChains<Name extends LimitKernelName>(
  chains: readonly GraphonChain[],
  x: Matrix,
  options: GraphonNtkOptions,
  names: readonly Name[],
): Record<Name, Kernel>[] {
  return collect('graphonNtks', chains, x, options, names)
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
 * Memory: the two results, 16 C N² bytes, and in the kernels as much again, but hardly more than 64 MiB.
 * Time grows with N² (d · bins + Σ bins²).
 *
 * @param x samples `[N, d]`
 * @returns f64 kernels for all C classes, exactly symmetric
 * @throws RangeError when the chain is invalid, x does not fit it or is not finite, or an option is out of range
 *
 * @example
 * import { constantChain, graphonNtk, matrixOf } from 'limn'
 *
 * const chain = constantChain({ inputs: 2, classes: 1, hidden: [1] }, 0.5)
 * const { ntk } = graphonNtk(chain, matrixOf([[1, 1], [1, -1]]))
 * console.log(ntk.data[0].toFixed(6)) // 0.250000
 */
export function graphonNtk(chain: GraphonChain, x: Matrix, options: GraphonNtkOptions = {}): LimitKernels {
  const { ntk, nngp } = limitKernels(chain, x, options, limitKernelNames)
  return { ntk, nngp }
}

/**
 * {@link graphonNtk} of several chains on the same samples, in one pass over the pairs of samples. Each gets the bits that
 * it gets alone. What they share is computed once: the layout of the samples, weighted Grams of equal rows of the first
 * matrices (those of W where one chain has energies V and another, `{ W, measures }`, is the same with weights drawn again;
 * matrices that are constant, or that trials have in common), and chains that are equal altogether.
 *
 * Memory: as `graphonNtk` for each chain.
 *
 * @param chains any bins, hidden layers and classes, all with d inputs; the options hold for each of them
 * @param x samples `[N, d]`
 * @returns for each chain, in order, f64 kernels for all its classes
 * @throws RangeError as `graphonNtk` does, and when there is no chain
 *
 * @example
 * import { constantChain, graphonNtks, matrixOf } from 'limn'
 *
 * const shape = { inputs: 2, classes: 1, hidden: [1] }
 * const chains = [1, 0.5, 0.25].map((density) => constantChain(shape, density))
 * const kernels = graphonNtks(chains, matrixOf([[1, 1]]))
 * // Two matrices of density p: the kernel falls as p².
 * console.log(kernels.map(({ ntk }) => ntk.data[0].toFixed(4))) // [ '1.0000', '0.2500', '0.0625' ]
 */
export function graphonNtks(
  chains: readonly GraphonChain[],
  x: Matrix,
  options: GraphonNtkOptions = {},
): LimitKernels[] {
  return limitKernelsOfChains(chains, x, options, limitKernelNames)
}
