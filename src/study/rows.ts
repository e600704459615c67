import type { KernelKind, Rung } from './findings.js'

/** Columns of a study's tables with their types; every file of a study has all of them, and null where one does not apply. */
export const columns = {
  job: 'string',
  kind: 'string',
  method: 'string',
  density: 'double',
  width: 'int',
  trial: 'int',
  /** Which of the following columns a row fills: `run`, `layer`, `step`, `spectrum` or `distance`. */
  record: 'string',
  seconds: 'double',
  learning_rate: 'double',
  ntk_lambda_max: 'double',
  train_accuracy: 'double',
  test_accuracy: 'double',
  laziness: 'double',
  path_density: 'double',
  matrix: 'int',
  rows: 'int',
  cols: 'int',
  kept: 'int',
  matrix_density: 'double',
  dead_units: 'int',
  step: 'int',
  loss: 'double',
  rung: 'string',
  kernel: 'string',
  rank: 'int',
  eigenvalue: 'double',
  target_alignment: 'double',
  error_to_empirical: 'double',
  to_widest: 'double',
  to_widest_floor: 'double',
  successive: 'double',
  successive_floor: 'double',
  split_half: 'double',
} as const

type Column = keyof typeof columns

type Value<Name extends Column> = Name extends 'rung'
  ? Rung
  : Name extends 'kernel'
    ? KernelKind
    : (typeof columns)[Name] extends 'string'
      ? string
      : number

/** One row; absent columns are null in the file. */
export type ResultRow = { readonly [Name in Column]?: Value<Name> | null }
