import type { Verdict } from '../graphon/convergence/limit-test/verdict.js'
import type { KernelKind, Rung, Scope } from './findings.js'

/** Columns of a study's tables with their types; every file of a study has all of them, and null where one does not apply. */
export const columns = {
  job: 'string',
  kind: 'string',
  method: 'string',
  density: 'double',
  scope: 'string',
  hidden_layers: 'int',
  width: 'int',
  trial: 'int',
  /** Which of the following columns a row fills: `run`, `layer`, `motif`, `step`, `spectrum`, `distance`, `verdict`, `motif-ratio`, `counting` or `closed-form`. */
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
  shape_change: 'double',
  shape_floor: 'double',
  spread: 'double',
  spread_sampled: 'double',
  /** In `verdict` and `motif` rows: `all`, `budget`, `shape`, `dead_units`, or a motif; in `run` rows why a network was not trained, or `failed` where the job has no numbers; else what `value` is. */
  aspect: 'string',
  value: 'double',
  verdict: 'string',
  reason: 'string',
  rests_on: 'string',
  rate: 'double',
  rate_lower: 'double',
  rate_upper: 'double',
  remaining: 'double',
  structured: 'boolean',
  structure_distance: 'double',
  structure_score: 'double',
} as const

type Column = keyof typeof columns

/** Columns that every row fills, whatever it records, as far as they apply to its job. */
export const identityColumns = ['job', 'kind', 'method', 'density', 'scope', 'hidden_layers', 'width', 'trial'] as const

/** Columns that each kind of row may fill beside {@link identityColumns}. */
export const recordColumns = {
  run: [
    'seconds',
    'learning_rate',
    'ntk_lambda_max',
    'train_accuracy',
    'test_accuracy',
    'laziness',
    'path_density',
    'aspect',
    'reason',
  ],
  layer: ['matrix', 'rows', 'cols', 'kept', 'matrix_density', 'dead_units'],
  motif: ['matrix', 'aspect', 'value'],
  step: ['step', 'loss', 'rung', 'reason'],
  spectrum: ['kernel', 'rank', 'eigenvalue', 'target_alignment', 'error_to_empirical'],
  distance: [
    'matrix',
    'to_widest',
    'to_widest_floor',
    'successive',
    'successive_floor',
    'split_half',
    'shape_change',
    'shape_floor',
    'spread',
    'spread_sampled',
  ],
  verdict: [
    'matrix',
    'aspect',
    'verdict',
    'reason',
    'rests_on',
    'rate',
    'rate_lower',
    'rate_upper',
    'remaining',
    'structured',
    'structure_distance',
    'structure_score',
  ],
  'motif-ratio': ['matrix', 'spread', 'aspect', 'value'],
  counting: ['matrix', 'aspect', 'value'],
  'closed-form': ['matrix', 'aspect', 'value'],
} as const satisfies Readonly<Record<string, readonly Column[]>>

interface Narrower {
  readonly rung: Rung
  readonly kernel: KernelKind
  readonly scope: Scope
  readonly verdict: Verdict
  readonly rests_on: 'budget' | 'shape' | 'both'
}

interface Types {
  readonly string: string
  readonly int: number
  readonly double: number
  readonly boolean: boolean
}

type Value<Name extends Column> = Name extends keyof Narrower ? Narrower[Name] : Types[(typeof columns)[Name]]

/** One row; absent columns are null in the file. */
export type ResultRow = { readonly [Name in Column]?: Value<Name> | null }
