import { kernelKinds, rungs, type KernelKind, type Rung } from '../study/findings.js'

/** How one series is drawn: never by colour alone. */
export interface SeriesStyle {
  readonly color: string
  /** A Vega symbol name. */
  readonly shape: string
  /** Lengths of strokes and gaps in pixels; `[1, 0]` is a solid line. */
  readonly dash: readonly number[]
}

const solid = [1, 0] as const

/**
 * The hues of Okabe and Ito (2008), which survive the common colour vision deficiencies, with the lightness moved to
 * where contrast is at least 3:1 on white and on near-black.
 */
const methodCycle: readonly SeriesStyle[] = [
  { color: '#8a8f98', shape: 'circle', dash: [2, 2] },
  { color: '#0a84c6', shape: 'square', dash: solid },
  { color: '#c98400', shape: 'triangle-up', dash: [8, 3] },
  { color: '#c4699b', shape: 'diamond', dash: [8, 2, 2, 2] },
  { color: '#009e73', shape: 'triangle-down', dash: solid },
  { color: '#d55e00', shape: 'cross', dash: [5, 2] },
  { color: '#7c74d6', shape: 'triangle-right', dash: [3, 2] },
  { color: '#8b8b00', shape: 'triangle-left', dash: [10, 2] },
]

/** The style of the i-th of a study's methods; after eight the colours come round again. */
export function methodStyle(i: number): SeriesStyle {
  return methodCycle[i % methodCycle.length]
}

const kernelStyleTable = {
  dense: { color: '#8a8f98', shape: 'circle', dash: [2, 2] },
  graphon: { color: '#c98400', shape: 'square', dash: [6, 3] },
  energy: { color: '#0a84c6', shape: 'diamond', dash: [9, 2, 2, 2] },
  empirical: { color: '#d55e00', shape: 'triangle-up', dash: solid },
} as const satisfies Record<KernelKind, SeriesStyle>

const rungStyleTable = {
  scale: kernelStyleTable.dense,
  shape: kernelStyleTable.graphon,
  weights: kernelStyleTable.energy,
  'finite-width': kernelStyleTable.empirical,
} as const satisfies Record<Rung, SeriesStyle>

/** The same colour says the same kernel, in the spectra and on the ladder. */
export const kernelStyles: readonly SeriesStyle[] = kernelKinds.map((kind) => kernelStyleTable[kind])
export const rungStyles: readonly SeriesStyle[] = rungs.map((rung) => rungStyleTable[rung])

/** From the first matrix to the last: blue to orange through purple, at nearly constant luminance. */
const depthStops = [
  [38, 134, 208],
  [134, 113, 205],
  [196, 96, 146],
  [205, 112, 44],
] as const
const depthShapes = ['circle', 'square', 'triangle-up', 'diamond', 'triangle-down', 'cross'] as const

/** The style of weight matrix l = 1 … `matrices`. */
export function matrixStyle(l: number, matrices: number): SeriesStyle {
  const position = matrices > 1 ? ((l - 1) / (matrices - 1)) * (depthStops.length - 1) : 0
  const below = Math.min(Math.floor(position), depthStops.length - 2)
  const channels = depthStops[below].map((start, i) =>
    Math.round(start + (position - below) * (depthStops[below + 1][i] - start)),
  )
  return {
    color: `#${channels.map((c) => c.toString(16).padStart(2, '0')).join('')}`,
    shape: depthShapes[(l - 1) % depthShapes.length],
    dash: solid,
  }
}
