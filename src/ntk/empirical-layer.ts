import type { Kernels } from '../linalg/kernels.js'
import { matmul } from '../linalg/matmul.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { biasScale, weightScale, type Network } from '../network/network.js'
import { addListed, unitsMemory } from './empirical-units.js'
import { cellOf, type Sides, type ThetaBlock } from './theta-block.js'
import { unitLists, type UnitLists } from './unit-lists.js'

/** Samples transposed at a time. */
const sampleRun = 16

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

/** Whether a class's derivative with respect to a unit is not zero at some sample. */
function isActive(delta: Derivatives, c: number, unit: number): boolean {
  return unitRows(delta, unit)
    .subarray(c * delta.n, (c + 1) * delta.n)
    .some((value) => value !== 0)
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

/** Σ over the chosen units of δ_ci(x) δ_ei(x'), `[N, N']`; undefined where all of them are zero, as between outputs. */
function outerSum(
  { rows, cols }: Sides<Derivatives>,
  [c, e]: ClassPair,
  chosen: Int32Array,
  kernels: Kernels,
): Matrix | undefined {
  const units = chosen.filter((i) => isActive(rows, c, i) && isActive(cols, e, i))
  if (units.length === 0) return undefined
  const left = chosenRows(rows, c, units)
  const right = rows === cols && c === e ? left : chosenRows(cols, e, units)
  return matmul(left, right, { transposeA: true, kernels })
}

/** The classes on the two sides of a block. */
type ClassPair = readonly [number, number]

/** The pairs of classes of a block, in order. */
function classPairs({ classes, crossed }: ThetaBlock): ClassPair[] {
  const all = Array.from({ length: classes }, (_, c) => c)
  return crossed ? all.flatMap((c) => all.map((e) => [c, e] as const)) : all.map((c) => [c, c] as const)
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

/** Bytes that `classes` classes and `samples` samples on each side take here. */
export function layerMemory(widest: number, samples: number, classes: number, threads: number): number {
  return samples * 6 * 8 * widest + samples ** 2 * 8 * 4 + unitsMemory(widest, samples, classes, threads)
}

/** Adds one layer's parameters. Samples beyond those of the block, which fill up register tiles, are left out. */
export function addLayer(
  { lists, scale, bias }: LayerTerms,
  activations: Sides<Matrix>,
  deltas: Sides<Matrix>,
  block: ThetaBlock,
  kernels: Kernels,
): void {
  const { classes, rows, cols, diagonal, data } = block
  if (lists.units.length > 0) addListed(lists, activations, deltas, scale, block, kernels)
  if (lists.full.length === 0 && !(bias > 0)) return
  const left = byUnit(deltas.rows, classes, activations.rows.rows)
  const same = deltas.rows === deltas.cols
  const delta = { rows: left, cols: same ? left : byUnit(deltas.cols, classes, activations.cols.rows) }
  const everyUnit = Int32Array.from({ length: delta.rows.units }, (_, i) => i)
  const padded = activations.cols.rows
  const gram =
    lists.full.length > 0 ? matmul(activations.rows, activations.cols, { transposeB: true, kernels }) : undefined
  const cell = cellOf(block)
  const add = (units: Int32Array, factor: (at: number) => number): void => {
    const sums = classPairs(block).flatMap((pair, place) => {
      const sum = outerSum(delta, pair, units, kernels)
      return sum ? [{ place, entries: sum.data }] : []
    })
    for (let i = 0; i < rows; i++) {
      for (let j = diagonal ? i : 0; j < cols; j++) {
        const from = i * padded + j
        const by = factor(from)
        const to = (i * cols + j) * cell
        for (const { place, entries } of sums) data[to + place] += by * entries[from]
      }
    }
  }
  if (gram) add(lists.full, (at) => scale * gram.data[at])
  if (bias > 0) add(everyUnit, () => bias)
}
