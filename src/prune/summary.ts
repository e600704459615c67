import { columnDegrees, density, rowDegrees, type Mask } from '../network/mask.js'
import type { BudgetTie } from './criterion.js'

/** One pruned weight matrix. */
export interface LayerSummary {
  /** [out, in] */
  readonly shape: readonly [number, number]
  readonly kept: number
  readonly density: number
  /**
   * Units on the matrix's output side that carry nothing: a hidden unit whose in-degree or out-degree is 0, an output
   * unit whose in-degree is 0.
   */
  readonly deadUnits: number
}

/**
 * Ones per row and per column. Where rows are whole words, four entries are added at a time, a byte each, and the bytes
 * emptied before they can overflow.
 */
function degrees(mask: Mask): { readonly fanIn: Int32Array; readonly fanOut: Int32Array } {
  const { rows, cols, data } = mask
  if (cols % 4 !== 0 || data.byteOffset % 4 !== 0) return { fanIn: rowDegrees(mask), fanOut: columnDegrees(mask) }
  const [fanIn, fanOut] = [new Int32Array(rows), new Int32Array(cols)]
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length / 4)
  const sums = new Uint32Array(cols / 4)
  const sumBytes = new Uint8Array(sums.buffer)
  for (let i = 0, at = 0; i < rows; i++) {
    let degree = 0
    for (let j = 0; j < sums.length; j++) {
      const word = words[at++]
      sums[j] += word
      degree += Math.imul(word, 0x01010101) >>> 24
    }
    fanIn[i] = degree
    if (i % 255 < 254 && i < rows - 1) continue
    for (let j = 0; j < cols; j++) fanOut[j] += sumBytes[j]
    sums.fill(0)
  }
  return { fanIn, fanOut }
}

/** Shape, density and dead units of every mask, first matrix first. */
export function summarizeLayers(masks: readonly Mask[]): LayerSummary[] {
  const all = masks.map(degrees)
  return masks.map((mask, i) => {
    const { fanIn } = all[i]
    const fanOut = all.at(i + 1)?.fanOut
    const deadUnits = fanIn.reduce((dead, degree, unit) => dead + (degree === 0 || fanOut?.[unit] === 0 ? 1 : 0), 0)
    return { shape: [mask.rows, mask.cols], kept: mask.kept, density: density(mask), deadUnits }
  })
}

/** One sentence per cut inside equal scores. */
export function tieWarnings(ties: readonly BudgetTie[], masks: readonly Mask[]): string[] {
  return ties.map(({ layers, score, equal, kept }) => {
    const [{ rows, cols }, own] = [masks[layers[0]], layers.length === 1 && masks.length > 1]
    const place = own ? `layers.${layers[0]} (${rows} × ${cols}): ` : ''
    const cause =
      score === 0 ? '; look for inputs that are 0, units that never fire, and scores below the range of f64' : ''
    return `${place}the cut falls inside equal scores: of ${equal} weights that score ${score === 0 ? '0' : 'the same'}, the first ${kept} are kept, by their place alone${cause}`
  })
}
