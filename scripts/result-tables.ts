import { readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { jobKinds } from '../src/study/jobs.js'
import { identityColumns, recordsOfTable } from '../src/study/jobs/table.js'

const file = new URL('../docs/formats.md', import.meta.url)
const [begin, end] = ['<!-- records: begin -->', '<!-- records: end -->']

const list = (columns: readonly { readonly name: string; readonly about: string }[]) =>
  columns.map(({ name, about }) => (about === '' ? `\`${name}\`` : `\`${name}\`: ${about}`)).join('; ')

const rows = recordsOfTable(jobKinds).map(({ name, per, kinds, columns }) => {
  const of = name === 'job' ? 'all' : kinds.join(', ')
  return `| \`${name}\` | ${per} | ${of} | ${list(columns)} |`
})
const table = ['| record | one row per | kinds | columns |', '| --- | --- | --- | --- |', ...rows].join('\n')
const text = `${begin}\n\nOn every row: ${list(identityColumns())}.\n\n${table}\n\n${end}`

// Writes what the records' schemas say into docs/formats.md; with --check only says whether it is there.
const before = readFileSync(file, 'utf8')
const [head, tail] = [before.slice(0, before.indexOf(begin)), before.slice(before.indexOf(end) + end.length)]
const options = await resolveConfig(file)
const after = await format(head + text + tail, { ...options, parser: 'markdown' })
if (!process.argv.includes('--check')) writeFileSync(file, after)
else if (after !== before) {
  process.stderr.write(
    'docs/formats.md: its table of records is not that of src/study/jobs; run npm run docs:records\n',
  )
  process.exitCode = 1
}
