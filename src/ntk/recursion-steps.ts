import type { Kernels, Pointer, Scratch } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import { step, type Argument, type Step } from '../linalg/steps.js'
import { fromTask } from '../linalg/team.js'
import type { Dual } from './duals/dual.js'
import type { ScaledRows } from './first-layer.js'
import type { StackedLayer } from './gram-stack.js'
import type { LimitKernelName } from './kernel-panel.js'
import { factorLowRank } from './low-rank.js'
import { markStep, nearStep, type NearPlaces } from './near-parallel.js'
import { packBasis, packedRows, packRows } from './packed-rows.js'
import { panelSamples } from './pair-blocks.js'
import type { RecursionPlan } from './recursion-plan.js'
import type { Applied, Factor, PlacedLayer, PlacedPlan, PlacedSamples, SparsePlace } from './placed-plan.js'

/** Bytes of a position's numbers in a panel of four pairs. */
export const panelBytes = 8 * panelSamples
/** Variances whose products with each other stay within the normal range of f64. */
const plainVariances = [2 ** -480, 2 ** 480] as const
/** Each family's step for variances of any size. */
const wideFamilies = [2, 3] as const

/** The numbers that a task brings: row, rows, panel, panels of its block, and pairs of them all. */
const block = [fromTask(0), fromTask(1), fromTask(2), fromTask(3)] as const
const panelsOfBlock = [block[2], block[3]] as const
const count = fromTask(4)

/** Weights are taken one by one when at most this share of them is not zero. */
const sparseShare = 0.4

/** The weights that are not zero, row by row: how many there are before each row, their columns, and themselves. */
function sparseRows({ rows, cols, data }: Matrix): readonly [Int32Array, Int32Array, Float64Array] {
  const starts = new Int32Array(rows + 1)
  const places: number[] = []
  for (let b = 0; b < rows; b++) {
    for (let p = 0; p < cols; p++) if (data[b * cols + p] !== 0) places.push(b * cols + p)
    starts[b + 1] = places.length
  }
  return [starts, Int32Array.from(places, (k) => k % cols), Float64Array.from(places, (k) => data[k])]
}

function placeSparse(weights: Matrix, scratch: Scratch): SparsePlace {
  const [starts, columns, values] = sparseRows(weights)
  return [scratch.put(starts), scratch.put(columns), scratch.put(values)]
}

/** Weights that are not zero, where they are so few that they are taken one by one. */
export function sparseEntries({ data }: Matrix): number | undefined {
  let entries = 0
  for (let k = 0; k < data.length; k++) if (data[k] !== 0) entries++
  return entries <= sparseShare * data.length ? entries : undefined
}

/** Puts a plan's matrices into scratch memory. */
export function placePlan(
  plan: RecursionPlan,
  stacked: StackedLayer,
  offsets: readonly Float64Array[],
  columns: number,
  rankTolerance: number,
  kernels: Kernels,
  scratch: Scratch,
): PlacedPlan {
  const positions = plan.layers.map(({ propagate }) => propagate.rows)
  const whole = (m: Matrix): Factor => ({ at: scratch.put(packRows(kernels, m)), rows: m.rows, cols: m.cols })
  const applied = (m: Matrix): Applied => {
    const found = factorLowRank(m, rankTolerance)
    return found ? [whole(found.right), whole(found.left)] : [whole(m)]
  }
  const [firstLayer, ...later] = plan.layers
  const weights = later.map(({ propagate, own, ...constants }): PlacedLayer => {
    const shared = applied(propagate)
    return { ...constants, propagate: shared, own: own === propagate ? shared : applied(own) }
  })
  const rowsOf = ({ base, scale }: ScaledRows) => [scratch.put(base), scratch.put(scale)] as const
  const { chunks, expansion, propagate, own } = stacked
  const propagateRows = rowsOf(propagate)
  const between = weights.flatMap((pair) => [pair.propagate, pair.own].map(([right]) => right.rows))
  return {
    positions,
    chunks: chunks.map((chunk, k) => ({
      basis: scratch.put(packBasis(kernels, chunk.weights)),
      offsets: scratch.put(offsets[k]),
      rows: chunk.weights.rows,
      at: chunk.at,
      sparse: sparseEntries(chunk.weights) === undefined ? undefined : placeSparse(chunk.weights, scratch),
    })),
    expansion: expansion && { at: expansion.at, left: whole(expansion.left) },
    propagateRows,
    ownRows:
      own === propagate && firstLayer.ownScale === 1
        ? propagateRows
        : rowsOf({ base: own.base, scale: own.scale.map((value) => value * firstLayer.ownScale) }),
    weights,
    firstBias: firstLayer,
    tables: positions.slice(0, -1).map((bins) => scratch.alloc(columns * bins * 2 * panelBytes)),
    middleRows: Math.max(0, ...between, expansion?.left.rows ?? 0),
  }
}

/** Where a thread has the numbers of the block that it is at, and how many bytes there are from one panel to the next. */
export interface Workspace {
  /** K and, `thetaShift` bytes further, Θ of layers 0, 2, … and 1, 3, …; all quantities of positions share one length. */
  readonly even: Argument
  readonly odd: Argument
  readonly ld: number
  readonly thetaShift: number
  /** The stack of weighted Grams. */
  readonly gram: Argument
  readonly gramLd: number
  readonly middle: Argument
  readonly middleLd: number
  readonly work: Argument
  readonly dualWork: Argument
}

export interface PlanSteps {
  /** The pairs (i, i), which fill the tables. */
  readonly diagonal: readonly Step[]
  /** All other pairs; after the diagonal has run. */
  pairs(): readonly Step[]
  /** Where the outputs' K and Θ are when the steps are done. */
  readonly k: Argument
  readonly theta: Argument
}

const shiftedBy = (place: Argument, bytes: number): Argument =>
  typeof place === 'number' ? place + bytes : { ...place, base: (place.base ?? 0) + bytes }

/**
 * The steps that carry a block of sample pairs through all layers of a plan, as panels of four pairs that products read and
 * write as they are: K and Θ become G and H = Ġ∘Θ in place, then the next layer's K = V·G and Θ = V·H + W·G. Where own and
 * propagating weights are the same but for a factor, H takes G in that often and no further product is needed. Products that
 * no kernel asked for needs are left out. Pairs that are nearly parallel are marked on the way and, in the end, computed once
 * more with care.
 *
 * @param near absent where no pair needs that care
 */
export function planSteps(
  plan: PlacedPlan,
  samples: PlacedSamples,
  workspace: Workspace,
  { dual, constants }: { readonly dual: Dual; readonly constants: Pointer },
  names: readonly LimitKernelName[],
  near: NearPlaces | undefined,
  kernels: Kernels,
  scratch: Scratch,
): PlanSteps {
  const { positions, weights, tables, expansion, propagateRows, ownRows, firstBias } = plan
  const { ld, thetaShift, gram, gramLd, middle, middleLd, work, dualWork } = workspace
  const last = weights.length
  const shifted = (place: Argument): Argument => shiftedBy(place, thetaShift)
  /** Where layer l has K, and G; Θ and H follow. */
  const place = (l: number): Argument => (l % 2 === 0 ? workspace.even : workspace.odd)
  const wantsTheta = names.includes('ntk')

  const product = (m: Factor, b: Argument, ldb: number, c: Argument, ldc: number, add: boolean, bias: number): Step =>
    step('applyPanels', count, m.rows, m.cols, m.at, b, ldb, c, ldc, add ? 1 : 0, bias)

  /** to = bias + m · from, or to += m · from without one, through the factors where there are two. */
  function apply(factors: Applied, from: Argument, to: Argument, bias?: number): Step[] {
    const add = bias === undefined
    if (factors.length === 1) return [product(factors[0], from, ld, to, ld, add, bias ?? 0)]
    return [
      product(factors[0], from, ld, middle, middleLd, false, 0),
      product(factors[1], middle, middleLd, to, ld, add, bias ?? 0),
    ]
  }

  /** Weighted Grams that are not there yet, then K and Θ of the first layer from those that are. */
  function firstLayer(diagonal: boolean): Step[] {
    const grams = plan.chunks.map(({ basis, offsets, rows, at, sparse }): Step => {
      const shape = [samples.live, rows, packedRows(kernels, rows)] as const
      const matrices = [...shape, basis, samples.panels] as const
      const to = [shiftedBy(gram, at * panelBytes), gramLd, work] as const
      if (diagonal) return step('diagonalGrams', ...matrices, offsets, ...panelsOfBlock, ...to)
      if (sparse) return step('sparseGrams', ...shape, ...sparse, samples.panels, offsets, ...block, ...to)
      if (samples.route === 'blocks') return step('blockGrams', ...matrices, ...block, ...to)
      return step('rowGrams', ...matrices, offsets, ...block, ...to)
    })
    const from = expansion ? ([middle, middleLd] as const) : ([gram, gramLd] as const)
    const expanded = expansion
      ? [product(expansion.left, shiftedBy(gram, expansion.at * panelBytes), gramLd, middle, middleLd, false, 0)]
      : []
    const rowsTo = ([base, scale]: readonly [Pointer, Pointer], to: Argument, bias: number): Step =>
      step('expandRows', count, positions[0], base, scale, ...from, to, ld, bias)
    const theta = wantsTheta ? [rowsTo(ownRows, shifted(place(0)), firstBias.biasTangent)] : []
    return [...grams, ...expanded, rowsTo(propagateRows, place(0), firstBias.biasVariance), ...theta]
  }

  // Without Θ, H is a place that nobody reads: taking G in keeps what stands there within range.
  const sharedScale = (l: number): number => {
    if (!wantsTheta) return 1
    const { own, propagate, ownScale } = weights[l]
    return own === propagate ? ownScale : 0
  }

  /** From G and H of layer l to K and Θ of the next. */
  function propagation(l: number): Step[] {
    const [from, to] = [place(l), place(l + 1)]
    const { propagate, own, biasVariance, biasTangent } = weights[l]
    const k = l + 1 < last || names.includes('nngp') ? apply(propagate, from, to, biasVariance) : []
    if (!wantsTheta) return k
    const theta = apply(propagate, shifted(from), shifted(to), biasTangent)
    return [...k, ...theta, ...(own === propagate ? [] : apply(own, from, shifted(to)))]
  }

  const dualArguments = (l: number) => [dual.slope, sharedScale(l), positions[l]] as const
  const layerPlaces = (l: number) => [place(l), shifted(place(l)), ld] as const

  function diagonalDuals(l: number): Step {
    return step('diagonalDuals', dual.family, ...dualArguments(l), tables[l], ...panelsOfBlock, ...layerPlaces(l))
  }

  /** Whether the variances of layer l are such that products of two stay in range; known after the diagonal. */
  function plain(l: number): boolean {
    const [least, most] = plainVariances
    const table = scratch.f64(tables[l], samples.columns * positions[l] * 2 * panelSamples)
    for (let k = 0; k < table.length; k += 2 * panelSamples) {
      for (let r = k; r < k + panelSamples; r++) {
        const q = table[r]
        if (q > most || (q < least && q !== 0 && dual.family === 0)) return false
      }
    }
    return true
  }

  const familyOf = (l: number): number => (plain(l) ? dual.family : wideFamilies[dual.family])

  function duals(l: number, family: number): Step {
    const places = [constants, tables[l], ...block, ...layerPlaces(l), dualWork] as const
    return step('dualPanels', family, ...dualArguments(l), ...places)
  }

  /** From K and Θ of layer l to G and H. */
  function activation(l: number): Step[] {
    const family = familyOf(l)
    const marks = near ? [markStep(near, family, plan, l, block, [place(l), ld])] : []
    return [...marks, duals(l, family)]
  }

  const hidden = Array.from(weights.keys())
  const outputs = { k: place(last), theta: shifted(place(last)) }
  const care = near ? [nearStep(near, samples, block, outputs, ld)] : []
  return {
    diagonal: [...firstLayer(true), ...hidden.flatMap((l) => [diagonalDuals(l), ...propagation(l)])],
    pairs: () => [...firstLayer(false), ...hidden.flatMap((l) => [...activation(l), ...propagation(l)]), ...care],
    ...outputs,
  }
}
