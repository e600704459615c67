import { withScratch, type Kernels } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import type { Dual } from './duals/dual.js'
import { factorFirstLayer } from './first-layer.js'
import type { Kernel } from './kernel.js'
import { diagonalTiles, offDiagonalTiles, type PairTile } from './pair-tiles.js'
import { createEngine, sampleStride, tileWidth, type TileKernels } from './recursion-engine.js'
import type { RecursionPlan } from './recursion-plan.js'
import { samplePanels } from './sample-panels.js'

const mirrorBlock = 32

export interface RecursionInput {
  readonly plan: RecursionPlan
  /** Samples `[N, d]`. */
  readonly x: Matrix
  readonly dual: Dual
  readonly sigmaB2: number
  /** How far low-rank factors of the weights may be off, entry by entry; 0 for whole matrices only. */
  readonly rankTolerance: number
  readonly kernels: Kernels
  /** Called with the share done, 0 … 1. */
  readonly onProgress?: ((share: number) => void) | undefined
}

/** Writes a row of a tile's panel, from index `from` on, into the upper triangle of a class's kernel. */
function scatter(tile: PairTile, panel: Float64Array, from: number, n: number, out: Float64Array): void {
  const { segments } = tile
  for (let s = 0; s < segments.length; s += 4) {
    const [first, count, to] = [from + segments[s + 3], segments[s + 2], segments[s] * n + segments[s + 1]]
    // Runs are short: a loop is several times as fast as a view and its copy.
    for (let t = 0; t < count; t++) out[to + t] = panel[first + t]
  }
}

/** Copies the upper triangle of an n × n matrix to the lower one, block by block so that both stay in cache. */
function mirror(n: number, data: Float64Array): void {
  for (let top = 0; top < n; top += mirrorBlock) {
    for (let left = top; left < n; left += mirrorBlock) {
      for (let i = top; i < Math.min(n, top + mirrorBlock); i++) {
        for (let j = Math.max(left, i + 1); j < Math.min(n, left + mirrorBlock); j++) data[j * n + i] = data[i * n + j]
      }
    }
  }
}

/**
 * Runs the recursion of a plan over all pairs of samples: first the diagonal, whose variances the duals need, then the
 * upper triangle in tiles that go through all layers while they are in cache. Symmetric to the last bit.
 */
export function runRecursion(input: RecursionInput): { ntk: Kernel; nngp: Kernel } {
  const { plan, x, dual, sigmaB2, rankTolerance, kernels, onProgress } = input
  const n = x.rows
  const classes = plan.classRow.length
  const size = n * n
  const ntk = new Float64Array(classes * size)
  const nngp = new Float64Array(classes * size)
  const firstOfRow = plan.layers[plan.layers.length - 1].propagate.rows
  const owners = Array.from({ length: firstOfRow }, (_, row) => plan.classRow.indexOf(row))
  const total = (n * (n + 1)) / 2
  let done = 0
  const first = factorFirstLayer(plan.layers[0], rankTolerance)
  const basis = first.factors?.right ?? first.weights
  const samples = samplePanels(x, first.live, first.weights, basis, sampleStride(n), kernels)
  withScratch(kernels, (scratch) => {
    const engine = createEngine({ plan, first, samples, n, dual, sigmaB2, rankTolerance, kernels }, scratch)
    const store = (tile: PairTile, { k, theta, stride }: TileKernels): void => {
      owners.forEach((c, row) => {
        scatter(tile, k, row * stride, n, nngp.subarray(c * size, (c + 1) * size))
        scatter(tile, theta, row * stride, n, ntk.subarray(c * size, (c + 1) * size))
      })
      done += tile.count
      onProgress?.(done / total)
    }
    for (const tile of diagonalTiles(n, tileWidth)) store(tile, engine.runDiagonal(tile))
    let batch: PairTile[] = []
    const flush = (): void => {
      engine.run(batch).forEach((result, t) => store(batch[t], result))
      batch = []
    }
    for (const tile of offDiagonalTiles(n, tileWidth)) {
      batch.push(tile)
      if (batch.length === engine.batch) flush()
    }
    if (batch.length > 0) flush()
  })
  plan.classRow.forEach((row, c) => {
    if (owners[row] === c) {
      for (const data of [ntk, nngp]) mirror(n, data.subarray(c * size, (c + 1) * size))
      return
    }
    for (const data of [ntk, nngp]) data.copyWithin(c * size, owners[row] * size, (owners[row] + 1) * size)
  })
  return { ntk: { classes, n, data: ntk }, nngp: { classes, n, data: nngp } }
}
