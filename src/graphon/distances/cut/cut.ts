import { matrix } from '../../../linalg/matrix.js'
import { binaryExponent, powerOfTwo } from '../../../linalg/symmetric.js'
import { cutNorm } from './cut-norm.js'
import type { Norm } from '../norm.js'

/**
 * Cut norm ‖A − B‖_□ = max over sets S, T of |∫_{S×T} (A − B)| (Frieze and Kannan 1999). For step functions sets that are
 * unions of bins suffice, because the integral is bilinear in the fractions of the bins taken. See {@link cutNorm} for when it
 * is exact; the sets found are the `witness`.
 */
export const cut: Norm = {
  summary: 'max over S, T of |∫ over S × T of (A − B)|',
  norm({ matrix: difference, row, col, total }, options) {
    const { rows, cols, data } = difference
    const weighted = matrix(rows, cols)
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) weighted.data[i * cols + j] = data[i * cols + j] * row[i] * col[j]
    }
    const largest = weighted.data.reduce((size, value) => Math.max(size, Math.abs(value)), 0)
    const exponent = binaryExponent(largest)
    const times = (values: Float64Array, power: number) => {
      const [first, second] = powerOfTwo(power)
      return values.map((value) => value * first * second)
    }
    const found = cutNorm(matrix(rows, cols, times(weighted.data, -exponent)), options)
    const [lower, upper] = times(Float64Array.of(found.value, found.upper), exponent)
    // What weights below the range of f64 have lost; nothing is left of the sum where they are not.
    const lost = rows * cols * Number.MIN_VALUE
    return { lower: lower / total, upper: (upper + lost) / total, witness: { rows: found.rows, cols: found.cols } }
  },
}
