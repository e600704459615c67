import type { Pointer } from '../linalg/kernels.js'
import { step, type Argument, type Step } from '../linalg/steps.js'
import { packedRows } from './packed-rows.js'
import { panelBytes } from './pair-blocks.js'
import { productStep, thetaOf, placeOf, type Course } from './step-course.js'
import { block, count, panelsOfBlock, shiftedBy } from './step-workspace.js'

/** The weighted Grams of a block, chunk by chunk, where they are not there yet. */
function gramSteps({ plan, samples, workspace, kernels }: Course, diagonal: boolean): Step[] {
  const { gram, gramLd, work } = workspace
  return plan.chunks.map(({ basis, offsets, rows, at, sparse }): Step => {
    const shape = [samples.live, rows, packedRows(kernels, rows)] as const
    const matrices = [...shape, basis, samples.panels] as const
    const to = [shiftedBy(gram, at * panelBytes), gramLd, work] as const
    if (diagonal) return step('diagonalGrams', ...matrices, offsets, ...panelsOfBlock, ...to)
    if (sparse) return step('sparseGrams', ...shape, ...sparse, samples.panels, offsets, ...block, ...to)
    if (samples.route === 'blocks') return step('blockGrams', ...matrices, ...block, ...to)
    return step('rowGrams', ...matrices, offsets, ...block, ...to)
  })
}

/** Weighted Grams that are not there yet, then K and Θ of the first layer from those that are. */
export function firstLayerSteps(course: Course, diagonal: boolean): Step[] {
  const { plan, workspace } = course
  const { expansion, positions, propagateRows, ownRows, firstBias } = plan
  const { gram, gramLd, middle, middleLd, ld } = workspace
  const from = expansion ? ([middle, middleLd] as const) : ([gram, gramLd] as const)
  const expanded = expansion
    ? [
        productStep(expansion.left, {
          from: [shiftedBy(gram, expansion.at * panelBytes), gramLd],
          to: [middle, middleLd],
          bias: 0,
        }),
      ]
    : []
  const rowsTo = ([base, scale]: readonly [Pointer, Pointer], to: Argument, bias: number): Step =>
    step('expandRows', count, positions[0], base, scale, ...from, to, ld, bias)
  const theta = course.wantsTheta ? [rowsTo(ownRows, thetaOf(course, 0), firstBias.biasTangent)] : []
  return [
    ...gramSteps(course, diagonal),
    ...expanded,
    rowsTo(propagateRows, placeOf(course, 0), firstBias.biasVariance),
    ...theta,
  ]
}
