import type { TopLevelSpec } from 'vega-lite'

/** One figure: what is drawn, and the one sentence that says what is seen, computed from the same numbers. */
export interface Figure {
  /** Unique on a page; letters, digits, points and hyphens. */
  readonly id: string
  readonly title: string
  readonly sentence: string
  /** What the picture holds, for those who cannot see it. */
  readonly description: string
  readonly spec: TopLevelSpec
}

/** One panel of a figure of several. */
export type Panel = Extract<TopLevelSpec, { concat: unknown }>['concat'][number]

/** One row of the data of a figure. */
export type Row = Readonly<Record<string, string | number | null>>
