import { matrix, type Matrix } from '../../linalg/matrix.js'
import type { MaskLinks } from '../paths.js'

const wordBits = 32

/** Ones among 32 bits (Warren, Hacker's Delight, section 5-1). */
function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Bits of a mask's rows, or of its columns, each a run of whole words. */
function packed(
  { rows, cols, data }: MaskLinks,
  byRows: boolean,
): { readonly bits: Uint32Array; readonly words: number } {
  const words = Math.ceil((byRows ? cols : rows) / wordBits)
  const bits = new Uint32Array((byRows ? rows : cols) * words)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      if (data[i * cols + j] === 0) continue
      const [line, at] = byRows ? [i, j] : [j, i]
      bits[line * words + (at >>> 5)] |= 1 << (at & 31)
    }
  }
  return { bits, words }
}

/**
 * M Mᵀ or Mᵀ M, whichever is smaller, of a mask: how many neighbours two units share. Its eigenvalues are the squares of M's
 * singular values.
 */
export function gram(mask: MaskLinks): Matrix {
  const side = Math.min(mask.rows, mask.cols)
  const { bits, words } = packed(mask, mask.rows === side)
  const result = matrix(side, side)
  for (let a = 0; a < side; a++) {
    for (let b = 0; b <= a; b++) {
      let shared = 0
      for (let w = 0; w < words; w++) shared += bitCount(bits[a * words + w] & bits[b * words + w])
      result.data[a * side + b] = result.data[b * side + a] = shared
    }
  }
  return result
}
