import { defaultKernels, withScratch, type Kernels, type Pointer } from '../linalg/kernels.js'
import { matmul } from '../linalg/matmul.js'
import { matrix, transpose, type Matrix } from '../linalg/matrix.js'
import { fromTask, parallelSteps, perThread, threadsOf } from '../linalg/team.js'
import { effectiveWeights, forwardWith } from '../network/forward.js'
import { biasScale, weightScale, type Network } from '../network/network.js'
import type { Kernel } from './kernel.js'
import { outputDerivatives } from './output-derivatives.js'
import { unitLists, type UnitLists } from './unit-lists.js'

export interface EmpiricalNtkOptions {
  /** Called with the share done, 0 … 1. */
  readonly onProgress?: (share: number) => void
  /** Which kernel instance computes; default this thread's. */
  readonly kernels?: Kernels
}

/** Samples in the two sides of a register tile. */
const rowsOfTile = 6
const colsOfTile = 4
/** Units whose register tiles the kernel holds at a time. */
const unitBatch = 64
/** Doubles between inputs in a panel of 6 samples. */
const rowPitch = 8
/** Units whose lists and derivatives stay in a second-level cache while the kernel walks over all tiles. */
const unitBlock = 256
/** Samples transposed at a time. */
const sampleRun = 16
/** Register tiles per thread between two looks at the output. */
const tilesPerThread = 128
/** Derivatives held at a time, in doubles; more classes than fit are taken in several rounds. */
const derivativeBudget = 2 ** 25

/** δ by unit: `[(unit · classes + c), sample]`. */
interface Derivatives {
  readonly classes: number
  readonly units: number
  readonly n: number
  readonly data: Float64Array
}

function byUnit({ cols, data }: Matrix, classes: number, n: number): Derivatives {
  const result = new Float64Array(cols * classes * n)
  for (let c = 0; c < classes; c++) {
    // In runs of samples, so that what is read and what is written both stay in cache.
    for (let first = 0; first < n; first += sampleRun) {
      const end = Math.min(n, first + sampleRun)
      for (let i = 0; i < cols; i++) {
        const to = (i * classes + c) * n
        for (let x = first; x < end; x++) result[to + x] = data[(c * n + x) * cols + i]
      }
    }
  }
  return { classes, units: cols, n, data: result }
}

/** `[classes, N]`: the derivatives with respect to one unit. */
function unitRows({ classes, n, data }: Derivatives, unit: number): Float64Array {
  return data.subarray(unit * classes * n, (unit + 1) * classes * n)
}

/** Σ over the chosen units of δ_ci(x) δ_ci(x'), `[N, N]`. */
function outerSum(delta: Derivatives, c: number, units: Int32Array, kernels: Kernels): Matrix {
  const { n } = delta
  const chosen = matrix(units.length, n)
  units.forEach((i, row) => {
    chosen.data.set(unitRows(delta, i).subarray(c * n, (c + 1) * n), row * n)
  })
  return matmul(chosen, chosen, { transposeA: true, kernels })
}

/** Adds a register tile of every class at (i0, j0) to the upper triangle of `theta`. */
function addTile(tile: Float64Array, i0: number, j0: number, theta: Float64Array, n: number, classes: number): void {
  const [iEnd, jEnd] = [Math.min(n, i0 + rowsOfTile), Math.min(n, j0 + colsOfTile)]
  for (let c = 0; c < classes; c++) {
    for (let i = i0; i < iEnd; i++) {
      const from = (c * rowsOfTile + i - i0) * colsOfTile - j0
      for (let j = Math.max(i, j0); j < jEnd; j++) theta[(c * n + i) * n + j] += tile[from + j]
    }
  }
}

/** Panels of rows and columns whose tiles reach the upper triangle. */
function upperTiles(rowPanels: number, colPanels: number): (readonly [number, number])[] {
  return Array.from({ length: rowPanels }, (_, p) => {
    const first = Math.floor((p * rowsOfTile) / colsOfTile)
    return Array.from({ length: colPanels - first }, (_, q) => [p, first + q] as const)
  }).flat()
}

/** The part of Θ that comes from listed inputs, added to the upper triangle of `theta` (`[classes, N, N]`). */
function addListed(
  { units, starts, inputs, signs }: UnitLists,
  activations: Matrix,
  delta: Derivatives,
  scale: number,
  theta: Float64Array,
  kernels: Kernels,
  onShare: (share: number) => void,
): void {
  const n = activations.rows
  const { classes } = delta
  // One input more than there are: the zero that fills up lists.
  const width = activations.cols + 1
  const size = rowsOfTile * colsOfTile
  const rowPanels = Math.ceil(n / rowsOfTile)
  const colPanels = Math.ceil(n / colsOfTile)
  withScratch(kernels, (scratch) => {
    const { call } = kernels
    const blockRows = Math.min(unitBlock, units.length) * classes
    const source = scratch.alloc(Math.max(width, blockRows) * n * 8)
    const a = scratch.alloc(rowPanels * width * rowPitch * 8)
    const b = scratch.alloc(colPanels * width * colsOfTile * 8)
    const deltaA = scratch.alloc(rowPanels * blockRows * rowPitch * 8)
    const deltaB = scratch.alloc(colPanels * blockRows * colsOfTile * 8)
    const list = scratch.put(inputs)
    const start = scratch.put(starts)
    const scales = scratch.put(signs.map((sign) => sign * scale))
    const threads = threadsOf(kernels)
    const batch = tilesPerThread * threads
    const tileLength = classes * size
    const output = scratch.alloc(batch * tileLength * 8)
    const workBytes = unitBatch * size * 8
    const work = perThread(scratch.alloc(workBytes * threads), workBytes)
    const outputView = scratch.f64(output, batch * tileLength)
    const tiles = upperTiles(rowPanels, colPanels)
    const pack = (rows: number, panelRows: Pointer, panelCols: Pointer): void => {
      call['packPanels'](rows, n, source, n, rowsOfTile, panelRows)
      call['packPanels'](rows, n, source, n, colsOfTile, panelCols)
    }
    scratch
      .f64(source, width * n)
      .fill(0)
      .set(transpose(activations).data)
    pack(width, a, b)
    for (let first = 0; first < units.length; first += unitBlock) {
      const block = units.subarray(first, first + unitBlock)
      const rows = block.length * classes
      const blockView = scratch.f64(source, rows * n)
      block.forEach((i, u) => blockView.set(unitRows(delta, i), u * classes * n))
      pack(rows, deltaA, deltaB)
      const lists = [block.length, start + first * 4, list, scales + first * 8]
      const [rowPanel, rowDelta] = [fromTask(0, a), fromTask(2, deltaA)]
      const [colPanel, colDelta] = [fromTask(1, b), fromTask(3, deltaB)]
      const args = [...lists, rowPanel, colPanel, rowDelta, colDelta, classes, fromTask(4, output), work]
      for (let from = 0; from < tiles.length; from += batch) {
        const some = tiles.slice(from, from + batch)
        outputView.fill(0)
        const tasks = some.map(([p, q], t) => {
          const [rowBytes, colBytes] = [p * rowPitch * 8, q * colsOfTile * 8]
          return [rowBytes * width, colBytes * width, rowBytes * rows, colBytes * rows, t * tileLength * 8]
        })
        parallelSteps(kernels, [{ kernel: 'empiricalTile', args }], tasks)
        some.forEach(([p, q], t) => {
          const tile = outputView.subarray(t * tileLength, (t + 1) * tileLength)
          addTile(tile, p * rowsOfTile, q * colsOfTile, theta, n, classes)
        })
      }
      onShare(Math.min(units.length, first + unitBlock) / units.length)
    }
  })
}

/** Adds one layer's parameters to the upper triangle of `theta`. */
function addLayer(
  network: Network,
  index: number,
  activations: Matrix,
  delta: Derivatives,
  theta: Float64Array,
  kernels: Kernels,
  onShare: (share: number) => void,
): void {
  const n = activations.rows
  const { mask, bias } = network.layers[index]
  const lists = unitLists(mask)
  const scale = weightScale(network.spec, index) ** 2
  const biasPart = bias ? biasScale(network.spec) ** 2 : 0
  if (lists.units.length > 0) addListed(lists, activations, delta, scale, theta, kernels, onShare)
  const everyUnit = Int32Array.from({ length: delta.units }, (_, i) => i)
  const gram = lists.full.length > 0 ? matmul(activations, activations, { transposeB: true, kernels }) : undefined
  for (let c = 0; c < delta.classes; c++) {
    const block = theta.subarray(c * n * n, (c + 1) * n * n)
    if (gram) {
      const sum = outerSum(delta, c, lists.full, kernels)
      for (let k = 0; k < block.length; k++) block[k] += scale * sum.data[k] * gram.data[k]
    }
    if (biasPart > 0) {
      const sum = outerSum(delta, c, everyUnit, kernels)
      for (let k = 0; k < block.length; k++) block[k] += biasPart * sum.data[k]
    }
  }
}

/** Copies the upper triangle of every class to the lower one, and refuses what is not a number. */
function mirror({ classes, n, data }: Kernel): void {
  for (let c = 0; c < classes; c++) {
    for (let i = 0; i < n; i++) {
      for (let j = i; j < n; j++) {
        const value = data[(c * n + i) * n + j]
        if (!Number.isFinite(value)) {
          throw new RangeError(`empiricalNtk: expected finite weights and samples, got Θ = ${value} at (${i}, ${j})`)
        }
        data[(c * n + j) * n + i] = value
      }
    }
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
 * Time grows with N²/2 · surviving weights; memory with N · C · widest layer (in rounds of classes beyond 256 MiB) + C N².
 *
 * @param x samples `[N, d]`
 * @returns the C diagonal blocks of the tangent kernel, f64, exactly symmetric
 * @throws RangeError when x does not have d columns, is empty, or the kernel is not finite
 */
export function empiricalNtk(network: Network, x: Matrix, options: EmpiricalNtkOptions = {}): Kernel {
  const { kernels = defaultKernels(), onProgress } = options
  const { sizes } = network.spec
  if (x.cols !== sizes[0] || !(x.rows > 0)) {
    throw new RangeError(`empiricalNtk: expected samples [N ≥ 1, ${sizes[0]}], got [${x.rows}, ${x.cols}]`)
  }
  const n = x.rows
  const classes = sizes[sizes.length - 1]
  const weights = effectiveWeights(network)
  const pass = forwardWith(network, weights, x)
  const data = new Float64Array(classes * n * n)
  const round = Math.max(1, Math.min(classes, Math.floor(derivativeBudget / (n * Math.max(...sizes)))))
  const kept = network.layers.map(({ mask }) => mask.kept)
  const total = kept.reduce((sum, value) => sum + value, 0) * Math.ceil(classes / round)
  let done = 0
  for (let first = 0; first < classes; first += round) {
    const count = Math.min(round, classes - first)
    const theta = data.subarray(first * n * n, (first + count) * n * n)
    for (const { index, delta } of outputDerivatives(network, weights, pass, first, count, kernels)) {
      const before = done
      const onShare = (share: number): void => onProgress?.((before + share * kept[index]) / total)
      addLayer(network, index, pass.post[index], byUnit(delta, count, n), theta, kernels, onShare)
      done += kept[index]
    }
  }
  onProgress?.(1)
  const kernel = { classes, n, data }
  mirror(kernel)
  return kernel
}
