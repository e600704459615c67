import { DuckDBInstance } from '@duckdb/node-api'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openStudyDatabase } from '../../src/node/studies/database.js'
import { readPlan } from '../../src/node/studies/study.js'
import { decodeRows } from '../../src/study/results-file.js'
import type { ResultRow } from '../../src/study/job.js'
import { resultViews, viewAliases } from '../../src/study/views.js'
import { writeSamples } from './data.js'
import { freshFolder, limn, limnJson, main } from './limn.js'

const file = freshFolder()
const folder = file('study')
const rows: ResultRow[] = []

const query = (sql: string, from = folder) => limnJson<ResultRow[]>('study', 'query', from, sql)

beforeAll(async () => {
  mkdirSync(file('.'), { recursive: true })
  writeSamples(file('data.npz'), 40, 9, 3)
  const study = file('study.yaml')
  writeFileSync(
    study,
    `trials: 2
data: { source: ${file('data.npz')}, samples: 20 }
network: { widths: [8, 16], hiddenLayers: 1 }
prune: { methods: [random, snip], densities: [0.4] }
graphon: { bins: 4 }
training: { steps: 10, trials: 1 }
`,
  )
  expect(limn('study', 'run', study, '--out', folder).code).toBe(0)
  for (const name of readdirSync(join(folder, 'runs')).filter((one) => one.endsWith('.parquet'))) {
    rows.push(...(await decodeRows(readFileSync(join(folder, 'runs', name)))))
  }
})

describe('limn study query', () => {
  it('has a table for every record, with the rows that are stored', async () => {
    const { connection, close } = await openStudyDatabase(folder, readPlan(folder))
    for (const { name, record, columns } of resultViews()) {
      const found = (await connection.runAndReadAll(`select * from "${name}"`)).getRowObjectsJson()
      const stored = rows.filter((row) => row.record === record)
      expect(found.length, name).toBe(stored.length)
      if (found.length > 0) expect(Object.keys(found[0])).toEqual(columns)
    }
    close()
    for (const [alias, name] of Object.entries(viewAliases)) {
      expect(query(`select count(*) as n from ${alias}`)).toEqual(query(`select count(*) as n from "${name}"`))
    }
  })

  it('gives the numbers that are stored, to the last bit', () => {
    const losses = rows.filter(({ record }) => record === 'step').map(({ loss }) => Number(loss))
    const found = query('select loss from steps').map(({ loss }) => Number(loss))
    expect(found.sort()).toEqual(losses.sort())
    const [{ n }] = query('select count(*)::bigint as n from steps')
    expect(n).toBe(losses.length)
  })

  it.each(['width=3', 'a[1]', 'b*', "it's", '~'])('reads the study in a folder %s, and no other', (name) => {
    const own = file(join('odd', name))
    cpSync(folder, own, { recursive: true })
    expect(query('select job, method, width from runs order by all', own)).toEqual(
      query('select job, method, width from runs order by all'),
    )
  })

  it.each(['parquet', 'duckdb'])('exports %s into a folder ~, which is a folder here', (format) => {
    const own = file('home')
    mkdirSync(own, { recursive: true })
    const command = [main, 'study', 'export', folder, '--format', format, '--out', '~']
    const { status, stderr } = spawnSync(process.execPath, command, { cwd: own, encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    expect(readdirSync(join(own, '~')).length).toBeGreaterThan(0)
  })

  it('keeps columns of one name, and what is no plain number', () => {
    expect(query("select 1::int as a, 2::int as a, {'b': [3::int]} as c")).toEqual([{ a: 1, 'a:1': 2, c: { b: [3] } }])
    expect(limn('study', 'query', folder, "select {'b': [3::int]} as c").stdout).toBe('c\n{"b":[3]}\n')
  })

  it('prints more rows than a function takes arguments', () => {
    expect(limn('study', 'query', folder, 'from range(300000)').stdout.trim().split('\n').length).toBe(300001)
  })

  it('prints a table for people', () => {
    const { stdout } = limn('study', 'query', folder, 'select distinct method from runs order by all')
    expect(stdout).toBe('method\nrandom\nsnip\n')
  })

  it.each([
    ["select * from read_csv('/etc/passwd')", /disabled by configuration/],
    ["copy (select 1) to 'x.csv'", /disabled by configuration|changes something/],
    ["attach 'other.duckdb'", /disabled by configuration|changes something/],
    ['set enable_external_access = true', /Cannot|cannot|locked|changes something/],
    ['create table mine as select 1', /changes something; study export --format duckdb/],
    ['select 1; select 2', /expected one statement, got 2/],
    [' ; -- nothing', /expected a query, got an empty text/],
    ['select nothing from nowhere', /nowhere does not exist/],
  ])('refuses %s in one line', (sql, message) => {
    const { code, stderr } = limn('study', 'query', folder, sql)
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 1])
    expect(stderr).toMatch(message)
  })

  it('refuses results that cannot be believed, and folders without any', () => {
    const damaged = file('damaged')
    cpSync(folder, damaged, { recursive: true })
    const name = readdirSync(join(damaged, 'runs')).find((one) => one.startsWith('run-') && one.endsWith('.parquet'))!
    const bytes = readFileSync(join(damaged, 'runs', name))
    bytes[bytes.length >> 1] ^= 1
    writeFileSync(join(damaged, 'runs', name), bytes)
    expect(limn('study', 'query', damaged, 'select 1').stderr).toContain(name)
  })
})

describe('limn study export', () => {
  it('writes the same tables as CSV, Parquet and one database', async () => {
    const paths = ['csv', 'parquet', 'duckdb'].map((format) => {
      const out = file(format)
      return limnJson<{ files: { path: string; rows: number }[] }>(
        'study',
        'export',
        folder,
        '--format',
        format,
        '--out',
        out,
      ).files
    })
    const byName = (one: number, ending: string) =>
      paths[one].map(({ path, rows: count }) => `${path.split('/').at(-1)!.replace(ending, '')} ${count}`).sort()
    expect(byName(1, '.parquet')).toEqual(byName(0, '.csv'))
    const instance = await DuckDBInstance.create(paths[2][0].path, { access_mode: 'read_only' })
    const connection = await instance.connect()
    const [{ n }] = (await connection.runAndReadAll('select count(*)::int as n from steps')).getRowObjectsJson()
    const steps = paths[1].find(({ path }) => path.endsWith('step.parquet'))!
    const parquet = await connection.runAndReadAll(`select count(*)::int as n from '${steps.path}'`)
    expect([n, parquet.getRowObjectsJson()[0]['n']]).toEqual([steps.rows, steps.rows])
    connection.closeSync()
    instance.closeSync()
  })
})

describe('what docs/formats.md says of other programs', () => {
  const snippets = Array.from(
    readFileSync('docs/formats.md', 'utf8').matchAll(/```(sql|python)\n([^]*?)```/g),
    ([, language, code]) => ({
      language,
      code: code.replaceAll('out/quickstart', folder),
    }),
  )

  it('is there for DuckDB, polars and pandas', () => {
    expect(snippets.map(({ language }) => language)).toEqual(['sql', 'python', 'python'])
  })

  it('reads the files with DuckDB', async () => {
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    const found = await connection.runAndReadAll(snippets.find(({ language }) => language === 'sql')!.code)
    expect(found.currentRowCount).toBe(4)
    connection.closeSync()
    instance.closeSync()
  })

  for (const { code } of snippets.filter(({ language }) => language === 'python')) {
    const name = /import (polars|pandas)/.exec(code)![1]
    const isThere = spawnSync('python3', ['-c', `import ${name}`]).status === 0
    it.runIf(isThere)(`reads them with ${name}, where it is installed`, () => {
      const { status, stdout, stderr } = spawnSync('python3', ['-c', code], { encoding: 'utf8' })
      expect(status, stderr).toBe(0)
      expect(stdout).toMatch(/random[^]*snip/)
    })
  }
})
