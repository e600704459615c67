import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { FileError } from '../../../src/data/file-error.js'
import { planDifferences, readPlan, writePlan } from '../../../src/node/studies/plan-file.js'
import type { StudyPlan } from '../../../src/study/plan.js'
import { prepareStudy } from '../../../src/node/studies/study.js'
import { writeSamples } from '../../cli/data.js'

const folder = mkdtempSync(join(tmpdir(), 'limn-plan-'))
afterAll(() => rmSync(folder, { recursive: true }))

writeSamples(join(folder, 'data.npz'), 12, 5, 3)

const text = (network: string, more = '') => `trials: 2
data: { source: ${join(folder, 'data.npz')}, samples: 9 }
network: ${network}
prune: { methods: [random, snip], densities: [0.3, 0.5], scope: both }
training: { steps: 3, trials: 1 }
${more}`

function plan(studyText: string): Promise<StudyPlan> {
  const file = join(folder, 'study.yaml')
  writeFileSync(file, studyText)
  return prepareStudy(file)
}

const ladder = await plan(text('{ widths: [8, 16], hiddenLayers: [1, 2] }'))

/** Writes a plan with one value replaced and reads it. */
function readForged(path: string, value: unknown): StudyPlan {
  const document = JSON.parse(JSON.stringify(ladder)) as Record<string, unknown>
  const keys = path.split('.')
  const last = keys.pop()!
  const owner = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, document)
  if (value === undefined) Reflect.deleteProperty(owner, last)
  else Object.defineProperty(owner, last, { value, enumerable: true })
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(document))
  return readPlan(folder)
}

describe('a plan in a study’s folder', () => {
  it.each([
    ['a ladder', text('{ widths: [8, 16], hiddenLayers: [1, 2] }')],
    ['one architecture', text('{ sizes: [5, 7, 6, 3], activation: erf, sigmaB2: 0.1 }', 'kernel: { compute: false }')],
  ])('of %s is read as it was written', async (_, studyText) => {
    const written = await plan(studyText)
    writePlan(folder, written)
    expect(readPlan(folder)).toEqual(JSON.parse(JSON.stringify(written)))
    expect(planDifferences(written, readPlan(folder))).toEqual([])
  })

  it.each<[string, unknown]>([
    ['jobs.0.id', '../../../etc/passwd'],
    ['jobs.2.id', 'runs/../../x'],
    ['jobs.1.id', '..'],
    ['jobs.0.id', ''],
    ['jobs.0.kind', 'shell'],
    ['jobs.0.needs', ['../x']],
    ['jobs.0.density', '0.5'],
    ['jobs.0.trial', 0.5],
    ['jobs.0.cost', null],
    ['jobs.3.sizes', [5, '8', 3]],
    ['provenance.title', { html: '<img src=x onerror=alert(1)>' }],
    ['provenance.study', ['<script>']],
    ['provenance.hiddenLayers', { html: '<b>' }],
    ['provenance.runs', '8'],
    ['provenance.scope', 'all'],
    ['config.trials', -1],
    ['config.prune.methods', ['shell']],
    ['facts.fingerprint', undefined],
    ['facts', undefined],
  ])('is refused with another %s, which is named', (path, value) => {
    const read = () => readForged(path, value)
    expect(read).toThrow(FileError)
    expect(read).toThrow(`plan.json: ${path}`)
    expect(read).toThrow(/; run the study again to write it anew$/)
  })

  it.each<[string, unknown]>([
    ['jobs.1.id', 'run-snip-d0.5-h2-w16-t0-000000000000'],
    ['jobs.1.method', 'grasp'],
    ['jobs.1.density', 0.9],
    ['jobs', []],
    ['config.seed', 1],
    ['config.network.widths', [8, 32]],
    ['facts.fingerprint', 'other'],
  ])('is refused when its jobs are not those of its study: another %s', (path, value) => {
    expect(() => readForged(path, value)).toThrow(/plan\.json: jobs: expected the jobs that this limn plans/)
  })

  it('is refused with keys that nobody knows', () => {
    expect(() => readForged('provenance.extra', 1)).toThrow('plan.json: provenance.extra: unrecognized key')
    expect(() => readForged('jobs.0.html', '<b>')).toThrow('plan.json: jobs.0.html: ')
  })

  it('that is none is refused', () => {
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    expect(() => readPlan(empty)).toThrow(/empty\/plan\.json: no such file/)
  })

  it('differs from another by keys of the study, and by its data', async () => {
    const changed = await plan(
      text('{ widths: [8, 16], hiddenLayers: [1, 2] }', 'seed: 4\ntitle: Another\nkernel: { rescale: layer }'),
    )
    expect(planDifferences(ladder, changed)).toEqual(['seed', 'kernel.rescale'])
    const before = readFileSync(join(folder, 'data.npz'))
    writeSamples(join(folder, 'data.npz'), 12, 5, 3, 1)
    const replaced = await plan(text('{ widths: [8, 16], hiddenLayers: [1, 2] }'))
    writeFileSync(join(folder, 'data.npz'), before)
    expect(planDifferences(ladder, replaced)).toEqual(['the data'])
    expect(replaced.jobs.some(({ id }) => ladder.jobs.some((job) => job.id === id))).toBe(false)
  })
})
