/** A picture as a Vega-Lite specification: plain JSON, whose schema is Vega-Lite's. */
export type FigureSpec = Readonly<Record<string, unknown>>

/** One figure: what is drawn, and the one sentence that says what is seen, computed from the same numbers. */
export interface Figure {
  /** Unique on a page; letters, digits, points and hyphens. */
  readonly id: string
  readonly title: string
  readonly sentence: string
  /** What the picture holds, for those who cannot see it. */
  readonly description: string
  readonly spec: FigureSpec
}

/** One row of the data of a figure. */
export type Row = Readonly<Record<string, string | number | null>>
