import type { Kernels, Pointer, Scratch } from '../linalg/kernels.js'
import { gemm, operand } from '../linalg/matmul.js'
import type { Matrix } from '../linalg/matrix.js'
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
  run(tile: PairTile, diagonal: boolean): TileKernels
}

/** A matrix in kernel memory, whole or as two factors. */
interface Applied {
  readonly rows: number
  readonly cols: number
  readonly factors: readonly { readonly at: Pointer; readonly rows: number; readonly cols: number }[]
}

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

/** Position u gets scale[u] · gram[base[u]] + σ_b². */
function expand(rows: ScaledRows, gram: Float64Array, out: Float64Array, count: number, bias: number): void {
  rows.scale.forEach((scale, u) => {
    const at = u * panelWidth
    const from = rows.base[u] * panelWidth
    if (scale === 0) out.fill(bias, at, at + count)
    else if (scale === 1 && bias === 0) out.set(gram.subarray(from, from + count), at)
    else for (let t = 0; t < count; t++) out[at + t] = scale * gram[from + t] + bias
  })
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
  const positions = layers.map(({ propagate }) => propagate.rows)
  const lds = sampleStride(n)
  const basis = first.factors?.right ?? first.weights
  const inputs = first.live.length

  const whole = ({ rows, cols, data }: Matrix): Applied['factors'][number] => ({ at: scratch.put(data), rows, cols })
  const applied = (m: Matrix): Applied => {
    const found = factorLowRank(m, rankTolerance)
    return { rows: m.rows, cols: m.cols, factors: found ? [whole(found.right), whole(found.left)] : [whole(m)] }
  }
  const weights = layers.slice(1).map(({ propagate, own }) => {
    const shared = applied(propagate)
    return { propagate: shared, own: own === propagate ? shared : applied(own) }
  })
  const expansion = first.factors && whole(first.factors.left)
  const work = scratch.alloc(call['gemmWorkspace']())
  const gramsWork = scratch.alloc(call['weightedGramsWorkspace'](basis.rows))
  const panels = scratch.put(samples.panels)
  const offsets = scratch.put(samples.offsets)
  const packedBasis = scratch.put(packBasis(basis))
  const segmentList = scratch.alloc(tileWidth * 16)
  const panelLength = (Math.max(...positions) + 1) * panelWidth
  const gramLength = (first.weights.rows + 1) * panelWidth
  const kTheta = scratch.alloc(panelLength * 8)
  const gh = scratch.alloc(panelLength * 8)
  const middle = scratch.alloc(Math.max(panelLength, (basis.rows + 1) * panelWidth) * 8)
  const gram = scratch.alloc(gramLength * 8)
  // Variances and, below them, their square roots.
  const variances = positions.slice(0, -1).map((bins) => scratch.alloc((2 * bins * lds + padding) * 8))

  const [ktView, ghView, middleView] = [kTheta, gh, middle].map((at) => scratch.f64(at, panelLength))
  const gramView = scratch.f64(gram, gramLength)
  const varianceViews = variances.map((at, l) => scratch.f64(at, 2 * positions[l] * lds + padding))
  // Columns beyond a tile's pairs take part in products; they must hold numbers.
  for (const view of [ktView, ghView, middleView, gramView, ...varianceViews]) view.fill(0)

  /** out (+)= m · b over `columns` columns, through the factors where there are two. */
  function apply({ factors }: Applied, b: Pointer, out: Pointer, columns: number, accumulate: boolean): void {
    let source = b
    factors.forEach(({ at, rows, cols }, k) => {
      const last = k === factors.length - 1
      const target = last ? out : middle
      const size = [rows, columns, cols] as const
      const right = operand(source, panelWidth)
      gemm(kernels, 'f64', size, operand(at, cols), right, target, panelWidth, work, last && accumulate)
      source = middle
    })
  }

  function firstLayer(tile: PairTile, columns: number): void {
    const segments = tile.segments.length / 4
    const target = expansion ? middle : gram
    const grams = [inputs, basis.rows, packedBasis, panels, offsets, lds, segmentList, segments] as const
    call['weightedGrams'](...grams, target, panelWidth, gramsWork)
    if (expansion) apply({ ...expansion, factors: [expansion] }, middle, gram, columns, false)
    expand(first.propagate, gramView, ktView, tile.count, sigmaB2)
    if (first.own === first.propagate) {
      for (let u = 0; u < positions[0]; u++) {
        ktView.copyWithin(u * panelWidth + columns, u * panelWidth, u * panelWidth + tile.count)
      }
    } else expand(first.own, gramView, ktView.subarray(columns), tile.count, sigmaB2)
  }

  /** Stores the variances of layer l and forms G and H on the diagonal, where the correlation is 1. */
  function diagonalDuals(l: number, tile: PairTile, columns: number, own: number): void {
    const firstSample = tile.segments[0]
    for (let u = 0; u < positions[l]; u++) {
      for (let t = 0; t < tile.count; t++) {
        const at = u * panelWidth + t
        const value = dual.diagonal(ktView[at])
        const sample = u * lds + firstSample + t
        varianceViews[l][sample] = ktView[at]
        varianceViews[l][positions[l] * lds + sample] = Math.sqrt(ktView[at])
        ghView[at] = value.g
        ghView[at + columns] = own * value.g + value.gDot * ktView[at + columns]
      }
    }
  }

  /** The kernel's way to compute the duals of layer l, known once all variances are. */
  const families: number[] = []
  function familyOf(l: number): number {
    const [least, most] = plainVariances
    const plain = (q: number): boolean => q === 0 || (least <= q && q <= most)
    return (families[l] ??= dual.family === 0 && !varianceViews[l].every(plain) ? wideFamily : dual.family)
  }

  return {
    run(tile, diagonal) {
      const segments = tile.segments.length / 4
      const columns = roundUp(tile.count + 1, padding)
      scratch.i32(segmentList, tile.segments.length).set(tile.segments)
      firstLayer(tile, columns)
      const [theta, h] = [kTheta + columns * 8, gh + columns * 8]
      weights.forEach(({ propagate, own }, l) => {
        const shared = own === propagate ? 1 : 0
        const [bins, next] = [positions[l], positions[l + 1]]
        if (diagonal) diagonalDuals(l, tile, columns, shared)
        else {
          const roots = variances[l] + bins * lds * 8
          const shape = [bins, segmentList, segments, variances[l], roots, lds] as const
          call['dualTile'](familyOf(l), dual.slope, shared, ...shape, kTheta, theta, gh, h, panelWidth)
        }
        if (sigmaB2 > 0) ktView.fill(sigmaB2, 0, next * panelWidth)
        apply(propagate, gh, kTheta, 2 * columns, sigmaB2 > 0)
        if (!shared) apply(own, gh, theta, columns, true)
      })
      return { k: ktView, theta: ktView.subarray(columns), stride: panelWidth }
    },
  }
}
