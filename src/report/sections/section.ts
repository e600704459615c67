import type { FigureKind } from '../../plot/figures.js'
import type { Findings, Setting } from '../../study/findings.js'
import type { Answer } from '../answers/answer.js'
import type { Html } from '../html.js'

/** A link to the first figure of a kind at a setting; the text alone where there is none. */
export type FigureLink = (kind: FigureKind, setting: Setting, text: string) => Html

/** One section of the report, made of findings or, with a kind of job of one's own, of more than those. */
export interface Section<Found extends Findings = Findings> {
  readonly title: string
  /** What the numbers say, before anything else; also what they do not say, and what is missing. */
  readonly answer: (findings: Found) => Answer
  /** What the reader needs to know before looking. */
  readonly opening: Html
  readonly figures: readonly FigureKind[]
  /** What stands before and after the figures. */
  readonly before?: (findings: Found, link: FigureLink) => Html
  readonly after?: (findings: Found) => Html
}
