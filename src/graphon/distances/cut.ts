import { matrix, transpose } from '../../linalg/matrix.js'
import { enumerateCut, largestEnumeration } from './cut-exact.js'
import { massBound, relaxCut } from './cut-upper.js'
import { searchCut } from './cut-search.js'
import type { Norm } from './norm.js'

/**
 * Cut norm ‖A − B‖_□ = max over sets S, T of |∫_{S×T} (A − B)| (Frieze and Kannan 1999). For step functions sets that are
 * unions of bins suffice, because the integral is bilinear in the fractions of the bins taken.
 *
 * Exact by enumeration when the smaller side has at most 20 bins. Beyond that finding it is NP-hard: the value is the
 * best cut of a deterministic search, and `upper` is certified.
 */
export const cut: Norm = {
  summary: 'max over S, T of |∫ over S × T of (A − B)|',
  norm({ matrix: difference, row, col, total }) {
    const { rows, cols } = difference
    const weighted = matrix(
      rows,
      cols,
      difference.data.map((value, k) => value * row[Math.floor(k / cols)] * col[k % cols]),
    )
    const e = rows <= cols ? weighted : transpose(weighted)
    if (e.rows <= largestEnumeration) {
      const value = enumerateCut(e) / total
      return { lower: value, upper: value }
    }
    const relaxation = relaxCut(e)
    const lower = searchCut(e, relaxation.starts)
    // Both are certain up to rounding, so an upper bound below the best cut found is that cut.
    const upper = Math.max(lower, Math.min(massBound(e), relaxation.upper))
    return { lower: lower / total, upper: upper / total }
  },
}
