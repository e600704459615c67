import { extname } from 'node:path'
import type { Figure } from '../../plot/figure.js'
import { forPng, renderSvg, standaloneSvg } from '../../plot/render.js'
import { writeAtomic } from '../files/files.js'
import { requirePng, svgToPng } from './png.js'

/** File types a figure can be written as. */
export const figureFormats = {
  '.svg': (svg) => standaloneSvg(svg),
  '.png': (svg) => svgToPng(forPng(svg)),
} as const satisfies Record<string, (svg: string) => string | Uint8Array>

/** The format of a figure's file, by its extension. @throws RangeError when the name ends in no known format */
export function figureFormat(file: string): keyof typeof figureFormats {
  const extension = Object.keys(figureFormats).find((known) => known === extname(file).toLowerCase())
  if (!extension) {
    throw new RangeError(
      `figure: expected a name that ends in ${Object.keys(figureFormats).join(' or ')}, got '${file}'`,
    )
  }
  return extension as keyof typeof figureFormats
}

/**
 * Checks, before anything is computed, that a figure can be written in the format of its name.
 *
 * @throws RangeError when the name ends in no known format, Error when the format's optional part is missing
 */
export function requireFigure(file: string): void {
  if (figureFormat(file) === '.png') requirePng()
}

/**
 * A figure as SVG (light and dark) or PNG (light), by the extension of the file it is meant for.
 *
 * @example
 * import { constantChain } from 'limn'
 * import { encodeFigure } from 'limn/node'
 * import { chainFigure } from 'limn/plot'
 *
 * const figure = chainFigure(constantChain({ inputs: 4, classes: 2, hidden: [4, 4] }, 0.3))
 * const png = await encodeFigure(figure, 'chain.png')
 * // The signature of PNG.
 * console.log(Array.from(png.slice(1, 4) as Uint8Array, (byte) => String.fromCharCode(byte)).join('')) // PNG
 */
export async function encodeFigure(figure: Figure, file: string): Promise<string | Uint8Array> {
  const format = figureFormat(file)
  return figureFormats[format](await renderSvg(figure))
}

/**
 * Writes {@link encodeFigure}.
 *
 * @example
 * import { constantChain } from 'limn'
 * import { writeFigure } from 'limn/node'
 * import { readFileSync } from 'node:fs'
 * import { chainFigure } from 'limn/plot'
 *
 * await writeFigure(chainFigure(constantChain({ inputs: 4, classes: 2, hidden: [4, 4] }, 0.3)), 'chain.svg')
 * console.log(readFileSync('chain.svg', 'utf8').startsWith('<svg')) // true
 */
export async function writeFigure(figure: Figure, file: string): Promise<void> {
  writeAtomic(file, await encodeFigure(figure, file))
}
