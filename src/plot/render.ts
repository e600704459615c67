import type { TopLevelSpec } from 'vega-lite'
import { visible } from '../data/visible.js'
import type { Figure } from './figure.js'
import { measureTextAlike } from './text-width.js'
import { fontFamily, ink, theme } from './theme.js'

/** What may stand in markup beside characters that are shown; SVG allows no other control character. */
const layout = '\n\t\r'

/**
 * Text for an SVG or HTML document: the five characters that mean something there are replaced, and those that no document
 * may hold are shown as escapes.
 */
export function escapeMarkup(text: string): string {
  return visible(text, layout)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** Three decimals are a thousandth of a pixel; the rest is the noise of floating-point arithmetic. */
function shorten(svg: string): string {
  return svg.replaceAll(/ (?:transform|d|x|y|x1|x2|y1|y2|cx|cy|width|height)="[^"]*"/g, (attribute) =>
    attribute.replaceAll(/-?\d+\.\d{3,}(?:e[-+]?\d+)?/g, (digits) =>
      String(Math.round(Number(digits) * 1000) / 1000 || 0),
    ),
  )
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** Few fonts have all superscript digits, and a missing one changes the font of the whole line: raised digits have no such gap. */
function raiseSuperscripts(svg: string): string {
  return svg.replaceAll(/>([^<>]*[⁰¹²³⁴⁵⁶⁷⁸⁹][^<>]*)<\/text>/g, (_, text: string) => {
    const parts = text.split(/([⁰¹²³⁴⁵⁶⁷⁸⁹]+)/)
    const raised = parts.map((part, i) => {
      if (i % 2 === 0) return part === '' || i === 0 ? part : `<tspan dy="0.36em">${part}</tspan>`
      const digits = Array.from(part, (digit) => superscripts.indexOf(digit)).join('')
      return `<tspan dy="-0.5em" font-size="72%">${digits}</tspan>`
    })
    return `>${raised.join('')}</text>`
  })
}

/** Ids count from 1 in every figure and carry its name, so that figures can share a page and never depend on one another. */
function renameIds(svg: string, prefix: string): string {
  const names = new Map<string, string>()
  for (const [, id] of svg.matchAll(/ id="([^"]+)"/g)) {
    if (!names.has(id)) names.set(id, `${prefix}-${names.size + 1}`)
  }
  return svg
    .replaceAll(/ id="([^"]+)"/g, (_, id: string) => ` id="${names.get(id) ?? id}"`)
    .replaceAll(/url\(#([^)]+)\)/g, (_, id: string) => `url(#${names.get(id) ?? id})`)
}

/**
 * Draws a figure as an SVG element to be put into a page: transparent, its text and axes in `currentColor`, named by
 * title and description. The same figure gives the same string.
 *
 * @example
 * import { constantChain } from 'limn'
 * import { chainFigure, renderSvg } from 'limn/plot'
 *
 * const svg = await renderSvg(chainFigure(constantChain({ inputs: 4, classes: 2, hidden: [4, 4] }, 0.3)))
 * console.log(svg.startsWith('<svg')) // true
 */
export async function renderSvg(figure: Figure): Promise<string> {
  // Half the time that a command takes to start, if every command loaded them.
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')])
  measureTextAlike(vega)
  const { spec } = compile(figure.spec as unknown as TopLevelSpec, { config: theme })
  const view = new vega.View(vega.parse(spec), { renderer: 'none' })
  let svg: string
  try {
    svg = await view.toSVG()
  } finally {
    view.finalize()
  }
  const name = escapeMarkup(figure.id)
  const body = raiseSuperscripts(renameIds(shorten(visible(svg, layout)), name))
    .replaceAll(` font-family="${fontFamily}"`, '')
    .replaceAll(/<path class="(?:background|foreground)"[^>]* d=""[^>]*\/>/g, '')
    .replaceAll(/<path class="background"[^>]* d="M0,0h0v0h0Z"[^>]*\/>/g, '')
    .replaceAll(/<text[^>]* opacity="0"[^>]*>[^<]*<\/text>/g, '')
    .replaceAll(/ (?:pointer-events="none"|aria-hidden="true"|opacity="1")/g, '')
  const labels = `<title id="${name}-title">${escapeMarkup(figure.title)}</title><desc id="${name}-desc">${escapeMarkup(figure.description)}</desc>`
  return body.replace(
    /<svg ([^>]*)>/,
    (_, attributes: string) =>
      `<svg ${attributes} role="img" aria-labelledby="${name}-title ${name}-desc" font-family="${fontFamily}">${labels}`,
  )
}

/**
 * The figure as a file of its own: its ink follows the reader's light or dark theme, also inside an `<img>`.
 *
 * @example
 * import { constantChain } from 'limn'
 * import { chainFigure, renderSvg, standaloneSvg } from 'limn/plot'
 *
 * const svg = await renderSvg(chainFigure(constantChain({ inputs: 4, classes: 2, hidden: [4, 4] }, 0.3)))
 * console.log(standaloneSvg(svg).includes('prefers-color-scheme')) // true
 */
export function standaloneSvg(svg: string): string {
  const style = `<style>svg{color:${ink.light}}@media (prefers-color-scheme:dark){svg{color:${ink.dark}}}</style>`
  return svg.replace(/<svg [^>]*>/, (open) => open + style)
}

/**
 * The figure in dark ink on a white page, for pixels and print.
 *
 * @example
 * import { constantChain } from 'limn'
 * import { chainFigure, forPng, renderSvg } from 'limn/plot'
 *
 * const svg = await renderSvg(chainFigure(constantChain({ inputs: 4, classes: 2, hidden: [4, 4] }, 0.3)))
 * console.log(svg.includes('currentColor'), forPng(svg).startsWith('<svg')) // true true
 */
export function forPng(svg: string): string {
  return svg
    .replace(/<svg [^>]*>/, (open) => `${open}<rect width="100%" height="100%" fill="#fff"/>`)
    .replaceAll('currentColor', ink.light)
}
