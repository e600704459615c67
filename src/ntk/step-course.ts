import type { Kernels, Pointer, Scratch } from '../linalg/kernels.js'
import { step, type Argument, type Step } from '../linalg/steps.js'
import type { LimitDual } from './duals/duals.js'
import type { NearPlaces } from './near-parallel.js'
import type { Factor, PlacedPlan, PlacedSamples } from './placed-plan.js'
import { count, shiftedBy, type Workspace } from './step-workspace.js'

/** What the steps of a plan are made of: its matrices, the samples, and where a thread keeps the numbers of its block. */
export interface Course {
  readonly plan: PlacedPlan
  readonly samples: PlacedSamples
  readonly workspace: Workspace
  readonly dual: LimitDual
  /** Of the dual, in kernel memory. */
  readonly constants: Pointer
  /** Whether Θ of the outputs is asked for, and whether their K is. */
  readonly wantsTheta: boolean
  readonly wantsK: boolean
  /** Absent where no pair is so nearly parallel that it needs care. */
  readonly near: NearPlaces | undefined
  readonly kernels: Kernels
  readonly scratch: Scratch
}

/** Where layer l has K, and G. */
export const placeOf = ({ workspace: { even, odd } }: Course, l: number): Argument => (l % 2 === 0 ? even : odd)

/** Where layer l has Θ, and H. */
export const thetaOf = (course: Course, l: number): Argument =>
  shiftedBy(placeOf(course, l), course.workspace.thetaShift)

/** Panels, and the bytes from one to the next. */
type Panels = readonly [at: Argument, ld: number]

/** to = bias + m · from, or to += m · from without a bias. */
export function productStep(
  m: Factor,
  { from, to, bias }: { readonly from: Panels; readonly to: Panels; readonly bias?: number | undefined },
): Step {
  return step('applyPanels', count, m.rows, m.cols, m.at, ...from, ...to, bias === undefined ? 1 : 0, bias ?? 0)
}
