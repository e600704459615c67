import type { Kernels, Pointer, Scratch } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import { step, type Argument, type Step } from '../linalg/steps.js'
import { fromTask, parallelSteps, perThread, threadsOf } from '../linalg/team.js'
import { placeDual } from './dual-steps.js'
import type { LimitDual } from './duals/duals.js'
import type { FirstLayer } from './first-layer.js'
import { stackGrams } from './gram-stack.js'
import type { LimitKernelName } from './kernel-panel.js'
import { needsCare, nearWorkspace, placeNear } from './near-parallel.js'
import { packedRows } from './packed-rows.js'
import { panelBytes, panelCount, panelSamples, type PairBlock } from './pair-blocks.js'
import type { RecursionPlan } from './recursion-plan.js'
import { placePlan, sparseEntries } from './place-plan.js'
import { planSteps } from './recursion-steps.js'
import type { Workspace } from './step-workspace.js'
import { sampleOffsets, samplePanels, type SampleLayout } from './sample-panels.js'

/** Bytes of K and Θ, before and after a product, that a block of pairs may take: they stay in a cache of 1 MiB. */
const blockBytes = 2 ** 18
/** Samples that the dense product of the first layer takes side by side, and how many such groups a block has. */
const denseRows = 6
const denseGroups = 4
/** Panels of the diagonal that a task takes. */
const diagonalPanels = 16

/** A recursion, and its first layer as Grams. */
export interface EnginePlan {
  readonly plan: RecursionPlan
  readonly first: FirstLayer
}

export interface EngineInput {
  /** Recursions that share their weighted Grams. */
  readonly plans: readonly EnginePlan[]
  /** Samples `[N, d]`. */
  readonly x: Matrix
  readonly layout: SampleLayout
  /** The background of the samples, `[d]`. */
  readonly background: Float64Array
  /** Of all plans. */
  readonly dual: LimitDual
  /** How far low-rank factors may be off, entry by entry. */
  readonly rankTolerance: number
  readonly kernels: Kernels
  /** The kernels that are asked for. */
  readonly names: readonly LimitKernelName[]
}

/** Addresses, one for each kernel that is asked for, in the order of the names. */
export type Addresses = readonly Pointer[]

/** Where the pairs of a block go: rows first … of pieces of the kernels, `right` of kernel-panel.ts. */
export interface Destination {
  readonly first: number
  /** Of each plan: where its first position's pieces are. */
  readonly pieces: readonly Addresses[]
  /** Bytes from one position to the next. */
  readonly pieceBytes: number
}

export interface Engine {
  /** The shape of blocks, rows × panels, for {@link pairBlocks}. */
  readonly blockShape: readonly [number, number]
  /** The pairs (i, i), first of all; of each plan: rows of `diagonalStride` numbers for each output position. */
  runDiagonal(): readonly Addresses[]
  readonly diagonalStride: number
  /** The pairs i < j of blocks, spread over the kernels' threads, to where they belong. See `parallelSteps`. */
  run(blocks: readonly PairBlock[], to: Destination, meanwhile?: () => void): void
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit

/**
 * Prepares recursions over blocks of sample pairs in scratch memory. A block goes through all layers of one plan after the
 * other while it is in cache; weighted Grams of the first layers that several plans need are formed for the first of them.
 */
export function createEngine(input: EngineInput, scratch: Scratch): Engine {
  const { plans, x, layout, dual, rankTolerance, kernels, names } = input
  const { call } = kernels
  const n = x.rows
  const threads = threadsOf(kernels)
  const columns = panelCount(n)
  const padded = (rows: number): number => packedRows(kernels, rows)
  const background = layout.shifted ? input.background : new Float64Array(x.cols)
  const stack = stackGrams(
    kernels,
    plans.map(({ first }) => first),
    names,
  )
  const samples = {
    panels: scratch.put(samplePanels(x, stack.live, background)),
    live: stack.live.length,
    route: layout.route,
    count: n,
    columns,
  }
  const chunks = stack.layers.flatMap((layer) => layer.chunks)
  const offsets = sampleOffsets(
    x,
    stack.live,
    background,
    chunks.map(({ weights }) => weights),
    kernels,
  )
  const placed = plans.map(({ plan }, p) => {
    const stacked = stack.layers[p]
    const own = stacked.chunks.map((chunk) => offsets[chunks.indexOf(chunk)])
    return placePlan(plan, stacked, own, columns, rankTolerance, kernels, scratch)
  })
  const constants = placeDual({ dual, kernels, scratch })
  const outputs = placed.map(({ positions }) => positions[positions.length - 1])
  const diagonalStride = columns * panelSamples
  const diagonals = outputs.map((rows) => names.map(() => scratch.alloc(rows * diagonalStride * 8)))

  const ld = Math.max(...placed.flatMap(({ positions }) => positions.map(padded))) * panelBytes
  const perBlock = Math.max(1, Math.floor(blockBytes / (4 * ld)))
  const blockRows = layout.route === 'blocks' ? denseRows * denseGroups : perBlock >= 64 ? 2 : 1
  const blockShape = [blockRows, Math.max(4, Math.floor(perBlock / blockRows))] as const
  const capacity = Math.max(blockShape[0] * blockShape[1], diagonalPanels)
  const gramLd = stack.rows * panelBytes
  const middleLd = padded(Math.max(...placed.map(({ middleRows }) => middleRows))) * panelBytes
  const widest = Math.max(0, ...chunks.map(({ weights }) => padded(weights.rows)))
  const sizes = [2 * ld, 2 * ld, gramLd, middleLd].map((bytes) => bytes * capacity)
  const sparse = chunks.map(({ weights }) => call.sparseGramsWorkspace(sparseEntries(weights) ?? 0, weights.rows))
  sizes.push(Math.max(call.weightedGramsWorkspace(widest), ...sparse), call.dualWorkspace())
  const [mostRows, middleRows] = [ld, middleLd].map((bytes) => bytes / panelBytes)
  const careful = plans.filter(({ plan }) => needsCare(plan))
  const near = careful.map(({ first }) => nearWorkspace(kernels, stack.live.length, first, mostRows, middleRows))
  sizes.push(4 * capacity, Math.max(0, ...near))
  const threadBytes = sizes.reduce((sum, bytes) => sum + roundUp(bytes, 64), 0)
  let end = scratch.alloc(threadBytes * threads)
  const [even, odd, gram, middle, work, dualWork, marks, nearWork] = sizes.map((bytes) => {
    const at = perThread(end, threadBytes)
    end += roundUp(bytes, 64)
    return at
  })
  const thetaShift = ld * capacity
  const workspace: Workspace = { even, odd, ld, thetaShift, gram, gramLd, middle, middleLd, work, dualWork }
  const common = {
    samples,
    workspace,
    dual,
    constants,
    wantsTheta: names.includes('ntk'),
    wantsK: names.includes('nngp'),
    kernels,
    scratch,
  }
  const steps = placed.map((place, p) => {
    const { plan, first } = plans[p]
    const input = { plan, placed: place, first, live: stack.live, background, names, most: mostRows }
    const near = needsCare(plan) ? { plan: placeNear(input, scratch), marks, work: nearWork } : undefined
    return planSteps({ ...common, plan: place, near })
  })
  /** Where the outputs' kernels stand after plan p's steps, in the order of the names. */
  const results = (p: number): Argument[] => names.map((name) => (name === 'ntk' ? steps[p].theta : steps[p].k))

  const rowBytes = diagonalStride * 8
  const panelOf = [fromTask(2), fromTask(3)] as const
  const block = [fromTask(0), fromTask(1), ...panelOf] as const
  let pairSteps: (readonly Step[])[] = []
  return {
    blockShape,
    diagonalStride,
    runDiagonal() {
      const tasks: number[][] = []
      for (let panel = 0; panel < columns; panel += diagonalPanels) {
        const panels = Math.min(diagonalPanels, columns - panel)
        tasks.push([0, 0, panel, panels, panels])
      }
      const program = steps.flatMap(({ diagonal }, p): Step[] => [
        ...diagonal,
        ...results(p).map((from, k) =>
          step('storeDiagonal', outputs[p], ...panelOf, from, ld, diagonals[p][k], rowBytes),
        ),
      ])
      parallelSteps(kernels, program, tasks)
      pairSteps = steps.map((plan) => plan.pairs())
      return diagonals
    },
    run(blocks, { first, pieces, pieceBytes }, meanwhile) {
      const program = pairSteps.flatMap((pairs, p): Step[] => [
        ...pairs,
        ...results(p).map((from, k) =>
          step('storePanels', outputs[p], ...block, from, ld, first, n, pieces[p][k], pieceBytes),
        ),
      ])
      const tasks = blocks.map(({ row, rows, panel, panels }) => [row, rows, panel, panels, rows * panels])
      parallelSteps(kernels, program, tasks, meanwhile)
    },
  }
}
