import { createRequire } from 'node:module'
import type { ResvgRenderOptions } from '@resvg/resvg-js'

export interface PngOptions {
  /** Pixels per SVG unit; default 2, for screens of double density. */
  readonly scale?: number
  /** TrueType or OpenType files to draw text with, instead of the fonts found on this machine. */
  readonly fontFiles?: readonly string[]
}

type Resvg = typeof import('@resvg/resvg-js').Resvg

/**
 * The renderer, loaded when pixels are wanted: it is native code, which an installation may leave out and a process may be
 * forbidden to load.
 *
 * @throws Error with the remedy when it cannot be loaded
 */
export function requirePng(from: string = import.meta.url): Resvg {
  try {
    return (createRequire(from)('@resvg/resvg-js') as { readonly Resvg: Resvg }).Resvg
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const [found, way] =
      code === 'ERR_DLOPEN_DISABLED'
        ? ['this process may load none', 'allow them (--allow-addons)']
        : ['its binary for this machine is not installed', 'run npm install --include=optional']
    throw new Error(`png: expected the native renderer @resvg/resvg-js, but ${found}; write .svg instead, or ${way}`)
  }
}

/** The DejaVu fonts as an npm package: with them the same figure gives the same pixels on every machine. */
function packagedFonts(): string[] {
  const require = createRequire(import.meta.url)
  try {
    return ['DejaVuSans', 'DejaVuSans-Bold'].map((face) => require.resolve(`dejavu-fonts-ttf/ttf/${face}.ttf`))
  } catch {
    return []
  }
}

/** resvg's nearest-neighbour scaling: the steps of a step graphon stay steps. */
const nearest = 1

function render(svg: string, font: NonNullable<ResvgRenderOptions['font']>, scale: number) {
  const Resvg = requirePng()
  return new Resvg(svg, { font, imageRendering: nearest, fitTo: { mode: 'zoom', value: scale } }).render()
}

/** Without a font, text is left out without a word; one letter tells. */
function drawsText(font: NonNullable<ResvgRenderOptions['font']>): boolean {
  const probe = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text x="2" y="16">M</text></svg>'
  return render(probe, font, 1).pixels.some((value) => value !== 0)
}

/**
 * The pixels of an SVG document as a PNG file. The text is drawn with `fontFiles`, or the packaged font, or this machine's.
 *
 * @throws RangeError when `scale` is not positive
 * @throws Error when the SVG has text and no font is found, or the renderer is missing
 *
 * @example
 * import { svgToPng } from 'limn/node'
 *
 * const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"><rect width="4" height="2"/></svg>'
 * // The width is the number that follows the header of the first chunk.
 * console.log(new DataView(svgToPng(svg, { scale: 2 }).buffer).getUint32(16)) // 8
 */
export function svgToPng(svg: string, { scale = 2, fontFiles }: PngOptions = {}): Uint8Array {
  if (!(scale > 0 && scale <= 16)) throw new RangeError(`svgToPng: expected a scale in (0, 16], got ${scale}`)
  const files = fontFiles ? [...fontFiles] : packagedFonts()
  const font =
    files.length > 0
      ? { loadSystemFonts: false, fontFiles: files, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' }
      : { loadSystemFonts: true }
  if (svg.includes('<text') && !drawsText(font)) {
    throw new Error(
      'svgToPng: expected a font to draw text with, found none; install one (Debian: fonts-dejavu-core) or write .svg instead',
    )
  }
  return render(svg, font, scale).asPng()
}
