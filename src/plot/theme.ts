import type { Config } from 'vega-lite'

/** Fonts by name, most machines first; the last is the reader's own. */
export const fontFamily = 'Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif'

/** Ink for figures that cannot follow the page: on white, and on near-black. */
export const ink = { light: '#1c2128', dark: '#e3e6ea' } as const

const ink1 = 'currentColor'

/** Everything that is not data is drawn in the text colour of the page around it, so a figure follows light and dark. */
export const theme = {
  background: 'transparent',
  aria: false,
  font: fontFamily,
  padding: 6,
  title: {
    color: ink1,
    anchor: 'start',
    fontSize: 15,
    fontWeight: 600,
    offset: 14,
    subtitleColor: ink1,
    subtitleFontSize: 11.5,
    subtitlePadding: 5,
  },
  axis: {
    labelColor: ink1,
    labelOpacity: 0.85,
    labelFontSize: 10.5,
    titleColor: ink1,
    titleFontSize: 11.5,
    titleFontWeight: 400,
    titlePadding: 6,
    domainColor: ink1,
    domainOpacity: 0.35,
    tickColor: ink1,
    tickOpacity: 0.35,
    tickSize: 4,
    gridColor: ink1,
    gridOpacity: 0.1,
  },
  legend: {
    orient: 'bottom',
    direction: 'horizontal',
    labelColor: ink1,
    labelFontSize: 11.5,
    labelLimit: 400,
    titleColor: ink1,
    titleFontSize: 11.5,
    titleFontWeight: 600,
    titleLimit: 400,
    symbolSize: 70,
    symbolOpacity: 1,
    columnPadding: 18,
    offset: 14,
  },
  view: { stroke: null },
  line: { strokeWidth: 1.8 },
  rule: { color: ink1 },
  text: { color: ink1, fontSize: 11 },
} as const satisfies Config

/** Title of one panel in a figure of several. */
export function panelTitle(text: string, subtitle?: string | readonly string[]) {
  return {
    text,
    ...(subtitle === undefined ? {} : { subtitle: typeof subtitle === 'string' ? subtitle : [...subtitle] }),
    anchor: 'start' as const,
    frame: 'group' as const,
    fontSize: 12,
    fontWeight: 600 as const,
    offset: 7,
    subtitleFontSize: 10.5,
    subtitlePadding: 3,
  }
}
