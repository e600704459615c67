import { beforeAll, describe, expect, it } from 'vitest'
import { matrix } from '../../../src/linalg/matrix.js'
import { randomStream } from '../../../src/random/random.js'
import { comparePage } from '../../../src/report/compare/page.js'
import { compareAnswer, intervalNote } from '../../../src/report/compare/words.js'
import { buildFindings } from '../../../src/study/build-findings.js'
import { compareStudies, type ComparedStudy } from '../../../src/study/compare/compare.js'
import { executeStudy } from '../../../src/study/execute-study.js'
import { inProcessRunner, memoryStore } from '../../../src/study/in-process.js'
import { plannedData, planFromText } from '../../../src/study/prepare.js'
import type { LabelledSamples, LoadSamples } from '../../../src/study/study-data.js'

const normal = randomStream(1, 'compare')
const x = matrix(
  8,
  6,
  Float64Array.from({ length: 48 }, () => normal.normal()),
)
const load: LoadSamples = (name) => ({ name, x, labels: Int32Array.of(0, 1, 0, 1, 0, 1, 0, 1), classes: 2 })
const base = `title: First
trials: 3
data: { source: memory, samples: 8, testSamples: 0 }
network: { hiddenLayers: 1, widths: [6, 9] }
prune: { methods: [random, snip], densities: [0.5] }
graphon: { bins: 2 }
training: { steps: 5, trials: 3 }
`

async function studyOf(name: string, text: string, samples = load): Promise<ComparedStudy> {
  const plan = await planFromText(text, 'study.yaml', { load: samples, runtime: 'a test' })
  const data = await plannedData(plan, samples)
  const store = memoryStore()
  const jobs = new Map(plan.jobs.map((job) => [job.id, job]))
  await executeStudy({ jobs: plan.jobs, store, runner: inProcessRunner({ config: plan.config, data, jobs, store }) })
  return { name, plan, findings: await buildFindings({ ...plan, store }) }
}

let first: ComparedStudy
beforeAll(async () => {
  first = await studyOf('first', base)
})

describe('compareStudies', () => {
  it('finds nothing between a study and itself', () => {
    const found = compareStudies(first, first)
    expect(found.settings).toEqual([])
    expect(found.jobs).toEqual({ a: first.plan.jobs.length, b: first.plan.jobs.length, same: first.plan.jobs.length })
    expect(new Set(found.numbers.map(({ outcome }) => outcome))).toEqual(new Set(['same']))
    expect(found.verdicts.every(({ a, b }) => a === b)).toBe(true)
    expect(compareAnswer(found).join(' ')).toMatch(/the same settings.*the same in both for every method.*very same/)
  })

  it('lists exactly the key that differs, defaults included, and keeps what does not depend on it', async () => {
    const more = await studyOf('more', base.replace('title: First', 'title: Second').replace('steps: 5', 'steps: 9'))
    const found = compareStudies(first, more)
    expect(found.settings).toEqual([{ key: 'training.steps', a: '5', b: '9' }])
    // The dense kernel and what rests on masks alone.
    expect(found.jobs.same).toBeGreaterThan(0)
    expect(found.paired).toBe(true)
    const losses = found.numbers.filter(({ measure }) => measure === 'loss')
    expect(losses.map(({ method, paired, cells }) => [method, paired, cells.a.width])).toEqual([
      ['random', true, 9],
      ['snip', true, 9],
    ])
    for (const { a, b, interval, difference } of losses) {
      const differences = b.values!.map((value, i) => value - a.values![i])
      expect(difference).toBeCloseTo(differences.reduce((sum, d) => sum + d, 0) / 3, 12)
      expect(interval![0]).toBeLessThanOrEqual(difference)
    }
    const relabelled: LoadSamples = (name) => ({
      ...(load(name, {} as never) as LabelledSamples),
      labels: Int32Array.of(1, 1, 0, 0, 0, 1, 0, 1),
    })
    expect(compareStudies(first, await studyOf('labels', base, relabelled)).settings.map(({ key }) => key)).toEqual([
      'the numbers of the data',
    ])
    const activation = await studyOf('tanh', base.replace('widths: [6, 9]', 'widths: [6, 9], activation: tanh'))
    expect(compareStudies(first, activation).settings).toEqual([{ key: 'network.activation', a: 'relu', b: 'tanh' }])
  })

  it('compares the one density of each, widths that both have, and methods that both have', async () => {
    const other = await studyOf(
      'other',
      base.replace('[0.5]', '[0.4]').replace('[random, snip]', '[snip, magnitude]').replace('[6, 9]', '[6, 7]'),
    )
    const found = compareStudies(first, other)
    expect(found.methods).toEqual({ both: ['snip'], onlyA: ['random'], onlyB: ['magnitude'] })
    const cells = found.numbers.map((one) => [
      one.cells.a.density,
      one.cells.b.density,
      one.cells.a.width,
      one.cells.b.width,
    ])
    expect(new Set(cells.map(String))).toEqual(new Set(['0.5,0.4,6,6']))
    // Another ladder draws the same weights at the width that both have.
    expect(found.paired).toBe(true)
    const seed = await studyOf('seed', `seed: 5\n${base}`)
    expect(compareStudies(first, seed).paired).toBe(false)
    const none = await studyOf('none', base.replace('[random, snip]', '[magnitude]'))
    expect(compareAnswer(compareStudies(first, none))[1]).toMatch(/no method in common/)
  })

  it('says so where one network of each tells nothing of chance', async () => {
    const [a, b] = await Promise.all(
      ['0.5', '0.4'].map((p) => studyOf(p, base.replace('[0.5]', `[${p}]`).replace('trials: 3 }', 'trials: 1 }'))),
    )
    const found = compareStudies(a, b)
    expect(found.numbers.filter(({ measure }) => measure === 'loss').every(({ interval }) => interval === null)).toBe(
      true,
    )
    expect(compareAnswer(found).join(' ')).toMatch(/one network each tells nothing of chance/)
    expect(intervalNote(compareStudies(first, first))).toMatch(/All numbers are the same/)
  })

  it('makes a page that is whole, escaped and the same every time', async () => {
    const second = await studyOf('<i>second</i>', base.replace('[0.5]', '[0.4]'))
    const page = await comparePage(compareStudies(first, second))
    expect(page).toBe(await comparePage(compareStudies(first, second)))
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object|<i>second/)
    expect(page.match(/<figure /g)!.length).toBeGreaterThanOrEqual(3)
    expect(page).toContain('prune.densities')
  })
})
