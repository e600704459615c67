import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import type { Comparison } from '../../src/study/compare/compare.js'
import { writeSamples } from './data.js'
import { freshFolder, limn, limnJson } from './limn.js'

const file = freshFolder()
const page = file('compare.html')
const folders = { a: file(join('one', 'study')), b: file(join('two', 'study')) }

beforeAll(() => {
  mkdirSync(file('.'), { recursive: true })
  writeSamples(file('data.npz'), 30, 5, 2)
  const study = (name: string, density: number) => {
    writeFileSync(
      file(name),
      `trials: 2
data: { source: ${file('data.npz')}, samples: 12 }
network: { widths: [6], hiddenLayers: 1 }
prune: { methods: [random, snip], densities: [${density}] }
graphon: { bins: 2 }
training: { steps: 4, trials: 2 }
`,
    )
    return file(name)
  }
  expect(limn('study', 'run', study('a.yaml', 0.5), '--out', folders.a).code).toBe(0)
  expect(limn('study', 'run', study('b.yaml', 0.3), '--out', folders.b).code).toBe(0)
})

it('says what differs, writes a page, and calls folders of one name by what tells them apart', () => {
  const { code, stdout } = limn('study', 'compare', folders.a, folders.b, '--out', page)
  expect(code).toBe(0)
  expect(stdout.split('\n')[0]).toBe('They differ in prune.densities ([0.5] in one/study, [0.3] in two/study).')
  expect(stdout).toMatch(/training loss after the last step\n {2}random: \S+ → \S+, difference /)
  expect(readFileSync(page, 'utf8')).toContain('one/study and two/study')
  const found = limnJson<Comparison & { page: string }>('study', 'compare', folders.a, folders.b, '--out', page)
  expect(found.page).toBe(page)
  expect(found.settings).toEqual([{ key: 'prune.densities', a: '[0.5]', b: '[0.3]' }])
  expect(found.numbers.filter(({ measure }) => measure === 'loss')).toHaveLength(2)
})

it('replaces a page of its own, and no file of others', () => {
  writeFileSync(file('notes.html'), 'mine')
  const { code, stderr } = limn('study', 'compare', folders.a, folders.b, '--out', file('notes.html'))
  expect([code, stderr]).toEqual([1, expect.stringMatching(/notes\.html: is no page that limn wrote/)])
  expect(readFileSync(file('notes.html'), 'utf8')).toBe('mine')
})

it('refuses a study that is not finished, and a folder without one', () => {
  const [some] = readdirSync(join(folders.b, 'runs')).filter((name) => name.endsWith('.parquet'))
  rmSync(join(folders.b, 'runs', some))
  const { code, stderr } = limn('study', 'compare', folders.a, folders.b, '--out', page)
  expect([code, stderr]).toEqual([1, expect.stringMatching(/two\/study: 1 of \d+ results are missing/)])
  expect(limn('study', 'compare', folders.a, file('nothing'), '--out', page).stderr).toMatch(/plan\.json/)
})
