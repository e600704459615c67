import { withScratch, type Kernels, type Pointer } from '../linalg/kernels.js'
import { matmul } from '../linalg/matmul.js'
import { matrix, transpose, type Matrix } from '../linalg/matrix.js'
import { fromTask, parallelSteps, perThread, threadsOf } from '../linalg/team.js'
import { biasScale, weightScale, type Network } from '../network/network.js'
import { unitLists, type UnitLists } from './unit-lists.js'
import { step } from '../linalg/steps.js'

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

/** The chosen units' derivatives of one class, `[units, N]`. */
function chosenRows(delta: Derivatives, c: number, units: Int32Array): Matrix {
  const { n } = delta
  const chosen = matrix(units.length, n)
  units.forEach((i, row) => {
    chosen.data.set(unitRows(delta, i).subarray(c * n, (c + 1) * n), row * n)
  })
  return chosen
}

/** Σ over the chosen units of δ_ci(x) δ_ei(x'), `[N, N']`. */
function outerSum({ rows, cols }: Sides<Derivatives>, [c, e]: ClassPair, units: Int32Array, kernels: Kernels): Matrix {
  const left = chosenRows(rows, c, units)
  const right = rows === cols && c === e ? left : chosenRows(cols, e, units)
  return matmul(left, right, { transposeA: true, kernels })
}

/** The classes on the two sides of a block. */
type ClassPair = readonly [number, number]

/** What a block of Θ is made of on its two sides; the same object where the block is on the diagonal. */
export interface Sides<Side> {
  readonly rows: Side
  readonly cols: Side
}

/**
 * A block of Θ for each class, `[classes, rows, cols]`, or crossed for each pair of classes, `[classes, classes, rows, cols]`.
 * On the diagonal only the upper triangle counts.
 */
export interface ThetaBlock {
  readonly classes: number
  readonly crossed?: boolean
  readonly rows: number
  readonly cols: number
  readonly diagonal: boolean
  readonly data: Float64Array
}

/** The pairs of classes of a block, in order. */
function classPairs({ classes, crossed }: ThetaBlock): ClassPair[] {
  const all = Array.from({ length: classes }, (_, c) => c)
  return crossed ? all.flatMap((c) => all.map((e) => [c, e] as const)) : all.map((c) => [c, c] as const)
}

/** Adds a register tile of every class or pair of classes at (i0, j0). */
function addTile(tile: Float64Array, i0: number, j0: number, block: ThetaBlock): void {
  const { classes, crossed, rows, cols, diagonal, data } = block
  const count = crossed ? classes ** 2 : classes
  const [iEnd, jEnd] = [Math.min(rows, i0 + rowsOfTile), Math.min(cols, j0 + colsOfTile)]
  for (let c = 0; c < count; c++) {
    for (let i = i0; i < iEnd; i++) {
      const from = (c * rowsOfTile + i - i0) * colsOfTile - j0
      for (let j = diagonal ? Math.max(i, j0) : j0; j < jEnd; j++) data[(c * rows + i) * cols + j] += tile[from + j]
    }
  }
}

/** Panels of rows and columns whose tiles are needed. */
function tilesOf({ rows, cols, diagonal }: ThetaBlock): (readonly [number, number])[] {
  const colPanels = Math.ceil(cols / colsOfTile)
  return Array.from({ length: Math.ceil(rows / rowsOfTile) }, (_, p) => {
    const first = diagonal ? Math.floor((p * rowsOfTile) / colsOfTile) : 0
    return Array.from({ length: colPanels - first }, (_, q) => [p, first + q] as const)
  }).flat()
}

/** The part of Θ that comes from listed inputs. */
function addListed(
  { units, starts, inputs, signs }: UnitLists,
  activations: Sides<Matrix>,
  delta: Sides<Derivatives>,
  scale: number,
  block: ThetaBlock,
  kernels: Kernels,
): void {
  const { classes } = block
  const [n, m] = [activations.rows.rows, activations.cols.rows]
  // One input more than there are: the zero that fills up lists.
  const width = activations.rows.cols + 1
  const size = rowsOfTile * colsOfTile
  withScratch(kernels, (scratch) => {
    const { call } = kernels
    const blockRows = Math.min(unitBlock, units.length) * classes
    const source = scratch.alloc(Math.max(width, blockRows) * Math.max(n, m) * 8)
    const a = scratch.alloc(Math.ceil(n / rowsOfTile) * width * rowPitch * 8)
    const b = scratch.alloc(Math.ceil(m / colsOfTile) * width * colsOfTile * 8)
    const deltaA = scratch.alloc(Math.ceil(n / rowsOfTile) * blockRows * rowPitch * 8)
    const deltaB = scratch.alloc(Math.ceil(m / colsOfTile) * blockRows * colsOfTile * 8)
    const list = scratch.put(inputs)
    const start = scratch.put(starts)
    const scales = scratch.put(signs.map((sign) => sign * scale))
    const threads = threadsOf(kernels)
    const batch = tilesPerThread * threads
    const tileLength = (block.crossed ? classes ** 2 : classes) * size
    const output = scratch.alloc(batch * tileLength * 8)
    const workBytes = unitBatch * size * 8
    const work = perThread(scratch.alloc(workBytes * threads), workBytes)
    const outputView = scratch.f64(output, batch * tileLength)
    const tiles = tilesOf(block)
    const packActivations = ({ rows, data, cols }: Matrix, lanes: number, panels: Pointer): void => {
      const view = scratch.f64(source, width * rows)
      view.fill(0).set(transpose({ rows, cols, data }).data)
      call.packPanels(width, rows, source, rows, lanes, panels)
    }
    packActivations(activations.rows, rowsOfTile, a)
    packActivations(activations.cols, colsOfTile, b)
    for (let first = 0; first < units.length; first += unitBlock) {
      const some = units.subarray(first, first + unitBlock)
      const rows = some.length * classes
      const packDerivatives = (derivatives: Derivatives, lanes: number, panels: Pointer): void => {
        const view = scratch.f64(source, rows * derivatives.n)
        some.forEach((i, u) => view.set(unitRows(derivatives, i), u * classes * derivatives.n))
        call.packPanels(rows, derivatives.n, source, derivatives.n, lanes, panels)
      }
      packDerivatives(delta.rows, rowsOfTile, deltaA)
      packDerivatives(delta.cols, colsOfTile, deltaB)
      const lists = [some.length, start + first * 4, list, scales + first * 8] as const
      const [rowPanel, rowDelta] = [fromTask(0, a), fromTask(2, deltaA)]
      const [colPanel, colDelta] = [fromTask(1, b), fromTask(3, deltaB)]
      const operands = [...lists, rowPanel, colPanel, rowDelta, colDelta, classes, fromTask(4, output), work] as const
      const accumulate = step(block.crossed ? 'empiricalCrossTile' : 'empiricalTile', ...operands)
      for (let from = 0; from < tiles.length; from += batch) {
        const now = tiles.slice(from, from + batch)
        outputView.fill(0)
        const tasks = now.map(([p, q], t) => {
          const [rowBytes, colBytes] = [p * rowPitch * 8, q * colsOfTile * 8]
          return [rowBytes * width, colBytes * width, rowBytes * rows, colBytes * rows, t * tileLength * 8]
        })
        parallelSteps(kernels, [accumulate], tasks)
        now.forEach(([p, q], t) => {
          const tile = outputView.subarray(t * tileLength, (t + 1) * tileLength)
          addTile(tile, p * rowsOfTile, q * colsOfTile, block)
        })
      }
    }
  })
}

/** A matrix's surviving inputs, square weight scale, and square bias scale where there are biases. */
export interface LayerTerms {
  readonly lists: UnitLists
  readonly scale: number
  readonly bias: number
}

export function layerTerms({ spec, layers }: Network): LayerTerms[] {
  return layers.map(({ mask, bias }, index) => ({
    lists: unitLists(mask),
    scale: weightScale(spec, index) ** 2,
    bias: bias ? biasScale(spec) ** 2 : 0,
  }))
}

/** Bytes that one class and `samples` samples on each side take here, beside what does not depend on samples. */
export function layerMemory(widest: number, samples: number, classes: number, threads: number): number {
  const panels = (8 + 4 + 8 + 8) * 8 * (widest + 1) + (4 + 4 + 8) * 8 * unitBlock * classes
  const units = 6 * 8 * widest
  return samples * (panels / 3 + units) + samples ** 2 * 8 * 4 + tilesPerThread * threads * classes * 192
}

/** Adds one layer's parameters. Samples beyond those of the block, which fill up register tiles, are left out. */
export function addLayer(
  { lists, scale, bias }: LayerTerms,
  activations: Sides<Matrix>,
  deltas: Sides<Matrix>,
  block: ThetaBlock,
  kernels: Kernels,
): void {
  const { classes, rows, cols, data } = block
  const same = deltas.rows === deltas.cols
  const left = byUnit(deltas.rows, classes, activations.rows.rows)
  const delta = { rows: left, cols: same ? left : byUnit(deltas.cols, classes, activations.cols.rows) }
  if (lists.units.length > 0) addListed(lists, activations, delta, scale, block, kernels)
  const everyUnit = Int32Array.from({ length: delta.rows.units }, (_, i) => i)
  const padded = activations.cols.rows
  const gram =
    lists.full.length > 0 ? matmul(activations.rows, activations.cols, { transposeB: true, kernels }) : undefined
  for (const [place, pair] of classPairs(block).entries()) {
    const add = (units: Int32Array, factor: (at: number) => number): void => {
      const sum = outerSum(delta, pair, units, kernels).data
      for (let i = 0; i < rows; i++) {
        const [to, from] = [(place * rows + i) * cols, i * padded]
        for (let j = 0; j < cols; j++) data[to + j] += factor(from + j) * sum[from + j]
      }
    }
    if (gram) add(lists.full, (at) => scale * gram.data[at])
    if (bias > 0) add(everyUnit, () => bias)
  }
}
