import { createMask, type Mask } from '../../network/mask.js'
import { randomStream, type RandomStream } from '../../random/random.js'
import { NumbersError } from '../../numbers-error.js'

/**
 * A mask with exactly `kept` ones at uniformly random places. Draws about −total·ln(1 − p) cells, p = min(kept, total −
 * kept) / total ≤ ½, and discards repeats; that is uniform over all sets of that size.
 *
 * @throws RangeError when `kept` is not an integer in 0 … rows·cols
 */
export function erdosRenyiMask(rows: number, cols: number, kept: number, random: RandomStream): Mask {
  const total = rows * cols
  if (!(Number.isInteger(kept) && kept >= 0 && kept <= total)) {
    throw new NumbersError(`erdosRenyiMask: expected an integer number of kept weights in 0 … ${total}, got ${kept}`)
  }
  if (!(total < 2 ** 32))
    throw new NumbersError(`erdosRenyiMask: expected fewer than 2^32 cells, got ${rows} × ${cols}`)
  const few = 2 * kept <= total ? 1 : 0
  const data = new Uint8Array(total).fill(1 - few)
  const unused = Math.clz32(total - 1)
  for (let missing = few === 1 ? kept : total - kept; missing > 0;) {
    // A power of two of values with rejection: exactly uniform, and cheaper than a division.
    const cell = random.uint32() >>> unused
    if (cell < total && data[cell] !== few) {
      data[cell] = few
      missing--
    }
  }
  return createMask(rows, cols, data)
}

/**
 * Masks of a network without structure: of every matrix ⌊density · total + ½⌋ ones at random places.
 *
 * @param sizes `[d, n_1, …, n_L, C]`
 * @param densities of the L + 1 matrices
 * @param labels tell independent draws under one seed apart
 */
export function erdosRenyiMasks(
  sizes: readonly number[],
  densities: readonly number[],
  seed: number,
  ...labels: readonly (string | number)[]
): Mask[] {
  return densities.map((density, i) => {
    const [rows, cols] = [sizes[i + 1], sizes[i]]
    return erdosRenyiMask(rows, cols, Math.floor(density * rows * cols + 0.5), randomStream(seed, ...labels, i))
  })
}
