import { atWidest } from '../plot/select.js'
import type { Findings, TrainingFinding } from '../study/findings.js'
import { rowsOf, type OfMethod } from './rows.js'

/** A method at a setting with its trained networks at the largest width. */
export interface Trained extends OfMethod {
  readonly trials: readonly TrainingFinding[]
}

export function trainedRows(findings: Findings): Trained[] {
  return rowsOf(findings, atWidest(findings.training)).map(({ items, ...which }) => ({ ...which, trials: items }))
}
