import { withScratch, type Kernels } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import type { Dual } from './duals/dual.js'
import { factorFirstLayer } from './first-layer.js'
import { panelRows, type KernelPanel, type LimitKernelName } from './kernel-panel.js'
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
  /** Which kernels to hand over. */
  readonly names: readonly LimitKernelName[]
  /** Bytes that the entries of a panel may take, at least those of one row. */
  readonly memory: number
  /** Takes a panel; what it holds is valid until it returns. */
  readonly sink: (panel: KernelPanel) => void
  /** Called with the share done, 0 … 1. */
  readonly onProgress?: ((share: number) => void) | undefined
}

/** Writes a row of a tile's panel, from index `from` on, into rows first … of an upper triangle, columns first … n − 1. */
function scatter(tile: PairTile, panel: Float64Array, from: number, first: number, n: number, out: Float64Array): void {
  const { segments } = tile
  const width = n - first
  for (let s = 0; s < segments.length; s += 4) {
    const [source, count] = [from + segments[s + 3], segments[s + 2]]
    const to = (segments[s] - first) * width + segments[s + 1] - first
    // Runs are short: a loop is several times as fast as a view and its copy.
    for (let t = 0; t < count; t++) out[to + t] = panel[source + t]
  }
}

/** Copies what lies right of a panel's diagonal below it, block by block so that both stay in cache. */
function mirror(height: number, width: number, right: Float64Array, below: Float64Array): void {
  for (let top = 0; top < height; top += mirrorBlock) {
    const bottom = Math.min(height, top + mirrorBlock)
    for (let left = top; left < width; left += mirrorBlock) {
      for (let j = left; j < Math.min(width, left + mirrorBlock); j++) {
        const [out, at] = j < height ? [right, j * width] : [below, (j - height) * height]
        for (let i = top; i < Math.min(bottom, j); i++) out[at + i] = right[i * width + j]
      }
    }
  }
}

/**
 * Runs the recursion of a plan over all pairs of samples: first the diagonal, whose variances the duals need, then the
 * upper triangle, panel by panel, in tiles that go through all layers while they are in cache. Symmetric to the last bit,
 * and the same bits however the panels are cut.
 */
export function runRecursion(input: RecursionInput): void {
  const { plan, x, dual, sigmaB2, rankTolerance, kernels, names, memory, sink, onProgress } = input
  const n = x.rows
  const classes = plan.classRow.length
  const rows = plan.layers[plan.layers.length - 1].propagate.rows
  const entries = Math.floor(memory / (8 * names.length * rows))
  const total = (n * (n + 1)) / 2
  let done = 0
  const first = factorFirstLayer(plan.layers[0], rankTolerance)
  const basis = first.factors?.right ?? first.weights
  const samples = samplePanels(x, first.live, first.weights, basis, sampleStride(n), kernels)
  withScratch(kernels, (scratch) => {
    const engine = createEngine({ plan, first, samples, n, dual, sigmaB2, rankTolerance, kernels }, scratch)
    const diagonal = names.map(() => Array.from({ length: rows }, () => new Float64Array(n)))
    const finish = (count: number): void => {
      done += count
      onProgress?.(done / total)
    }
    for (const tile of diagonalTiles(n, tileWidth)) {
      const values = engine.runDiagonal(tile)
      names.forEach((name, k) => {
        const panel = name === 'nngp' ? values.k : values.theta
        diagonal[k].forEach((out, row) => {
          out.set(panel.subarray(row * values.stride, row * values.stride + tile.count), tile.segments[0])
        })
      })
      finish(tile.count)
    }
    for (let top = 0; top < n;) {
      const height = panelRows(n, top, entries)
      const width = n - top
      const parts = names.map((_, k) =>
        Array.from({ length: rows }, (_, row) => {
          const right = new Float64Array(height * width)
          for (let r = 0; r < height; r++) right[r * width + r] = diagonal[k][row][top + r]
          return { right, below: new Float64Array((width - height) * height) }
        }),
      )
      const store = (tile: PairTile, { k, theta, stride }: TileKernels): void => {
        names.forEach((name, part) => {
          const panel = name === 'nngp' ? k : theta
          parts[part].forEach(({ right }, row) => scatter(tile, panel, row * stride, top, n, right))
        })
        finish(tile.count)
      }
      let batch: PairTile[] = []
      const flush = (): void => {
        engine.run(batch).forEach((result, t) => store(batch[t], result))
        batch = []
      }
      for (const tile of offDiagonalTiles(n, tileWidth, top, top + height)) {
        batch.push(tile)
        if (batch.length === engine.batch) flush()
      }
      if (batch.length > 0) flush()
      for (const part of parts) for (const { right, below } of part) mirror(height, width, right, below)
      const byClass = (part: (typeof parts)[number], side: 'right' | 'below'): Float64Array[] =>
        Array.from(plan.classRow, (row) => part[row][side])
      const found = names.map((name, k) => [
        name,
        { right: byClass(parts[k], 'right'), below: byClass(parts[k], 'below') },
      ])
      sink({ n, classes, first: top, last: top + height, entries: Object.fromEntries(found) as KernelPanel['entries'] })
      top += height
    }
  })
}
