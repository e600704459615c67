import type { Kernels } from '../../linalg/kernels.js'
import { columnDegrees, createMask, rowDegrees, type Mask } from '../mask.js'
import { leadingPair } from './leading-pair.js'
import { reasonsOf, type Measured, type NoValues, type StructureMetric } from './metric.js'
import { meanDegrees, ramanujanBound } from './ramanujan-bound.js'

/** What `boundDifference` measures of each matrix. */
export type BoundDifferenceValues = {
  /** Mean over subgraphs of bound − σ_2; null where no subgraph qualifies. */
  readonly difference: number | null
  /** How many subgraphs entered. */
  readonly subgraphs: number
}

/** Fewer units of one degree make no subgraph, and smaller mean degrees no bound to speak of. */
const fewest = 3

/** The columns of a mask that are named. */
function columnsOf({ rows, cols, data }: Mask, columns: readonly number[]): Mask {
  const part = new Uint8Array(rows * columns.length)
  for (let i = 0; i < rows; i++) {
    columns.forEach((column, j) => (part[i * columns.length + j] = data[i * cols + column]))
  }
  return createMask(rows, columns.length, part)
}

function differenceOf(part: Mask, kernels: Kernels): number[] {
  const [above, below] = [rowDegrees(part), columnDegrees(part)]
  const degrees = meanDegrees(part.kept, above, below)
  const { second } = leadingPair(part, above, below, kernels)
  if (second === null || !(degrees.above >= fewest && degrees.below >= fewest)) return []
  return [ramanujanBound(degrees) - second]
}

/** Units below by their degree, for every degree that at least three have. */
function byDegree(degrees: Int32Array): number[][] {
  const groups = new Map<number, number[]>()
  degrees.forEach((degree, unit) => {
    const group = groups.get(degree)
    if (group) group.push(unit)
    else groups.set(degree, [unit])
  })
  return [...groups].filter(([degree, units]) => degree >= fewest && units.length >= fewest).map(([, units]) => units)
}

/**
 * Iterative mean difference of bound (Hoang, Liu, Marculescu and Wang, ICLR 2023): for every degree that at least three units
 * below have, the subgraph of these units and all their neighbours has one constant degree; how far its second singular
 * value is below its Ramanujan bound, as a mean over those whose mean degrees are 3 or more on both sides.
 */
export const boundDifference: StructureMetric<Measured<NoValues, BoundDifferenceValues>> = {
  name: 'boundDifference',
  label: 'mean difference of bound',
  description:
    'mean of Ramanujan bound − σ₂ over the subgraphs of units below that have the same fan-out, from 3 units on',
  measure: ({ masks, outDegrees, kernels }) => ({
    network: {},
    matrices: masks.map((mask, l) => {
      const found = byDegree(outDegrees[l]).flatMap((units) => differenceOf(columnsOf(mask, units), kernels()))
      const sum = found.reduce((total, value) => total + value, 0)
      return { difference: found.length === 0 ? null : sum / found.length, subgraphs: found.length }
    }),
  }),
  reason(chain) {
    const { matrices } = boundDifference.measure(chain)
    const why = 'no three units below with the same fan-out have mean degrees of 3 or more'
    return reasonsOf(chain, (l) => (matrices[l].difference === null ? why : undefined))
  },
}
