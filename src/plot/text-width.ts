import type { textMetrics } from 'vega'

declare module 'vega' {
  /** Vega's measure of text, which it lets users replace. */
  export const textMetrics: { width: (item: TextItem, text: unknown) => number }
}

interface TextItem {
  readonly fontSize?: number
  readonly fontWeight?: string | number
}

const classes = [
  [/[ijl.,:;'’|!()[\]/ ·]/, 0.29],
  [/[frtI\-–·⁰¹²³⁴⁵⁶⁷⁸⁹]/, 0.37],
  [/[mwMW‖×=+±≈→−%@—]/, 0.84],
  [/[A-Z]/, 0.7],
] as const

/** Width of a text in the proportions of Helvetica, with room for wider fonts, in units of `fontSize`. */
export function textWidth(text: string, fontSize: number, isBold: boolean): number {
  let ems = 0
  for (const character of text) ems += classes.find(([members]) => members.test(character))?.[1] ?? 0.57
  return ems * fontSize * (isBold ? 1.22 : 1.12)
}

/**
 * Makes Vega measure text by {@link textWidth}: without a canvas it takes 0.8 em for every letter, which tears figures
 * apart, and with one it depends on the fonts of the machine. So a figure has the same layout in Node and in browsers.
 */
export function measureTextAlike(vega: { readonly textMetrics: typeof textMetrics }): void {
  vega.textMetrics.width = ({ fontSize = 11, fontWeight }, text) =>
    textWidth(
      typeof text === 'string' || typeof text === 'number' ? String(text) : '',
      fontSize,
      Number(fontWeight ?? 400) >= 600 || fontWeight === 'bold',
    )
}
