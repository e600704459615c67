import type { Argument, Step } from '../linalg/steps.js'
import { diagonalStep, familyOf, pairStep } from './dual-steps.js'
import { firstLayerSteps } from './first-layer-steps.js'
import { markStep, nearStep } from './near-parallel.js'
import type { Applied } from './placed-plan.js'
import { placeOf, productStep, thetaOf, type Course } from './step-course.js'
import { block } from './step-workspace.js'

/** The steps of a plan. */
export interface PlanSteps {
  /** The pairs (i, i), which fill the tables. */
  readonly diagonal: readonly Step[]
  /** All other pairs; after the diagonal has run. */
  pairs(): readonly Step[]
  /** Where the outputs' K and Θ are when the steps are done. */
  readonly k: Argument
  readonly theta: Argument
}

/** to = bias + m · from, or to += m · from without one, through the factors where there are two. */
function apply({ workspace }: Course, factors: Applied, from: Argument, to: Argument, bias?: number): Step[] {
  const { ld, middle, middleLd } = workspace
  if (factors.length === 1) return [productStep(factors[0], { from: [from, ld], to: [to, ld], bias })]
  const between = [middle, middleLd] as const
  return [
    productStep(factors[0], { from: [from, ld], to: between, bias: 0 }),
    productStep(factors[1], { from: between, to: [to, ld], bias }),
  ]
}

/** From G and H of layer l to K and Θ of the next. */
function propagation(course: Course, l: number): Step[] {
  const { weights } = course.plan
  const { propagate, own, biasVariance, biasTangent } = weights[l]
  const [from, to] = [placeOf(course, l), placeOf(course, l + 1)]
  const k = l + 1 < weights.length || course.wantsK ? apply(course, propagate, from, to, biasVariance) : []
  if (!course.wantsTheta) return k
  const nextTheta = thetaOf(course, l + 1)
  const theta = apply(course, propagate, thetaOf(course, l), nextTheta, biasTangent)
  return [...k, ...theta, ...(own === propagate ? [] : apply(course, own, from, nextTheta))]
}

/** From K and Θ of layer l to G and H; pairs that need care are marked before. */
function activation(course: Course, l: number): Step[] {
  const { plan, workspace, near } = course
  const marks = near ? [markStep(near, familyOf(course, l), plan, l, block, [placeOf(course, l), workspace.ld])] : []
  return [...marks, pairStep(course, l)]
}

/**
 * The steps that carry a block of sample pairs through all layers of a plan, as panels of four pairs that products read and
 * write as they are: K and Θ become G and H = Ġ∘Θ in place, then the next layer's K = V·G and Θ = V·H + W·G. Where own and
 * propagating weights are the same but for a factor, H takes G in that often and no further product is needed. Products that
 * no kernel asked for needs are left out. Pairs that are nearly parallel are marked on the way and, in the end, computed once
 * more with care.
 */
export function planSteps(course: Course): PlanSteps {
  const { plan, samples, near, workspace } = course
  const last = plan.weights.length
  const hidden = Array.from(plan.weights.keys())
  const outputs = { k: placeOf(course, last), theta: thetaOf(course, last) }
  const care = near ? [nearStep(near, samples, block, outputs, workspace.ld)] : []
  return {
    diagonal: [
      ...firstLayerSteps(course, true),
      ...hidden.flatMap((l) => [diagonalStep(course, l), ...propagation(course, l)]),
    ],
    pairs: () => [
      ...firstLayerSteps(course, false),
      ...hidden.flatMap((l) => [...activation(course, l), ...propagation(course, l)]),
      ...care,
    ],
    ...outputs,
  }
}
