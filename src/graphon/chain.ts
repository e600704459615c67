import type { Matrix } from '../linalg/matrix.js'

/**
 * Step graphons of all L + 1 weight matrices with shared positions: the column bins of matrix l + 1 are the row bins of
 * matrix l. `W[0]` has d columns (input coordinates, exact), `W[L]` has C rows (classes, exact); every other axis is a
 * hidden layer cut into bins whose measures are `measures`.
 */
export interface GraphonChain {
  /** Densities in [0, 1]: `W[i]` is `[bins_out, bins_in]` of matrix l = i + 1. */
  readonly W: readonly Matrix[]
  /** Weight energies E[M w²] ≥ 0, same shapes; absent means V = W (weights re-drawn after pruning). */
  readonly V?: readonly Matrix[]
  /** `measures[l - 1]`: bin measures of hidden layer l = 1 … L, positive, summing to 1. */
  readonly measures: readonly Float64Array[]
}

/** Tolerance on a hidden layer's measures summing to 1. */
const measureTolerance = 1e-9

function checkMatrices(name: 'W' | 'V', matrices: readonly Matrix[], limit: number, shapes?: readonly Matrix[]): void {
  matrices.forEach((m, i) => {
    const shape = shapes?.[i]
    if (shape && (shape.rows !== m.rows || shape.cols !== m.cols)) {
      throw new RangeError(
        `chain ${name}${i}: expected the shape of W${i}, ${shape.rows} × ${shape.cols}, got ${m.rows} × ${m.cols}`,
      )
    }
    for (let k = 0; k < m.data.length; k++) {
      const value = m.data[k]
      if (!(value >= 0 && value <= limit)) {
        const where = `row ${Math.floor(k / m.cols)}, column ${k % m.cols}`
        const expected = limit === 1 ? 'a density in [0, 1]' : 'a finite non-negative energy'
        throw new RangeError(`chain ${name}${i}: expected ${expected}, got ${value} at ${where}`)
      }
    }
  })
}

/**
 * Checks a chain and returns it.
 *
 * @throws RangeError naming the key (`W1`, `V0`, `measure2`, …) and the rule that is broken
 */
export function createChain({ W, V, measures }: GraphonChain): GraphonChain {
  if (W.length < 1) throw new RangeError('chain: expected at least one matrix W0')
  if (measures.length !== W.length - 1) {
    throw new RangeError(
      `chain: expected ${W.length - 1} hidden-layer measures for ${W.length} matrices, got ${measures.length}`,
    )
  }
  W.forEach((m, i) => {
    if (!(m.rows > 0 && m.cols > 0))
      throw new RangeError(`chain W${i}: expected a non-empty matrix, got ${m.rows} × ${m.cols}`)
    const next = W.at(i + 1)
    if (next && next.cols !== m.rows) {
      throw new RangeError(`chain W${i + 1}: expected ${m.rows} columns, the rows of W${i}, got ${next.cols}`)
    }
  })
  checkMatrices('W', W, 1)
  if (V) {
    if (V.length !== W.length) throw new RangeError(`chain V: expected ${W.length} matrices as in W, got ${V.length}`)
    checkMatrices('V', V, Number.MAX_VALUE, W)
  }
  measures.forEach((measure, i) => {
    const bins = W[i].rows
    if (measure.length !== bins) {
      throw new RangeError(`chain measure${i + 1}: expected ${bins} entries, the rows of W${i}, got ${measure.length}`)
    }
    let sum = 0
    for (const value of measure) {
      if (!(value > 0)) throw new RangeError(`chain measure${i + 1}: expected positive entries, got ${value}`)
      sum += value
    }
    if (!(Math.abs(sum - 1) <= measureTolerance)) {
      throw new RangeError(`chain measure${i + 1}: expected entries that sum to 1, got sum ${sum}`)
    }
  })
  return V ? { W, V, measures } : { W, measures }
}
