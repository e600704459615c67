import { defaultKernels, type Kernels } from '../linalg/kernels.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { threadsOf } from '../linalg/team.js'
import { effectiveWeights, forwardWith, type ForwardPass } from '../network/forward.js'
import type { Network } from '../network/network.js'
import { addLayer, layerTerms, type LayerTerms } from './empirical-layer.js'
import { chooseTiling, sampleUnit, smallestTiling, tilingMemory, type TilingInput } from './empirical-tiling.js'
import type { KernelPanel } from './kernel-panel.js'
import { placePanel } from './kernel-panel.js'
import { beyondRange, type Kernel } from './kernel.js'
import { outputDerivatives } from './output-derivatives.js'
import { forTurnedRow, type ThetaBlock } from './theta-block.js'
import { NumbersError } from '../numbers-error.js'

export interface EmpiricalNtkOptions {
  /** Which classes, in this order, or `mean`: one kernel, the mean over all classes. Default all. */
  readonly classes?: readonly number[] | 'mean'
  /** Bytes of working memory beside samples, network and result. Default 2 GiB. The result does not depend on it. */
  readonly memory?: number
  /** Called with the share done, 0 … 1. */
  readonly onProgress?: (share: number) => void
  /** Which kernel instance computes; default this thread's. */
  readonly kernels?: Kernels
}

export interface EmpiricalNtkPanelOptions extends EmpiricalNtkOptions {
  /** The first panel starts at this row, 0 … N, default 0: rows before it are taken to be done. Panels hold the same bits. */
  readonly firstRow?: number
}

const defaultMemory = 2 ** 31

/** Panels in memory at a time: the one at hand, and one that waits to be collected. */
const panelCopies = 2

function chosen(network: Network, classes: EmpiricalNtkOptions['classes']): readonly number[] {
  const count = network.spec.sizes[network.spec.sizes.length - 1]
  if (classes === undefined || classes === 'mean') return Array.from({ length: count }, (_, c) => c)
  if (classes.length === 0 || classes.some((c) => !(Number.isInteger(c) && 0 <= c && c < count))) {
    throw new NumbersError(`empiricalNtk: expected classes in 0 … ${count - 1}, got [${classes.join(', ')}]`)
  }
  return classes
}

function tilingInput(
  network: Network,
  n: number,
  classes: EmpiricalNtkOptions['classes'],
  threads: number,
): TilingInput {
  const count = chosen(network, classes).length
  // A row of the result with its mirror image.
  return { network, n, classes: count, rowBytes: panelCopies * 16 * n * (classes === 'mean' ? 1 : count), threads }
}

/** Bytes of working memory without which {@link empiricalNtkPanels} cannot do. */
export function leastEmpiricalMemory(
  network: Network,
  n: number,
  classes: EmpiricalNtkOptions['classes'],
  threads: number,
): number {
  return Math.ceil(tilingMemory(tilingInput(network, n, classes, threads), smallestTiling))
}

/** Consecutive samples, filled up with zeros to whole register tiles. */
interface Side {
  readonly first: number
  readonly count: number
  readonly pass: ForwardPass
}

function sideOf(network: Network, weights: readonly Matrix[], x: Matrix, first: number, last: number): Side {
  const count = last - first
  const part = matrix(Math.ceil(count / sampleUnit) * sampleUnit, x.cols)
  part.data.set(x.data.subarray(first * x.cols, last * x.cols))
  return { first, count, pass: forwardWith(network, weights, part) }
}

/** Θ of some classes on the pairs of two sides; on the diagonal the upper triangle. */
function block(
  network: Network,
  weights: readonly Matrix[],
  terms: readonly LayerTerms[],
  rows: Side,
  cols: Side,
  classes: readonly number[],
  kernels: Kernels,
): ThetaBlock {
  const diagonal = rows === cols
  const data = new Float64Array(classes.length * rows.count * cols.count)
  const theta = { classes: classes.length, rows: rows.count, cols: cols.count, diagonal, data }
  const right = diagonal ? undefined : outputDerivatives(network, weights, cols.pass, classes, kernels)
  for (const { index, delta } of outputDerivatives(network, weights, rows.pass, classes, kernels)) {
    const other = right?.next()
    const deltas = { rows: delta, cols: other && !other.done ? other.value.delta : delta }
    addLayer(terms[index], { rows: rows.pass.post[index], cols: cols.pass.post[index] }, deltas, theta, kernels)
  }
  return theta
}

/** Mirrors the square of a panel and copies what lies beyond it. @throws RangeError when an entry is not finite */
function mirrored(right: Float64Array, first: number, height: number, width: number): Float64Array {
  const below = new Float64Array((width - height) * height)
  for (let i = 0; i < height; i++) {
    for (let j = i; j < width; j++) {
      const value = right[i * width + j]
      if (!Number.isFinite(value)) {
        throw beyondRange('empiricalNtk', `(${first + i}, ${first + j})`)
      }
      if (j < height) right[j * width + i] = value
      else below[(j - height) * height + i] = value
    }
  }
  return below
}

/**
 * {@link empiricalNtk} for results that are too large to hold: panels of consecutive rows, in order, each complete with its
 * mirror image (see `graphonNtkPanels`). The same bits whatever the memory.
 *
 * @param sink takes each panel; what it throws ends the computation and is passed on
 * @throws RangeError as `empiricalNtk`
 *
 * @example
 * import { createSpec, empiricalNtkPanels, initialize, matrixOf } from 'limn'
 *
 * const network = initialize(createSpec({ sizes: [2, 8, 1] }), 1)
 * const x = matrixOf([[1, 0], [0, 1], [1, 1]])
 * const rows: string[] = []
 * empiricalNtkPanels(network, x, {}, ({ first, last }) => rows.push(`${first} … ${last}`))
 * console.log(rows) // [ '0 … 3' ]
 */
export function empiricalNtkPanels(
  network: Network,
  x: Matrix,
  options: EmpiricalNtkPanelOptions,
  sink: (panel: KernelPanel) => void,
): void {
  const { kernels = defaultKernels(), memory = defaultMemory, firstRow = 0, onProgress } = options
  const { sizes } = network.spec
  if (x.cols !== sizes[0] || !(x.rows > 0)) {
    throw new NumbersError(`empiricalNtk: expected samples [N ≥ 1, ${sizes[0]}], got [${x.rows}, ${x.cols}]`)
  }
  const n = x.rows
  if (!(Number.isInteger(firstRow) && 0 <= firstRow && firstRow <= n)) {
    throw new NumbersError(`empiricalNtk: expected firstRow in 0 … ${n}, got ${firstRow}`)
  }
  const mean = options.classes === 'mean'
  const classes = chosen(network, options.classes)
  const count = mean ? 1 : classes.length
  const tiling = chooseTiling(tilingInput(network, n, options.classes, threadsOf(kernels)), memory)
  const weights = effectiveWeights(network)
  const terms = layerTerms(network)
  const total = (n * (n + 1)) / 2
  let done = (firstRow * (2 * n + 1 - firstRow)) / 2
  for (let first = firstRow; first < n; first += tiling.samples) {
    const last = Math.min(n, first + tiling.samples)
    const [height, width] = [last - first, n - first]
    const rows = sideOf(network, weights, x, first, last)
    const right = Array.from({ length: count }, () => new Float64Array(height * width))
    for (let from = first; from < n; from += tiling.samples) {
      const cols = from === first ? rows : sideOf(network, weights, x, from, Math.min(n, from + tiling.samples))
      for (let round = 0; round < classes.length; round += tiling.classes) {
        const some = classes.slice(round, round + tiling.classes)
        const theta = block(network, weights, terms, rows, cols, some, kernels)
        for (let i = 0; i < height; i++) {
          forTurnedRow(theta, i, (c, left, end, at, step) => {
            const out = right[mean ? 0 : round + c]
            const to = i * width + from - first
            for (let j = left, entry = at; j < end; j++, entry += step) out[to + j] += theta.data[entry]
          })
        }
        const share = Math.min(1, (round + tiling.classes) / classes.length)
        const pairs = from === first ? (height * (height + 1)) / 2 : height * cols.count
        onProgress?.(Math.min(1, (done + share * pairs) / total))
        if (share === 1) done += pairs
      }
    }
    if (mean) for (let k = 0; k < right[0].length; k++) right[0][k] /= classes.length
    const below = right.map((entries) => mirrored(entries, first, height, width))
    sink({ n, classes: count, first, last, entries: { ntk: { right, below } } })
  }
}

/**
 * The empirical NTK of a masked finite network,
 *
 *     Θ_c(x, x') = Σ_θ ∂f_c(x)/∂θ · ∂f_c(x')/∂θ
 *
 * over the surviving stored weights of the network's parameterisation and its biases. The Jacobian is never formed: the
 * part of matrix l is Σ_i δ_ci(x) δ_ci(x') Σ_{j ∈ S_i} a_j(x) a_j(x') with S_i the surviving inputs of unit i, where the
 * inner Gram is shared by all classes.
 *
 * Time grows with N²/2 · surviving weights. Samples and classes are cut into blocks so that `memory` suffices.
 *
 * @param x samples `[N, d]`
 * @returns the C diagonal blocks of the tangent kernel, or those asked for, or their mean; f64, exactly symmetric
 * @throws RangeError when x does not have d columns, is empty, there is no such class, `memory` is less than the smallest
 *   blocks need (the message names the size), or the kernel is not finite
 *
 * @example
 * import { createNetwork, createSpec, denseMask, empiricalNtk, matrixOf } from 'limn'
 *
 * // A linear model in the NTK parameterisation: Θ(x, x') = x · x' / d.
 * const spec = createSpec({ sizes: [2, 1], activation: { name: 'identity' } })
 * const network = createNetwork(spec, [{ weight: Float64Array.of(3, 4), mask: denseMask(1, 2) }])
 * const { data } = empiricalNtk(network, matrixOf([[1, 1], [1, -1]]))
 * console.log(Array.from(data, (entry) => entry.toFixed(4))) // [ '1.0000', '0.0000', '0.0000', '1.0000' ]
 */
export function empiricalNtk(network: Network, x: Matrix, options: EmpiricalNtkOptions = {}): Kernel {
  const n = x.rows
  let data: Float64Array | undefined
  let classes = 0
  empiricalNtkPanels(network, x, options, (panel) => {
    classes = panel.classes
    const kernel = (data ??= new Float64Array(classes * n * n))
    for (let c = 0; c < classes; c++) {
      const out = kernel.subarray(c * n * n, (c + 1) * n * n)
      placePanel(panel, panel.entries.ntk!, c, (at, values) => out.set(values, at))
    }
  })
  return { classes, n, data: data! }
}
