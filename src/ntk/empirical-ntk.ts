import { defaultKernels, withScratch, type Kernels } from '../linalg/kernels.js'
import { matmul } from '../linalg/matmul.js'
import { matrix, transpose, type Matrix } from '../linalg/matrix.js'
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
/** Derivatives held at a time, in doubles; more classes than fit are taken in several rounds. */
const derivativeBudget = 2 ** 25

/** δ as the kernel reads it: `[(unit · classes + c), sample]`, rows padded with zeros. */
interface Derivatives {
  readonly classes: number
  readonly units: number
  readonly ld: number
  readonly data: Float64Array
}

function byUnit({ cols, data }: Matrix, classes: number, n: number): Derivatives {
  const ld = Math.ceil(n / 12) * 12
  const result = new Float64Array(cols * classes * ld)
  for (let c = 0; c < classes; c++) {
    for (let x = 0; x < n; x++) {
      const from = (c * n + x) * cols
      for (let i = 0; i < cols; i++) result[(i * classes + c) * ld + x] = data[from + i]
    }
  }
  return { classes, units: cols, ld, data: result }
}

/** Σ over the chosen units of δ_ci(x) δ_ci(x'), `[N, N]`. */
function outerSum(delta: Derivatives, c: number, n: number, units: Int32Array, kernels: Kernels): Matrix {
  const chosen = matrix(units.length, n)
  units.forEach((i, row) => {
    const at = (i * delta.classes + c) * delta.ld
    chosen.data.set(delta.data.subarray(at, at + n), row * n)
  })
  return matmul(chosen, chosen, { transposeA: true, kernels })
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
  const { classes, ld } = delta
  // One input more than there are: the zero that fills up lists.
  const width = activations.cols + 1
  const size = rowsOfTile * colsOfTile
  const rowPanels = Math.ceil(n / rowsOfTile)
  const colPanels = Math.ceil(n / colsOfTile)
  withScratch(kernels, (scratch) => {
    const x = scratch.alloc(width * n * 8)
    const a = scratch.alloc(rowPanels * width * rowPitch * 8)
    const b = scratch.alloc(colPanels * width * colsOfTile * 8)
    const lists = [starts, inputs, units, signs.map((sign) => sign * scale)].map((array) => scratch.put(array))
    const d = scratch.put(delta.data)
    const tile = scratch.alloc(classes * size * 8)
    const work = scratch.alloc(unitBatch * size * 8)
    const tileView = scratch.f64(tile, classes * size)
    const { call } = kernels
    scratch
      .f64(x, width * n)
      .fill(0)
      .set(transpose(activations).data)
    call['packPanels'](width, n, x, n, rowsOfTile, a)
    call['packPanels'](width, n, x, n, colsOfTile, b)
    const panelA = width * rowPitch * 8
    const panelB = width * colsOfTile * 8
    for (let p = 0; p < rowPanels; p++) {
      const i0 = p * rowsOfTile
      for (let q = Math.floor(i0 / colsOfTile); q < colPanels; q++) {
        const j0 = q * colsOfTile
        tileView.fill(0)
        const samples = [a + p * panelA, b + q * panelB, d + i0 * 8, d + j0 * 8] as const
        call['empiricalTile'](units.length, ...lists, ...samples, ld, classes, tile, work)
        for (let c = 0; c < classes; c++) {
          for (let i = i0; i < Math.min(n, i0 + rowsOfTile); i++) {
            for (let j = Math.max(i, j0); j < Math.min(n, j0 + colsOfTile); j++) {
              theta[(c * n + i) * n + j] += tileView[c * size + (i - i0) * colsOfTile + j - j0]
            }
          }
        }
      }
      onShare(1 - ((rowPanels - p - 1) / rowPanels) ** 2)
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
      const sum = outerSum(delta, c, n, lists.full, kernels)
      for (let k = 0; k < block.length; k++) block[k] += scale * sum.data[k] * gram.data[k]
    }
    if (biasPart > 0) {
      const sum = outerSum(delta, c, n, everyUnit, kernels)
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
