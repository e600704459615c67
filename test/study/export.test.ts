import { describe, expect, it } from 'vitest'
import { exportTables } from '../../src/study/export.js'

describe('exportTables', () => {
  it('writes one table per kind of row, without empty columns, numbers exactly', () => {
    const tables = exportTables([
      { record: 'run', method: 'snip', density: 0.1, width: 64, seconds: 1 / 3 },
      { record: 'layer', method: 'snip', matrix: 1, kept: 7 },
      { record: 'run', method: 'random', density: 1e-7, width: null },
    ])
    expect(tables.map(({ record, rows }) => [record, rows])).toEqual([
      ['run', 2],
      ['layer', 1],
    ])
    expect(tables[0].csv).toBe(`method,density,width,seconds\nsnip,0.1,64,${1 / 3}\nrandom,1e-7,,\n`)
    expect(tables[1].csv).toBe('method,matrix,kept\nsnip,1,7\n')
  })

  it('quotes what would break a line', () => {
    const [{ csv }] = exportTables([{ record: 'verdict', reason: 'a "b", c', structured: false }])
    expect(csv).toBe('reason,structured\n"a ""b"", c",false\n')
  })
})
