import { withScratch, type Kernels, type Pointer } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import { parallel } from '../linalg/team.js'
import { mergeConstantInputs } from './constant-inputs.js'
import { dualKey } from './duals/duals.js'
import { factorFirstLayer } from './first-layer.js'
import { panelRows, type KernelPanel, type LimitKernelName, type PanelEntries } from './kernel-panel.js'
import { pairBlocks, type PairBlock } from './pair-blocks.js'
import { createEngine, type Addresses, type EngineInput, type EnginePlan } from './recursion-engine.js'
import type { RecursionPlan } from './recursion-plan.js'
import { sampleLayouts } from './sample-panels.js'
import type { NumbersOf } from '../linalg/steps.js'

/** Blocks between two reports of progress. */
const batchSize = 128
/** Layers of all plans that one engine takes through a block: their steps have to fit into what threads are told at once. */
const engineLayers = 48

export interface RecursionInput {
  /** At least one. */
  readonly plans: readonly RecursionPlan[]
  /** Samples `[N, d]`. */
  readonly x: Matrix
  /** How far low-rank factors of the weights may be off, entry by entry; 0 for whole matrices only. */
  readonly rankTolerance: number
  readonly kernels: Kernels
  /** Which kernels to hand over. */
  readonly names: readonly LimitKernelName[]
  /** Bytes that the entries of the panels of all plans may take together, at least those of one row; in each buffer. */
  readonly memory: number
  /** Row at which the first panels start. */
  readonly firstRow: number
  /** Row before which the last panels end. */
  readonly lastRow: number
  /** How many panels of each plan there are in memory: with two, one is taken while the next is computed. */
  readonly buffers: 1 | 2
  /**
   * Takes the panels of all plans, in their order. What it returns is called, in order, before the panels' memory is used
   * again and, with two buffers, while other threads compute: it must leave the kernels alone.
   */
  readonly sink: (panels: readonly KernelPanel[]) => readonly (() => void)[]
  /** Called with the share done, 0 … 1. */
  readonly onProgress?: ((share: number) => void) | undefined
}

/** A kernel's entries of a panel in kernel memory: one piece for each output position, `right` and `below` it. */
interface Pieces {
  readonly right: Pointer
  readonly below: Pointer
  /** Output positions. */
  readonly rows: number
}

/** Rows first … last − 1 of kernels on n samples. */
interface Range {
  readonly first: number
  readonly last: number
}

/** Columns of a panel that a thread mirrors at a time. */
const mirrorColumns = 64

/** Copies what lies right of the pieces' diagonals to their mirror images. */
function mirror(kernels: Kernels, pieces: readonly Pieces[], height: number, width: number): void {
  const edges = [0, height, width]
  const tasks = edges.slice(1).flatMap((end, k) => {
    const starts = Array.from(
      { length: Math.ceil((end - edges[k]) / mirrorColumns) },
      (_, c) => edges[k] + c * mirrorColumns,
    )
    return starts.flatMap((left) =>
      pieces.flatMap(({ right, below, rows }) =>
        Array.from({ length: rows }, (_, row): NumbersOf<'mirrorColumns'> => {
          const [rightAt, belowAt] = [right + row * height * width * 8, below + row * height * (width - height) * 8]
          return [height, width, left, Math.min(mirrorColumns, end - left), rightAt, belowAt]
        }),
      ),
    )
  })
  parallel(kernels, 'mirrorColumns', tasks)
}

/**
 * Plans that go through blocks of pairs together: those of one activation whose samples are laid out alike, as many as fit, so that the first
 * layers of neighbours share their Grams. The layout is each plan's own, whatever company it has.
 */
function engineInputs({ plans, x, rankTolerance, kernels, names }: RecursionInput) {
  const members = plans.map((plan, index) => {
    const first = mergeConstantInputs(x, factorFirstLayer(plan.layers[0], rankTolerance))
    return { plan, first, index }
  })
  const demands = members.map(({ first: { live, weights, factors } }) => {
    return { live, rows: weights, bases: (factors?.right ?? weights).rows }
  })
  const { background, layouts } = sampleLayouts(x, demands, kernels)
  const found: { input: EngineInput; indices: number[] }[] = []
  const open = new Map<string, { plans: EnginePlan[]; indices: number[]; layers: number }>()
  members.forEach(({ index, ...member }) => {
    const layout = layouts[index]
    const { dual, layers: planLayers } = member.plan
    const key = `${layout.route} ${layout.shifted} ${dualKey(dual)}`
    const layers = planLayers.length
    const group = open.get(key)
    if (group && group.layers + layers <= engineLayers) {
      group.plans.push(member)
      group.indices.push(index)
      group.layers += layers
      return
    }
    const fresh = { plans: [member], indices: [index], layers }
    open.set(key, fresh)
    const input = { plans: fresh.plans, x, layout, background, dual, rankTolerance, kernels, names }
    found.push({ input, indices: fresh.indices })
  })
  return found
}

/** Calls that are made little by little. */
function queue() {
  let calls: readonly (() => void)[] = []
  let made = 0
  return {
    begin(next: readonly (() => void)[]): void {
      calls = next
      made = 0
    },
    /** Makes calls until this share of them is made. */
    until(share: number): void {
      while (made < Math.min(1, share) * calls.length) calls[made++]()
    },
  }
}

/**
 * Runs the recursions of plans over all pairs of samples: first the diagonal, whose variances the duals need, then the
 * upper triangle, panel by panel, in tiles that go through all layers while they are in cache. Symmetric to the last bit,
 * and the same bits however the panels are cut and whatever other plans there are.
 */
export function runRecursion(input: RecursionInput): void {
  const { plans, x, kernels, names, memory, buffers, firstRow, lastRow, sink, onProgress } = input
  const n = x.rows
  const rows = plans.map(({ layers }) => layers[layers.length - 1].propagate.rows)
  const allRows = rows.reduce((sum, count) => sum + count, 0)
  const entries = Math.floor(memory / (8 * names.length * allRows))
  /** The share of pairs in the rows before this one. */
  const before = (row: number): number => (row * (2 * n + 1 - row)) / (n * (n + 1))
  const inputs = engineInputs(input)
  withScratch(kernels, (scratch) => {
    const engines = inputs.map((group) => ({ ...group, engine: createEngine(group.input, scratch) }))
    // Engines still place what they learn from the diagonal: views come after all of it.
    const places: Addresses[] = []
    const strides: number[] = []
    for (const { engine, indices } of engines) {
      engine.runDiagonal().forEach((addresses, p) => {
        places[indices[p]] = addresses
        strides[indices[p]] = engine.diagonalStride
      })
    }
    const room = Math.min(entries, n * n)
    const allMemories = Array.from({ length: buffers }, () =>
      rows.map((count) => names.map(() => scratch.alloc(room * count * 8))),
    )
    const sets = allMemories.map((memories) => ({
      memories,
      views: memories.map((all, p) => all.map((at) => scratch.f64(at, room * rows[p]))),
    }))
    const diagonals = places.map((addresses, p) => addresses.map((at) => scratch.f64(at, rows[p] * strides[p])))
    const taking = queue()

    function fill({ first, last }: Range, pieces: readonly (readonly Pieces[])[]): void {
      const pieceBytes = (last - first) * (n - first) * 8
      engines.forEach(({ engine, indices }, e) => {
        const to = { first, pieceBytes, pieces: indices.map((p) => pieces[p].map(({ right }) => right)) }
        const whole = before(last) - before(first)
        let batch: PairBlock[] = []
        const flush = (): void => {
          const part = (e + (before(batch[batch.length - 1].row) - before(first)) / whole) / engines.length
          engine.run(batch, to, () => taking.until(part))
          onProgress?.(before(first) + part * whole)
          batch = []
        }
        for (const block of pairBlocks(n, [first, last], engine.blockShape)) {
          batch.push(block)
          if (batch.length === batchSize) flush()
        }
        if (batch.length > 0) flush()
      })
    }

    for (let top = firstRow, step = 0; top < lastRow; step++) {
      const height = Math.min(panelRows(n, top, entries), lastRow - top)
      const width = n - top
      const range = { first: top, last: top + height }
      const { memories, views } = sets[step % buffers]
      const [rightLength, belowLength] = [height * width, height * (width - height)]
      const pieces = memories.map((all, p) =>
        all.map((at): Pieces => ({ right: at, below: at + rows[p] * rightLength * 8, rows: rows[p] })),
      )
      fill(range, pieces)
      views.forEach((all, p) =>
        all.forEach((view, k) => {
          for (let row = 0; row < rows[p]; row++) {
            const [from, at] = [row * strides[p] + top, row * rightLength]
            for (let r = 0; r < height; r++) view[at + r * (width + 1)] = diagonals[p][k][from + r]
          }
        }),
      )
      mirror(kernels, pieces.flat(), height, width)
      taking.until(1)
      const panels = plans.map(({ classRow }, p): KernelPanel => {
        const part = (k: number, length: number, from: number): Float64Array[] =>
          Array.from(classRow, (row) => views[p][k].subarray(from + row * length, from + (row + 1) * length))
        const entriesOf = (k: number): PanelEntries => ({
          right: part(k, rightLength, 0),
          below: part(k, belowLength, rows[p] * rightLength),
        })
        const found = Object.fromEntries(names.map((name, k) => [name, entriesOf(k)]))
        return { n, classes: classRow.length, ...range, entries: found }
      })
      taking.begin(sink(panels))
      if (buffers === 1) taking.until(1)
      top += height
      onProgress?.(before(top))
    }
    taking.until(1)
  })
}
