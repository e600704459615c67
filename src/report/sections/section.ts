import type { FigureKind } from '../../plot/figures.js'
import type { Findings } from '../../study/findings.js'
import type { Html } from '../html.js'

/** One section of the report. */
export interface Section {
  readonly title: string
  /** What the reader needs to know before looking. */
  readonly opening: Html
  readonly figures: readonly FigureKind[]
  /** What stands before and after the figures. */
  readonly before?: (findings: Findings) => Html
  readonly after?: (findings: Findings) => Html
  /** Said in place of figures when the findings hold none of them. */
  readonly without: string
}
