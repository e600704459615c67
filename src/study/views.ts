import { jobKinds } from './jobs.js'
import type { JobKinds } from './jobs/kind.js'
import { columnsOfTable, identityColumns, recordsOfTable } from './jobs/table.js'

/** A table of a study's results for queries: all rows of one record. */
export interface ResultView {
  /** Of the record, with underscores: `motif_ratio`. */
  readonly name: string
  readonly record: string
  /** What there is one row of. */
  readonly per: string
  /** Those of every row, then the record's own. */
  readonly columns: readonly string[]
}

/** Plural names of views that are asked for most. */
export const viewAliases = {
  jobs: 'job',
  runs: 'training',
  layers: 'layer',
  steps: 'step',
  spectra: 'spectrum',
  verdicts: 'verdict',
} as const

/** One view for each record that the kinds of a table store. */
export function resultViews(kinds: JobKinds = jobKinds): ResultView[] {
  const order = columnsOfTable(kinds).map(({ name }) => name)
  return recordsOfTable(kinds).map(({ name, per, columns }) => {
    const own = new Set([...identityColumns(), ...columns].map((column) => column.name))
    return { name: name.replaceAll('-', '_'), record: name, per, columns: order.filter((column) => own.has(column)) }
  })
}
