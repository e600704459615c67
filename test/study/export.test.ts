import { describe, expect, it } from 'vitest'
import { exportTables } from '../../src/study/export.js'
import type { ResultRow } from '../../src/study/job.js'
import { jobKinds } from '../../src/study/jobs.js'
import { columnsOfTable, identityColumns, recordsOfTable } from '../../src/study/jobs/table.js'

const names = (columns: readonly { readonly name: string }[]) => columns.map(({ name }) => name)
const tables = recordsOfTable(jobKinds).map(({ name, columns }) => [name, names(columns)] as const)

const lines = (csv: string) => csv.trimEnd().split('\n')

/** The fields of one line by the names of their columns, for fields without quotes. */
function fields(csv: string, line: number): Record<string, string> {
  const [names, ...rows] = lines(csv).map((text) => text.split(','))
  return Object.fromEntries(names.map((name, k) => [name, rows[line][k]]))
}

const filled = (csv: string, line: number) =>
  Object.fromEntries(Object.entries(fields(csv, line)).filter(([, value]) => value !== ''))

describe('exportTables', () => {
  it('writes one table per kind of row, numbers exactly', () => {
    const tables = exportTables([
      { record: 'job', method: 'snip', density: 0.1, width: 64, seconds: 1 / 3 },
      { record: 'layer', method: 'snip', matrix: 1, kept: 7 },
      { record: 'job', method: 'random', density: 1e-7, width: null },
    ])
    expect(tables.map(({ record, rows }) => [record, rows])).toEqual([
      ['job', 2],
      ['layer', 1],
    ])
    expect(filled(tables[0].csv, 0)).toEqual({ method: 'snip', density: '0.1', width: '64', seconds: String(1 / 3) })
    expect(filled(tables[0].csv, 1)).toEqual({ method: 'random', density: '1e-7' })
    expect(filled(tables[1].csv, 0)).toEqual({ method: 'snip', matrix: '1', kept: '7' })
  })

  it.each(tables)('gives %s the same columns whether or not a row fills them', (record, own) => {
    const full = Object.fromEntries([...names(identityColumns()), ...own].map((name) => [name, 1])) as ResultRow
    const [empty, whole] = [{ record }, { record, ...full }].map((row) => lines(exportTables([row])[0].csv))
    expect(empty[0]).toBe(whole[0])
    expect(new Set(empty[0].split(','))).toEqual(new Set([...names(identityColumns()), ...own]))
    expect(empty[1]).toBe(','.repeat(empty[0].split(',').length - 1))
    expect(whole[1]).not.toContain(',,')
  })

  it('has a column of every table in the files, and no other', () => {
    const known = new Set(['record', ...names(identityColumns()), ...tables.flatMap(([, own]) => own)])
    expect(new Set(names(columnsOfTable(jobKinds)))).toEqual(known)
  })

  it('refuses rows of a record that nothing stores', () => {
    expect(() => exportTables([{ record: 'new', value: 3 }])).toThrow(/expected records job, .*, got new$/)
  })

  it('quotes what would break a line', () => {
    const [{ csv }] = exportTables([{ record: 'verdict', reason: 'a "b", c', structured: false }])
    expect(csv).toContain(',"a ""b"", c",')
    expect(csv).toContain(',false,')
  })
})
