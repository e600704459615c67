import { withScratch, type Kernels, type Pointer, type Scratch } from '../linalg/kernels.js'
import type { Matrix } from '../linalg/matrix.js'
import { step } from '../linalg/steps.js'
import { fromTask, parallelSteps, perThread, threadsOf } from '../linalg/team.js'
import type { Sides, ThetaBlock } from './theta-block.js'
import type { UnitLists } from './unit-lists.js'

/** Samples on a side of what is computed at a time: a multiple of the 8 that lie together. */
const sideSamples = 128
/** Units whose derivatives are in kernel memory at a time, and whose sum is formed before it is added to Θ. */
const unitBlock = 256
/** Units whose Gram matrices are in memory at a time (kernels/empirical.ts). */
const unitBatch = 64
/** Samples that lie together. */
const sampleBlock = 8

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit

/** Bytes that one class and `samples` samples on each side take here. */
export function unitsMemory(widest: number, samples: number, classes: number, threads: number): number {
  const side = Math.min(samples, sideSamples)
  const activations = 2 * 2 * 8 * samples * (widest + 1)
  const derivatives = 2 * side * (8 * unitBlock * (classes + 1) + 8 * unitBatch)
  const perThreadBytes = 2 * 8 * side * widest + rowWork(classes + 1)
  return activations + derivatives + 8 * side ** 2 * (unitBatch + classes + 1) + threads * perThreadBytes
}

/** Bytes that a row of Θ works with. */
const rowWork = (classes: number): number => unitBatch * (16 * classes + 16)

/** Samples of a side that are computed together, with what is known of them. */
interface Part {
  readonly first: number
  readonly count: number
}

const partsOf = (count: number): Part[] =>
  Array.from({ length: Math.ceil(count / sideSamples) }, (_, part) => {
    const first = part * sideSamples
    return { first, count: Math.min(sideSamples, count - first) }
  })

/** Room for one side's derivatives and for where units are active. */
interface PlacedSide {
  /** `[samples, units, classes]` */
  readonly delta: Pointer
  readonly bits: Pointer
  readonly counts: Pointer
  readonly lists: Pointer
  readonly places: Pointer
}

function placeSide(scratch: Scratch, samples: number, classes: number): PlacedSide {
  return {
    delta: scratch.alloc(samples * unitBlock * classes * 8),
    bits: scratch.alloc(samples * 8),
    counts: scratch.alloc(unitBatch * 4),
    lists: scratch.alloc(samples * unitBatch * 4),
    places: scratch.alloc(samples * unitBatch * 4),
  }
}

/**
 * Adds the part of Θ that comes from listed inputs. A unit is multiplied out only at samples at which one of its derivatives
 * is not zero: a quarter of all pairs for rectified units.
 *
 * @param delta δ on both sides, `[classes · samples, units]`; samples beyond those of the block are left out
 */
export function addListed(
  { units, starts, inputs, signs }: UnitLists,
  activations: Sides<Matrix>,
  delta: Sides<Matrix>,
  scale: number,
  block: ThetaBlock,
  kernels: Kernels,
): void {
  const { call } = kernels
  const { diagonal, crossed = false } = block
  // Classes in pairs, the last one filled up with zeros.
  const classes = roundUp(block.classes, 2)
  const cell = crossed ? classes ** 2 : classes
  const [rowSide, colSide] = [Math.min(block.rows, sideSamples), Math.min(block.cols, sideSamples)]
  const same = delta.rows === delta.cols && activations.rows === activations.cols
  const longest = starts.reduce((most, start, u) => Math.max(most, u === 0 ? 0 : start - starts[u - 1]), 0)
  withScratch(kernels, (scratch) => {
    const blockBytes = (activations.rows.cols + 1) * sampleBlock * 8
    const placeActivations = ({ data, cols }: Matrix, count: number): Pointer => {
      const at = scratch.alloc(Math.ceil(count / sampleBlock) * blockBytes)
      withScratch(kernels, (inner) => {
        call.packSamples(count, cols, inner.put(data.subarray(0, count * cols)), at)
      })
      return at
    }
    const rowActivations = placeActivations(activations.rows, block.rows)
    const colActivations = same ? rowActivations : placeActivations(activations.cols, block.cols)
    const left = placeSide(scratch, rowSide, classes)
    const right = placeSide(scratch, colSide, classes)
    const list = scratch.put(inputs)
    const scales = scratch.put(signs.map((sign) => sign * scale))
    const theta = scratch.alloc(rowSide * colSide * cell * 8)
    const gramPitch = roundUp(colSide, 4) * 8
    const grams = scratch.alloc(unitBatch * roundUp(rowSide, 4) * gramPitch)
    const gramBytes = roundUp(rowSide, 4) * gramPitch
    const gramAt = scratch.put(Int32Array.from({ length: unitBatch }, (_, u) => grams + u * gramBytes))
    const gramPitches = scratch.put(new Int32Array(unitBatch).fill(gramPitch))
    const threads = threadsOf(kernels)
    const panelBytes = longest * (roundUp(rowSide, 4) + roundUp(colSide, 4)) * 8
    const panels = perThread(scratch.alloc(panelBytes * threads), panelBytes)
    const work = perThread(scratch.alloc(rowWork(classes) * threads), rowWork(classes))
    const thetaView = scratch.f64(theta, rowSide * colSide * cell)

    /** Writes the derivatives of some units at the samples of a part. */
    function putDerivatives(source: Matrix, samples: number, part: Part, some: Int32Array, to: PlacedSide): void {
      const view = scratch.f64(to.delta, part.count * some.length * classes)
      if (classes > block.classes) view.fill(0)
      for (let x = 0; x < part.count; x++) {
        for (let c = 0; c < block.classes; c++) {
          const from = (c * samples + part.first + x) * source.cols
          for (let u = 0, at = x * some.length * classes + c; u < some.length; u++, at += classes) {
            view[at] = source.data[from + some[u]]
          }
        }
      }
    }

    function addPair(rows: Part, cols: Part): void {
      const own = diagonal && rows.first === cols.first
      const other = own ? left : right
      const rowBlocks = rowActivations + (rows.first / sampleBlock) * blockBytes
      const colBlocks = colActivations + (cols.first / sampleBlock) * blockBytes
      for (let first = 0; first < units.length; first += unitBlock) {
        const some = units.subarray(first, first + unitBlock)
        const pitch = some.length * classes * 8
        putDerivatives(delta.rows, activations.rows.rows, rows, some, left)
        if (!own) putDerivatives(delta.cols, activations.cols.rows, cols, some, right)
        thetaView.fill(0)
        for (let u = 0; u < some.length; u += unitBatch) {
          const count = Math.min(unitBatch, some.length - u)
          const offset = u * classes * 8
          const findActive = (samples: number, side: PlacedSide): void => {
            const { bits, counts, lists, places } = side
            call.activeUnits(count, samples, side.delta + offset, pitch, classes, bits, counts, lists, places)
          }
          findActive(rows.count, left)
          if (!own) findActive(cols.count, right)
          const [rowCounts, colCounts] = [left, other].map(({ counts }) => scratch.i32(counts, count))
          const gramTasks = Array.from({ length: count }, (_, k) => {
            const [from, end] = [starts[first + u + k], starts[first + u + k + 1]]
            return [
              ...[list + from * 4, list + end * 4, left.lists + k * rows.count * 4, rowCounts[k]],
              ...[other.lists + k * cols.count * 4, colCounts[k], grams + k * gramBytes],
            ]
          })
          const listed = [fromTask(0), fromTask(1)] as const
          const activeRows = [fromTask(2), fromTask(3), rowBlocks] as const
          const activeCols = [fromTask(4), fromTask(5), colBlocks] as const
          const gram = [fromTask(6), gramPitch] as const
          const makeGram = step(
            'activeGram',
            ...listed,
            ...activeRows,
            ...activeCols,
            blockBytes,
            own ? 1 : 0,
            ...gram,
            panels,
          )
          parallelSteps(kernels, [makeGram], gramTasks)
          const rowTasks = Array.from({ length: rows.count }, (_, x) => [
            ...[left.bits + x * 8, left.places + x * unitBatch * 4, left.delta + offset + x * pitch],
            ...[own ? x : 0, theta + x * cols.count * cell * 8],
          ])
          const row = [fromTask(0), fromTask(1), fromTask(2), fromTask(3)] as const
          const columns = [cols.count, other.bits, other.places, other.delta + offset] as const
          const factors = [gramAt, gramPitches, scales + (first + u) * 8] as const
          const kind = [pitch, classes, crossed ? 1 : 0] as const
          const addRow = step('activeRow', ...row, ...columns, ...kind, ...factors, fromTask(4), work)
          parallelSteps(kernels, [addRow], rowTasks)
        }
        addTheta(thetaView, rows, cols, own, classes, block)
      }
    }

    for (const rows of partsOf(block.rows)) {
      for (const cols of partsOf(block.cols)) if (!diagonal || cols.first >= rows.first) addPair(rows, cols)
    }
  })
}

/** Adds `[rows, cols, classes]`, or crossed `[rows, cols, classes, classes]`, classes filled up, to the block. */
function addTheta(
  theta: Float64Array,
  rows: Part,
  cols: Part,
  own: boolean,
  padded: number,
  { classes, crossed = false, cols: width, data }: ThetaBlock,
): void {
  const [lines, paddedCell] = crossed ? [classes, padded ** 2] : [1, padded]
  for (let i = 0; i < rows.count; i++) {
    let to = ((rows.first + i) * width + cols.first + (own ? i : 0)) * lines * classes
    for (let j = own ? i : 0; j < cols.count; j++) {
      for (let c = 0; c < lines; c++) {
        const from = (i * cols.count + j) * paddedCell + c * padded
        for (let e = 0; e < classes; e++) data[to++] += theta[from + e]
      }
    }
  }
}
