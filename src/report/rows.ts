import { mean } from '../linalg/statistics.js'
import { formatCount, formatSetting } from '../plot/format.js'
import { methodLabel } from '../plot/labels.js'
import { sameSetting } from '../plot/select.js'
import type { Findings, Setting, TrainingFinding } from '../study/findings.js'
import type { Column } from './html.js'

/** What belongs to a method at a setting. */
export interface OfMethod extends Setting {
  readonly method: string
}

/** The columns that name a row: its method, and of its setting what the study varies. */
export function names<Row extends OfMethod>({ settings }: Findings): Column<Row>[] {
  const varies = (key: keyof Setting) => new Set(settings.map((setting) => setting[key])).size > 1
  const column = (key: keyof Setting, title: string, value: (row: Row) => string): Column<Row>[] =>
    varies(key) ? [{ title, value }] : []
  return [
    { title: 'method', isName: true, value: (row) => methodLabel(row.method) },
    ...column('density', 'density', (row) => formatSetting(row.density)),
    ...column('scope', 'scope', (row) => row.scope),
    ...column('hiddenLayers', 'hidden layers', (row) => formatCount(row.hiddenLayers)),
  ]
}

/** One row per setting and method, with what belongs to it; none without. */
export function rowsOf<Item extends OfMethod>({ settings, methods }: Findings, items: readonly Item[]) {
  return settings.flatMap((setting) =>
    methods
      .map((method) => ({
        ...setting,
        method,
        items: items.filter((i) => i.method === method && sameSetting(i, setting)),
      }))
      .filter((row) => row.items.length > 0),
  )
}

/** Mean over the trials that have a value; null when none has. */
export function meanOverTrials(
  trials: readonly TrainingFinding[],
  value: (trial: TrainingFinding) => number | null | undefined,
): number | null {
  const values = trials.map(value).filter((v): v is number => v !== null && v !== undefined)
  return values.length > 0 ? mean(values) : null
}
