import { describe, expect, it } from 'vitest'
import { exportTables } from '../../src/study/export.js'
import { columns, identityColumns, recordColumns, type ResultRow } from '../../src/study/rows.js'

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
      { record: 'run', method: 'snip', density: 0.1, width: 64, seconds: 1 / 3 },
      { record: 'layer', method: 'snip', matrix: 1, kept: 7 },
      { record: 'run', method: 'random', density: 1e-7, width: null },
    ])
    expect(tables.map(({ record, rows }) => [record, rows])).toEqual([
      ['run', 2],
      ['layer', 1],
    ])
    expect(filled(tables[0].csv, 0)).toEqual({ method: 'snip', density: '0.1', width: '64', seconds: String(1 / 3) })
    expect(filled(tables[0].csv, 1)).toEqual({ method: 'random', density: '1e-7' })
    expect(filled(tables[1].csv, 0)).toEqual({ method: 'snip', matrix: '1', kept: '7' })
  })

  it.each(Object.entries(recordColumns))('gives %s the same columns whether or not a row fills them', (record, own) => {
    const full = Object.fromEntries([...identityColumns, ...own].map((name) => [name, 1])) as ResultRow
    const [empty, whole] = [{ record }, { record, ...full }].map((row) => lines(exportTables([row])[0].csv))
    expect(empty[0]).toBe(whole[0])
    expect(new Set(empty[0].split(','))).toEqual(new Set([...identityColumns, ...own]))
    expect(empty[1]).toBe(','.repeat(identityColumns.length + own.length - 1))
    expect(whole[1]).not.toContain(',,')
  })

  it('loses nothing that a row holds, also where its kind is not known', () => {
    const [{ csv }] = exportTables([{ record: 'layer', loss: 2 }])
    expect(filled(csv, 0)).toEqual({ loss: '2' })
    expect(filled(exportTables([{ record: 'new', value: 3 }])[0].csv, 0)).toEqual({ value: '3' })
    const known = new Set<string>(['record', ...identityColumns, ...Object.values(recordColumns).flat()])
    expect(Object.keys(columns).filter((name) => !known.has(name))).toEqual([])
  })

  it('quotes what would break a line', () => {
    const [{ csv }] = exportTables([{ record: 'verdict', reason: 'a "b", c', structured: false }])
    expect(csv).toContain(',"a ""b"", c",')
    expect(csv).toContain(',false,')
  })
})
