import type { Kernels, Pointer, Scratch } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import { fromTask, parallelSteps, perThread, threadsOf, type Argument, type Step } from '../linalg/team.js'
import type { Dual } from './duals/dual.js'
import type { FirstLayer, ScaledRows } from './first-layer.js'
import { factorLowRank } from './low-rank.js'
import { packBasis, packedRows, packRows } from './packed-rows.js'
import { panelCount, panelSamples, type PairBlock } from './pair-blocks.js'
import type { RecursionPlan } from './recursion-plan.js'
import type { SamplePanels } from './sample-panels.js'

/** Bytes of a position's numbers in a panel of four pairs. */
const panelBytes = 8 * panelSamples
/** Bytes of K and Θ, before and after a product, that a block of pairs may take: they stay in a cache of 1 MiB. */
const blockBytes = 2 ** 18
/** Samples that the dense product of the first layer takes side by side, and how many such groups a block has. */
const denseRows = 6
const denseGroups = 4
/** Panels of the diagonal that a task takes. */
const diagonalPanels = 16
/** Variances whose products with each other stay within the normal range of f64. */
const plainVariances = [2 ** -480, 2 ** 480] as const
/** The arc-cosine step for variances of any size. */
const wideFamily = 2

export interface EngineInput {
  readonly plan: RecursionPlan
  readonly first: FirstLayer
  readonly samples: SamplePanels
  /** Number of samples N. */
  readonly n: number
  readonly dual: Dual
  readonly sigmaB2: number
  /** How far low-rank factors may be off, entry by entry. */
  readonly rankTolerance: number
  readonly kernels: Kernels
}

/** Where the pairs of a block go: rows first … of a piece of the kernel, `right` of kernel-panel.ts, for each position. */
export interface Destination {
  readonly first: number
  /** Address of the first position's piece, and bytes from one to the next. */
  readonly k: Pointer | undefined
  readonly theta: Pointer | undefined
  readonly pieceBytes: number
}

export interface Engine {
  /** The shape of blocks, rows × panels, for {@link pairBlocks}. */
  readonly blockShape: readonly [number, number]
  /** The pairs (i, i), first of all: K and Θ, rows of `diagonalStride` numbers for each output position. */
  runDiagonal(): { k: Pointer; theta: Pointer }
  readonly diagonalStride: number
  /** The pairs i < j of blocks, spread over the kernels' threads, to where they belong. */
  run(blocks: readonly PairBlock[], to: Destination): void
}

/** A matrix in kernel memory, its rows packed for products. */
interface Factor {
  readonly at: Pointer
  readonly rows: number
  readonly cols: number
}

/** A matrix of weights, whole or as two factors, the right one first. */
type Applied = readonly Factor[]

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit

/**
 * Prepares the recursion over blocks of sample pairs in scratch memory. A block goes through all layers while it is in
 * cache, as panels of four pairs that products read and write as they are: K and Θ become G and H = Ġ∘Θ in place, then the
 * next layer's K = V·G and Θ = V·H + W·G. Where own and propagating weights are the same, H takes G in and no further
 * product is needed.
 */
export function createEngine(input: EngineInput, scratch: Scratch): Engine {
  const { plan, first, samples, n, dual, sigmaB2, rankTolerance, kernels } = input
  const { layers } = plan
  const { call } = kernels
  const threads = threadsOf(kernels)
  const positions = layers.map(({ propagate }) => propagate.rows)
  const last = layers.length - 1
  const outputs = positions[last]
  const columns = panelCount(n)
  const basis = first.factors?.right ?? first.weights
  const inputs = first.live.length
  const padded = (rows: number): number => packedRows(kernels, rows)

  // Bytes from one panel to the next: all quantities of positions share one length, for any of them may take either place.
  const ld = Math.max(...positions.map(padded)) * panelBytes
  const perBlock = Math.max(1, Math.floor(blockBytes / (4 * ld)))
  const dense = samples.route === 'blocks'
  const blockRows = dense ? denseRows * denseGroups : perBlock >= 64 ? 2 : 1
  const blockShape = [blockRows, Math.max(4, Math.floor(perBlock / blockRows))] as const
  const capacity = Math.max(blockShape[0] * blockShape[1], diagonalPanels)

  const whole = (m: Matrix): Factor => ({ at: scratch.put(packRows(kernels, m)), rows: m.rows, cols: m.cols })
  const applied = (m: Matrix): Applied => {
    const found = factorLowRank(m, rankTolerance)
    return found ? [whole(found.right), whole(found.left)] : [whole(m)]
  }
  const weights = layers.slice(1).map(({ propagate, own }) => {
    const shared = applied(propagate)
    return { propagate: shared, own: own === propagate ? shared : applied(own) }
  })
  const ranks = weights.flatMap(({ propagate, own }) => [propagate, own].map(([right]) => right.rows))
  const expansion = first.factors && whole(first.factors.left)
  const y = scratch.put(samples.panels)
  const offsets = scratch.put(samples.offsets)
  const packedBasis = scratch.put(packBasis(kernels, basis))
  const rowsOf = ({ base, scale }: ScaledRows) => [scratch.put(base), scratch.put(scale)] as const
  const propagateRows = rowsOf(first.propagate)
  const ownRows = first.own === first.propagate ? propagateRows : rowsOf(first.own)
  const constants = scratch.alloc(call['dualConstants']())
  call['fillDualConstants'](dual.slope, constants)
  const tables = positions.slice(0, -1).map((bins) => scratch.alloc(columns * bins * 2 * panelBytes))
  const diagonalStride = columns * panelSamples
  const diagonalK = scratch.alloc(2 * outputs * diagonalStride * 8)
  const diagonalTheta = diagonalK + outputs * diagonalStride * 8

  const gramLd = padded(first.weights.rows) * panelBytes
  const middleLd = Math.max(padded(basis.rows), ...ranks.map(padded)) * panelBytes
  const workspaces = [2 * ld, 2 * ld, gramLd, middleLd].map((bytes) => bytes * capacity)
  workspaces.push(call['weightedGramsWorkspace'](padded(basis.rows)), call['dualWorkspace'](Math.max(...positions)))
  const threadBytes = workspaces.reduce((sum, bytes) => sum + roundUp(bytes, 64), 0)
  let end = scratch.alloc(threadBytes * threads)
  const [even, odd, gram, middle, work, dualWork] = workspaces.map((bytes) => {
    const at = perThread(end, threadBytes)
    end += roundUp(bytes, 64)
    return at
  })
  const thetaShift = ld * capacity
  const shifted = (place: Argument): Argument =>
    typeof place === 'number' ? place + thetaShift : { ...place, base: (place.base ?? 0) + thetaShift }
  /** Where layer l has K, and G; Θ and H follow. */
  const place = (l: number): Argument => (l % 2 === 0 ? even : odd)

  /** The numbers that a task brings: row, rows, panel, panels of its block, and pairs of them all. */
  const block = [fromTask(0), fromTask(1), fromTask(2), fromTask(3)]
  const count = fromTask(4)

  const product = (
    m: Factor,
    b: Argument,
    ldb: number,
    c: Argument,
    ldc: number,
    add: boolean,
    bias: number,
  ): Step => ({
    kernel: 'applyPanels',
    args: [count, m.rows, m.cols, m.at, b, ldb, c, ldc, add ? 1 : 0, bias],
  })

  /** to (+)= bias + m · from, through the factors where there are two. */
  function apply(factors: Applied, from: Argument, to: Argument, add: boolean): Step[] {
    const bias = add ? 0 : sigmaB2
    if (factors.length === 1) return [product(factors[0], from, ld, to, ld, add, bias)]
    return [
      product(factors[0], from, ld, middle, middleLd, false, 0),
      product(factors[1], middle, middleLd, to, ld, add, bias),
    ]
  }

  /** From weighted Grams, made by `grams` in the given place, to K and Θ of the first layer. */
  function firstLayer(grams: (to: Argument, bytes: number) => Step): Step[] {
    const steps = expansion
      ? [grams(middle, middleLd), product(expansion, middle, middleLd, gram, gramLd, false, 0)]
      : [grams(gram, gramLd)]
    const expand = ([base, scale]: readonly [Pointer, Pointer], to: Argument): Step => ({
      kernel: 'expandRows',
      args: [count, positions[0], base, scale, gram, gramLd, to, ld, sigmaB2],
    })
    return [...steps, expand(propagateRows, place(0)), expand(ownRows, shifted(place(0)))]
  }

  const basisArguments = [inputs, basis.rows, padded(basis.rows), packedBasis, y]
  const pairGrams = (to: Argument, bytes: number): Step =>
    dense
      ? { kernel: 'blockGrams', args: [...basisArguments, ...block, to, bytes, work] }
      : { kernel: 'rowGrams', args: [...basisArguments, offsets, ...block, to, bytes, work] }
  const diagonalGrams = (to: Argument, bytes: number): Step => ({
    kernel: 'diagonalGrams',
    args: [...basisArguments, offsets, fromTask(2), fromTask(3), to, bytes, work],
  })

  const sharesWeights = (l: number): 0 | 1 => (weights[l].own === weights[l].propagate ? 1 : 0)

  /** From G and H of layer l to K and Θ of the next. */
  function propagation(l: number): Step[] {
    const [from, to] = [place(l), place(l + 1)]
    const steps = [
      ...apply(weights[l].propagate, from, to, false),
      ...apply(weights[l].propagate, shifted(from), shifted(to), false),
    ]
    return sharesWeights(l) ? steps : [...steps, ...apply(weights[l].own, from, shifted(to), true)]
  }

  const dualArguments = (l: number): Argument[] => [dual.slope, sharesWeights(l), positions[l]]
  const layerPlaces = (l: number): Argument[] => [place(l), shifted(place(l)), ld]

  function diagonalDuals(l: number): Step {
    const args = [dual.family, ...dualArguments(l), tables[l], fromTask(2), fromTask(3), ...layerPlaces(l)]
    return { kernel: 'diagonalDuals', args }
  }

  /** Whether the variances of layer l are such that products of two stay in range; known after the diagonal. */
  function plain(l: number): boolean {
    const [least, most] = plainVariances
    const table = scratch.f64(tables[l], columns * positions[l] * 2 * panelSamples)
    for (let k = 0; k < table.length; k += 2 * panelSamples) {
      for (let r = k; r < k + panelSamples; r++) {
        const q = table[r]
        if (q !== 0 && !(least <= q && q <= most)) return false
      }
    }
    return true
  }

  let families: number[] = []
  function duals(l: number): Step {
    const args = [families[l], ...dualArguments(l), constants, tables[l], ...block, ...layerPlaces(l), dualWork]
    return { kernel: 'dualPanels', args }
  }

  const hidden = Array.from(weights.keys())
  return {
    blockShape,
    diagonalStride,
    runDiagonal() {
      const tasks: number[][] = []
      for (let panel = 0; panel < columns; panel += diagonalPanels) {
        const panels = Math.min(diagonalPanels, columns - panel)
        tasks.push([0, 0, panel, panels, panels])
      }
      const store = (from: Argument, to: Pointer): Step => ({
        kernel: 'storeDiagonal',
        args: [outputs, fromTask(2), fromTask(3), from, ld, to, diagonalStride * 8],
      })
      const stores = [store(place(last), diagonalK), store(shifted(place(last)), diagonalTheta)]
      const rest = hidden.flatMap((l) => [diagonalDuals(l), ...propagation(l)])
      parallelSteps(kernels, [...firstLayer(diagonalGrams), ...rest, ...stores], tasks)
      families = hidden.map((l) => (dual.family === 0 && !plain(l) ? wideFamily : dual.family))
      return { k: diagonalK, theta: diagonalTheta }
    },
    run(blocks, { first: top, k, theta, pieceBytes }) {
      const store = (from: Argument, to: Pointer | undefined): Step[] =>
        to === undefined ? [] : [{ kernel: 'storePanels', args: [outputs, ...block, from, ld, top, n, to, pieceBytes] }]
      const stores = [...store(place(last), k), ...store(shifted(place(last)), theta)]
      const rest = hidden.flatMap((l) => [duals(l), ...propagation(l)])
      const tasks = blocks.map(({ row, rows, panel, panels }) => [row, rows, panel, panels, rows * panels])
      parallelSteps(kernels, [...firstLayer(pairGrams), ...rest, ...stores], tasks)
    },
  }
}
