import type { TopLevelSpec } from 'vega-lite'
import type { FigureSpec } from './figure.js'

/** One panel of a figure of several. */
export type Panel = Extract<TopLevelSpec, { concat: unknown }>['concat'][number]

/**
 * A specification that Vega-Lite's own types have checked, as plain JSON. Declarations of figures name nothing of Vega-Lite
 * after this, so that its types, which no strict compiler takes, stay inside.
 */
export const figureSpec = (spec: TopLevelSpec): FigureSpec => spec as unknown as FigureSpec
