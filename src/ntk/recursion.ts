import { withScratch, type Kernels, type Pointer } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import { parallel } from '../linalg/team.js'
import { mergeConstantInputs } from './constant-inputs.js'
import type { Dual } from './duals/dual.js'
import { factorFirstLayer } from './first-layer.js'
import { panelRows, type KernelPanel, type LimitKernelName } from './kernel-panel.js'
import { pairBlocks, type PairBlock } from './pair-blocks.js'
import { createEngine } from './recursion-engine.js'
import type { RecursionPlan } from './recursion-plan.js'
import { samplePanels } from './sample-panels.js'

/** Blocks between two reports of progress. */
const batchSize = 128

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
  /** Row at which the first panel starts. */
  readonly firstRow: number
  /** Takes a panel; what it holds is valid until it returns. */
  readonly sink: (panel: KernelPanel) => void
  /** Called with the share done, 0 … 1. */
  readonly onProgress?: ((share: number) => void) | undefined
}

/** A kernel's entries of a panel in kernel memory: one piece for each output position, `right` and `below` it. */
interface Pieces {
  readonly right: Pointer
  readonly below: Pointer
}

/** Columns of a panel that a thread mirrors at a time. */
const mirrorColumns = 64

/** Copies what lies right of the pieces' diagonals to their mirror images. */
function mirror(kernels: Kernels, pieces: readonly Pieces[], rows: number, height: number, width: number): void {
  const edges = [0, height, width]
  const tasks = edges.slice(1).flatMap((end, k) => {
    const starts = Array.from(
      { length: Math.ceil((end - edges[k]) / mirrorColumns) },
      (_, c) => edges[k] + c * mirrorColumns,
    )
    return starts.flatMap((left) =>
      pieces.flatMap(({ right, below }) =>
        Array.from({ length: rows }, (_, row) => {
          const [rightAt, belowAt] = [right + row * height * width * 8, below + row * height * (width - height) * 8]
          return [height, width, left, Math.min(mirrorColumns, end - left), rightAt, belowAt]
        }),
      ),
    )
  })
  parallel(kernels, 'mirrorColumns', tasks)
}

/**
 * Runs the recursion of a plan over all pairs of samples: first the diagonal, whose variances the duals need, then the
 * upper triangle, panel by panel, in tiles that go through all layers while they are in cache. Symmetric to the last bit,
 * and the same bits however the panels are cut.
 */
export function runRecursion(input: RecursionInput): void {
  const { plan, x, dual, sigmaB2, rankTolerance, kernels, names, memory, firstRow, sink, onProgress } = input
  const n = x.rows
  const classes = plan.classRow.length
  const rows = plan.layers[plan.layers.length - 1].propagate.rows
  const entries = Math.floor(memory / (8 * names.length * rows))
  /** Reports that all rows before this one are done. */
  const report = (row: number): void => onProgress?.((row * (2 * n + 1 - row)) / (n * (n + 1)))
  const first = mergeConstantInputs(x, factorFirstLayer(plan.layers[0], rankTolerance))
  const basis = first.factors?.right ?? first.weights
  const samples = samplePanels(x, first.live, first.weights, basis, kernels)
  withScratch(kernels, (scratch) => {
    const engine = createEngine({ plan, first, samples, n, dual, sigmaB2, rankTolerance, kernels }, scratch)
    const room = Math.min(entries, n * n) * rows * 8
    const memories = names.map(() => scratch.alloc(room))
    const diagonal = engine.runDiagonal()
    const stride = engine.diagonalStride
    const diagonals = names.map((name) => scratch.f64(name === 'nngp' ? diagonal.k : diagonal.theta, rows * stride))
    const views = memories.map((at) => scratch.f64(at, room / 8))
    for (let top = firstRow; top < n;) {
      const height = panelRows(n, top, entries)
      const width = n - top
      const [rightLength, belowLength] = [height * width, height * (width - height)]
      const pieces = memories.map((at): Pieces => ({ right: at, below: at + rows * rightLength * 8 }))
      const pieceOf = (name: LimitKernelName): Pointer | undefined => pieces.at(names.indexOf(name))?.right
      const to = {
        first: top,
        pieceBytes: rightLength * 8,
        k: names.includes('nngp') ? pieceOf('nngp') : undefined,
        theta: names.includes('ntk') ? pieceOf('ntk') : undefined,
      }
      let batch: PairBlock[] = []
      const flush = (): void => {
        engine.run(batch, to)
        report(batch[batch.length - 1].row)
        batch = []
      }
      for (const block of pairBlocks(n, [top, top + height], engine.blockShape)) {
        batch.push(block)
        if (batch.length === batchSize) flush()
      }
      if (batch.length > 0) flush()
      names.forEach((_, k) => {
        for (let row = 0; row < rows; row++) {
          const [from, at] = [row * stride + top, row * rightLength]
          for (let r = 0; r < height; r++) views[k][at + r * (width + 1)] = diagonals[k][from + r]
        }
      })
      mirror(kernels, pieces, rows, height, width)
      const part = (k: number, length: number, from: number): Float64Array[] =>
        Array.from(plan.classRow, (row) => views[k].subarray(from + row * length, from + (row + 1) * length))
      const found = names.map((name, k) => [
        name,
        { right: part(k, rightLength, 0), below: part(k, belowLength, rows * rightLength) },
      ])
      sink({ n, classes, first: top, last: top + height, entries: Object.fromEntries(found) as KernelPanel['entries'] })
      top += height
      report(top)
    }
  })
}
