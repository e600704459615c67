import type { Matrix } from '../linalg/matrix.js'
import { FileError } from './file-error.js'
import { shapeText } from './shape.js'
import type { Tensor } from './tensor.js'
import { toFloat64 } from './tensor.js'

/** What the samples of a file should map to. */
export interface Outcomes {
  readonly labels?: Int32Array
  /** One more than the largest label; present with `labels`. */
  readonly classes?: number
  /** `[N, C]`, C ≥ 1 */
  readonly targets?: Matrix
}

/** Labels are below this number, which keeps a stray large value from asking for as many outputs. */
export const classLimit = 65_536

/**
 * Reads the array `y` of N samples. The shape decides: `[N, C]`, C ≥ 1, are targets, whatever their type and values, and
 * labels too when C ≥ 2 and every row is one-hot. `[N]` of non-negative integers are class labels, also where they are
 * stored as booleans or floating-point numbers, as NumPy often does; `[N]` of other numbers are targets `[N, 1]`.
 *
 * @param samples N
 * @throws FileError when the shape is another, a value is not finite, or a label reaches {@link classLimit}
 */
export function readOutcomes(y: Tensor, samples: number, file: string, key?: string): Outcomes {
  const { shape } = y
  if (!((shape.length === 1 || shape.length === 2) && shape[0] === samples && shape[1] !== 0)) {
    const expected = `[${samples}], [${samples}, 1] or [${samples}, C] for as many samples`
    throw new FileError(file, `expected shape ${expected}, got ${shapeText(shape)}`, key)
  }
  const cols = shape.length === 1 ? 1 : shape[1]
  const data = toFloat64(y)
  requireFinite({ rows: samples, cols, data }, file, key)
  const targets: Matrix = { rows: samples, cols, data }
  if (shape.length === 2) {
    const labels = cols > 1 ? oneHotLabels(targets) : undefined
    return labels ? { targets, labels, classes: cols } : { targets }
  }
  if (!data.every((value) => Number.isInteger(value) && value >= 0)) return { targets }
  const large = data.findIndex((value) => value >= classLimit)
  if (large >= 0)
    throw new FileError(
      file,
      `expected labels below ${classLimit}, got ${data[large]} in row ${large}; targets have the shape [N, 1]`,
      key,
    )
  return { labels: Int32Array.from(data), classes: data.reduce((most, value) => Math.max(most, value), 0) + 1 }
}

function oneHotLabels({ rows, cols, data }: Matrix): Int32Array | undefined {
  const labels = new Int32Array(rows)
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * cols, (i + 1) * cols)
    if (!row.every((value) => value === 0 || value === 1)) return undefined
    if (row.reduce((sum, value) => sum + value, 0) !== 1) return undefined
    labels[i] = row.indexOf(1)
  }
  return labels
}

/** @throws FileError naming row and column of the first entry that is NaN or infinite */
export function requireFinite({ cols, data }: Matrix, file: string, key?: string): void {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      const place = `row ${Math.floor(i / cols)}, column ${i % cols}`
      throw new FileError(file, `expected finite numbers, got ${data[i]} in ${place}`, key)
    }
  }
}
