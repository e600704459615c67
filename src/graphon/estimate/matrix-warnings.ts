import { columnSums, rowSums } from './fit/align.js'
import { fewUnitsPerBin } from './estimate.js'
import type { Values } from './estimators/estimator.js'

export interface MatrixWarning {
  readonly kind: 'few-units-per-bin' | 'dead-units' | 'empty-matrix'
  /** One sentence for people. */
  readonly message: string
}

/** Sides of a matrix whose bins hold few units each. @param bins of rows and columns */
export function fewUnits({ rows, cols }: Values, bins: readonly [number, number]): MatrixWarning[] {
  const sides = [['rows', rows, bins[0]] as const, ['columns', cols, bins[1]] as const]
  return sides.flatMap(([side, units, K]) => {
    if (units / K >= fewUnitsPerBin || K === 1) return []
    const message = `${units} ${side} for ${K} bins are fewer than ${fewUnitsPerBin} per bin: neighbouring bins differ by chance`
    return [{ kind: 'few-units-per-bin', message } as const]
  })
}

/** Rows and columns of a mask that keep nothing. @param name what the mask is called, such as `trial 0` */
export function emptySides(values: Values, name: string): MatrixWarning[] {
  const { rows, cols } = values
  const empty = (sums: ArrayLike<number>) => Array.from(sums).filter((sum) => sum === 0).length
  const [deadRows, deadColumns] = [empty(rowSums(values)), empty(columnSums(values))]
  if (deadRows === rows) return [{ kind: 'empty-matrix', message: `${name}: no weight is kept` }]
  if (deadRows + deadColumns === 0) return []
  const message = `${name}: ${deadRows} of ${rows} rows and ${deadColumns} of ${cols} columns are empty`
  return [{ kind: 'dead-units', message }]
}
