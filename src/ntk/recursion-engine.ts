import type { Kernels, Pointer, Scratch } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import { fromTask, parallelSteps, perThread, threadsOf, type Argument, type Step } from '../linalg/team.js'
import type { Dual } from './duals/dual.js'
import type { FirstLayer, ScaledRows } from './first-layer.js'
import { factorLowRank } from './low-rank.js'
import type { PairTile } from './pair-tiles.js'
import type { RecursionPlan } from './recursion-plan.js'
import type { SamplePanels } from './sample-panels.js'

/**
 * Pairs in a tile: the panels of 64 positions and a packed copy for the product then stay in a cache of 1 MiB. With the
 * column that segments of odd length spill into it makes 256.
 */
export const tileWidth = 255
/** Two quantities side by side in a panel, so that one product serves both. */
const panelWidth = 2 * (tileWidth + 1)
/** Tiles that a thread takes between two looks at the output: enough that waiting for the last one does not count. */
const tilesPerThread = 32
/** Columns of a register tile of the product. */
const padding = 4
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

/** K and Θ of the output positions over the pairs of one tile: row u of either starts at u · stride. */
export interface TileKernels {
  readonly k: Float64Array
  readonly theta: Float64Array
  readonly stride: number
}

export interface Engine {
  /** Tiles that may be run at once. */
  readonly batch: number
  /** The pairs (i, i) of one tile; all of them have to be run first. */
  runDiagonal(tile: PairTile): TileKernels
  /** Pairs i < j, tiles spread over the kernels' threads. Valid until the next run. */
  run(tiles: readonly PairTile[]): TileKernels[]
}

/** A matrix in kernel memory. */
interface Factor {
  readonly at: Pointer
  readonly rows: number
  readonly cols: number
}

/** A matrix of weights, whole or as two factors, the right one first. */
type Applied = readonly Factor[]

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit

/** Row length of a table with one column for each sample. */
export const sampleStride = (n: number): number => roundUp(n, padding) + padding

/** Basis rows as the kernel reads them: transposed, padded to groups of six. */
function packBasis({ rows, cols, data }: Matrix): Float64Array {
  const width = roundUp(rows, 6)
  const result = new Float64Array(cols * width)
  for (let b = 0; b < rows; b++) for (let p = 0; p < cols; p++) result[p * width + b] = data[b * cols + p]
  return result
}

/**
 * Prepares the recursion over tiles of sample pairs in scratch memory. A tile goes through all layers while it is in
 * cache: K | Θ side by side in one panel, G | H = Ġ∘Θ in another, so that V acts on both in one product. Where own and
 * propagating weights are the same, H takes G in and no further product is needed.
 */
export function createEngine(input: EngineInput, scratch: Scratch): Engine {
  const { plan, first, samples, n, dual, sigmaB2, rankTolerance, kernels } = input
  const { layers } = plan
  const { call } = kernels
  const threads = threadsOf(kernels)
  const batch = threads === 1 ? 1 : tilesPerThread * threads
  const positions = layers.map(({ propagate }) => propagate.rows)
  const outputs = positions[positions.length - 1]
  const lds = sampleStride(n)
  const basis = first.factors?.right ?? first.weights
  const inputs = first.live.length

  const whole = ({ rows, cols, data }: Matrix): Factor => ({ at: scratch.put(data), rows, cols })
  const applied = (m: Matrix): Applied => {
    const found = factorLowRank(m, rankTolerance)
    return found ? [whole(found.right), whole(found.left)] : [whole(m)]
  }
  const weights = layers.slice(1).map(({ propagate, own }) => {
    const shared = applied(propagate)
    return { propagate: shared, own: own === propagate ? shared : applied(own) }
  })
  const expansion = first.factors && whole(first.factors.left)
  const panels = scratch.put(samples.panels)
  const offsets = scratch.put(samples.offsets)
  const packedBasis = scratch.put(packBasis(basis))
  const rowsOf = ({ base, scale }: ScaledRows) => [scratch.put(base), scratch.put(scale)] as const
  const propagateRows = rowsOf(first.propagate)
  const ownRows = first.own === first.propagate ? propagateRows : rowsOf(first.own)
  const segmentLists = scratch.alloc(batch * tileWidth * 16)
  const out = scratch.alloc(batch * outputs * panelWidth * 8)
  // Variances and, below them, their square roots.
  const variances = positions.slice(0, -1).map((bins) => scratch.alloc((2 * bins * lds + padding) * 8))

  const panelLength = (Math.max(...positions) + 1) * panelWidth
  const gramLength = (first.weights.rows + 1) * panelWidth
  const middleLength = Math.max(panelLength, (basis.rows + 1) * panelWidth)
  const workspaces = [panelLength, panelLength, middleLength, gramLength].map((length) => length * 8)
  workspaces.push(call['gemmWorkspace'](), call['weightedGramsWorkspace'](basis.rows))
  const threadBytes = workspaces.reduce((sum, bytes) => sum + roundUp(bytes, 64), 0)
  const local = scratch.alloc(threadBytes * threads)
  let end = local
  const [kTheta, gh, middle, gram, work, gramsWork] = workspaces.map(
    (bytes) => (end += roundUp(bytes, 64)) - roundUp(bytes, 64),
  )
  const own = (at: Pointer): Argument => perThread(at, threadBytes)

  // Columns beyond a tile's pairs take part in products; they must hold numbers.
  scratch.f64(local, (threadBytes * threads) / 8).fill(0)
  const varianceViews = variances.map((at, l) => scratch.f64(at, 2 * positions[l] * lds + padding).fill(0))
  const [ktView, ghView] = [kTheta, gh].map((at) => scratch.f64(at, panelLength))
  const outView = scratch.f64(out, batch * outputs * panelWidth)

  const gemm = ({ at, rows, cols }: Factor, b: Argument, c: Argument, columns: number, add: boolean): Step => ({
    kernel: 'gemmF64',
    args: [rows, columns, cols, at, cols, 1, b, panelWidth, 1, c, panelWidth, add ? 1 : 0, own(work)],
  })

  /** target (+)= m · (G | H), through the factors where there are two. */
  function apply(factors: Applied, target: Argument, columns: number, add: boolean): Step[] {
    if (factors.length === 1) return [gemm(factors[0], own(gh), target, columns, add)]
    return [gemm(factors[0], own(gh), own(middle), columns, false), gemm(factors[1], own(middle), target, columns, add)]
  }

  /** Where layer l leaves K, or Θ with `shift` columns: the last one in the tile's own part of the output. */
  const target = (l: number, shift = 0): Argument =>
    l === layers.length - 1 ? fromTask(2, out + shift * 8) : own(kTheta + shift * 8)

  function firstLayer(columns: number): Step[] {
    const grams = [inputs, basis.rows, packedBasis, panels, offsets, lds, fromTask(0), fromTask(1)]
    const steps: Step[] = [
      {
        kernel: 'weightedGrams',
        args: [...grams, own(expansion ? middle : gram), panelWidth, own(gramsWork)],
      },
    ]
    if (expansion) steps.push(gemm(expansion, own(middle), own(gram), columns, false))
    const expand = ([base, scale]: readonly [Pointer, Pointer], to: Argument): Step => ({
      kernel: 'expandRows',
      args: [positions[0], base, scale, own(gram), to, panelWidth, columns, sigmaB2],
    })
    return [...steps, expand(propagateRows, target(0)), expand(ownRows, target(0, columns))]
  }

  /** The kernel's way to compute the duals of layer l, known once all variances are. */
  const families: number[] = []
  function familyOf(l: number): number {
    const [least, most] = plainVariances
    const plain = (q: number): boolean => q === 0 || (least <= q && q <= most)
    return (families[l] ??= dual.family === 0 && !varianceViews[l].every(plain) ? wideFamily : dual.family)
  }

  const sharesWeights = (l: number): 0 | 1 => (weights[l].own === weights[l].propagate ? 1 : 0)

  function duals(l: number, columns: number): Step {
    const [bins, shift] = [positions[l], columns * 8]
    const shape = [bins, fromTask(0), fromTask(1), variances[l], variances[l] + bins * lds * 8, lds]
    const panelsOf = [own(kTheta), own(kTheta + shift), own(gh), own(gh + shift)]
    return { kernel: 'dualTile', args: [familyOf(l), dual.slope, sharesWeights(l), ...shape, ...panelsOf, panelWidth] }
  }

  /** From G | H of layer l to K | Θ of the next. */
  function propagation(l: number, columns: number): Step[] {
    const steps: Step[] = []
    const bias = sigmaB2 > 0
    if (bias) steps.push({ kernel: 'fillF64', args: [positions[l + 1] * panelWidth, sigmaB2, target(l + 1)] })
    steps.push(...apply(weights[l].propagate, target(l + 1), 2 * columns, bias))
    if (!sharesWeights(l)) steps.push(...apply(weights[l].own, target(l + 1, columns), columns, true))
    return steps
  }

  /** Stores the variances of layer l and forms G and H on the diagonal, where the correlation is 1. */
  function diagonalDuals(l: number, tile: PairTile, columns: number): void {
    const firstSample = tile.segments[0]
    const share = sharesWeights(l)
    for (let u = 0; u < positions[l]; u++) {
      for (let t = 0; t < tile.count; t++) {
        const at = u * panelWidth + t
        const value = dual.diagonal(ktView[at])
        const sample = u * lds + firstSample + t
        varianceViews[l][sample] = ktView[at]
        varianceViews[l][positions[l] * lds + sample] = Math.sqrt(ktView[at])
        ghView[at] = value.g
        ghView[at + columns] = share * value.g + value.gDot * ktView[at + columns]
      }
    }
  }

  /** Address of its segments, their number, and where its output starts: what the steps need to know of a tile. */
  function tasksOf(tiles: readonly PairTile[]): number[][] {
    return tiles.map(({ segments }, t) => {
      const at = segmentLists + t * tileWidth * 16
      scratch.i32(at, segments.length).set(segments)
      return [at, segments.length / 4, t * outputs * panelWidth * 8]
    })
  }

  const columnsOf = (tiles: readonly PairTile[]): number =>
    roundUp(Math.max(...tiles.map(({ count }) => count)) + 1, padding)

  const result = (t: number, columns: number): TileKernels => {
    const view = outView.subarray(t * outputs * panelWidth, (t + 1) * outputs * panelWidth)
    return { k: view, theta: view.subarray(columns), stride: panelWidth }
  }

  return {
    batch,
    runDiagonal(tile) {
      const columns = columnsOf([tile])
      const tasks = tasksOf([tile])
      parallelSteps(kernels, firstLayer(columns), tasks)
      for (let l = 0; l < weights.length; l++) {
        diagonalDuals(l, tile, columns)
        parallelSteps(kernels, propagation(l, columns), tasks)
      }
      return result(0, columns)
    },
    run(tiles) {
      const columns = columnsOf(tiles)
      const rest = weights.flatMap((_, l) => [duals(l, columns), ...propagation(l, columns)])
      parallelSteps(kernels, [...firstLayer(columns), ...rest], tasksOf(tiles))
      return tiles.map((_, t) => result(t, columns))
    },
  }
}
