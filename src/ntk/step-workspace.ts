import type { Argument } from '../linalg/steps.js'
import { fromTask } from '../linalg/team.js'

/** The numbers that a task brings: row, rows, panel, panels of its block, and pairs of them all. */
export const block = [fromTask(0), fromTask(1), fromTask(2), fromTask(3)] as const
export const panelsOfBlock = [block[2], block[3]] as const
export const count = fromTask(4)

/** Where a thread has the numbers of the block that it is at, and how many bytes there are from one panel to the next. */
export interface Workspace {
  /** K and, `thetaShift` bytes further, Θ of layers 0, 2, … and 1, 3, …; all quantities of positions share one length. */
  readonly even: Argument
  readonly odd: Argument
  readonly ld: number
  readonly thetaShift: number
  /** The stack of weighted Grams. */
  readonly gram: Argument
  readonly gramLd: number
  readonly middle: Argument
  readonly middleLd: number
  readonly work: Argument
  readonly dualWork: Argument
}

/** A place so many bytes further. */
export const shiftedBy = (place: Argument, bytes: number): Argument =>
  typeof place === 'number' ? place + bytes : { ...place, base: (place.base ?? 0) + bytes }
