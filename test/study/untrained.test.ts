import { beforeAll, describe, expect, it } from 'vitest'
import { studyFigures } from '../../src/plot/figures.js'
import { renderReport } from '../../src/report/report.js'
import { buildFindings } from '../../src/study/build-findings.js'
import { DivergenceError } from '../../src/network/divergence.js'
import { orDivergence } from '../../src/study/divergence.js'
import { executeJob } from '../../src/study/execute-job.js'
import type { Findings, Provenance } from '../../src/study/findings.js'
import { planStudy } from '../../src/study/plan.js'
import { readStudy } from '../../src/study/read-study.js'
import { jobKinds } from '../../src/study/jobs.js'
import { identityColumns, recordsOfTable } from '../../src/study/jobs/table.js'
import { memoryStore } from '../../src/study/in-process.js'
import type { StudyData } from '../../src/study/study-data.js'
import { matrix } from '../../src/linalg/matrix.js'
import { randomStream } from '../../src/random/random.js'

const normal = randomStream(5, 'samples')
const x = matrix(
  12,
  6,
  Float64Array.from({ length: 72 }, () => normal.normal()),
)
const labels = Int32Array.from({ length: 12 }, (_, i) => i % 3)
const data: StudyData = { name: 'normal', x, labels, classes: 3, pruneX: x, pruneLabels: labels }

interface Options {
  readonly widths: string
  readonly density: number
  readonly training?: string
  readonly scope?: 'global' | 'layer' | 'both'
}

async function study({ widths, density, training = '', scope = 'both' }: Options) {
  const text = `
trials: 3
data: { source: nowhere, samples: 12 }
network: { hiddenLayers: 1, widths: ${widths} }
prune: { methods: [random], densities: [${density}], scope: ${scope} }
graphon: { bins: 4 }
training: { steps: 20, trials: 3${training} }
`
  const config = readStudy(text, 'study.yaml')
  const jobs = planStudy(config, { inputs: 6, classes: 3, fingerprint: '', kernels: 'simd' })
  const store = memoryStore()
  const byId = new Map(jobs.map((job) => [job.id, job]))
  for (const { id } of jobs) await executeJob({ config, data, jobs: byId, store, now: () => 0 }, id)
  const provenance: Provenance = {
    title: 'Little networks',
    study: text,
    limnVersion: '0',
    runtime: 'Node 20',
    kernelBuild: 'simd',
    seed: 0,
    data: 'normal',
    samples: 12,
    inputs: 6,
    classes: 3,
    classesPresent: 3,
    hiddenLayers: [1],
    trials: 3,
    bins: 4,
    activation: 'relu',
    convention: 'masked',
    scope,
    runs: jobs.filter(({ kind }) => kind === 'run').length,
  }
  const findings = await buildFindings({ config, provenance, jobs, store })
  for (const { record, ...row } of [...store.results.values()].flatMap((result) => result.rows)) {
    // What a kind of row fills is what its exported table promises.
    const own = recordsOfTable(jobKinds).find(({ name }) => name === record)!
    const promised = [...identityColumns(), ...own.columns].map(({ name }) => name)
    expect(promised).toEqual(expect.arrayContaining(Object.keys(row)))
  }
  const rows = jobs.flatMap((job) =>
    job.kind === 'run' ? store.results.get(job.id)!.rows.filter(({ record }) => record === 'training') : [],
  )
  return { findings, rows, page: await renderReport(findings, studyFigures(findings)) }
}

/** The table of measured training as text, one string per row. */
function trainingRows(page: string): string[] {
  const table = page.slice(page.indexOf('<span>Measured training'))
  return Array.from(table.slice(0, table.indexOf('</table>')).matchAll(/<tr>(.*?)<\/tr>/gs), ([, row]) =>
    row
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  )
}

const key = ({ method, scope, width, trial }: Findings['training'][number] | Findings['untrained'][number]) =>
  `${method} ${scope} ${width} ${trial}`

describe('a study in which some networks are dead', () => {
  let found: Awaited<ReturnType<typeof study>>
  beforeAll(async () => {
    found = await study({ widths: '[1, 2, 4]', density: 0.17 })
  })

  it('has every run exactly once, trained or with the reason why not', () => {
    const { training, untrained } = found.findings
    expect(new Set([...training, ...untrained].map(key)).size).toBe(3 * 3 * 2)
    expect(training.length + untrained.length).toBe(3 * 3 * 2)
    expect(training.length).toBeGreaterThan(0)
    expect(new Set(untrained.map(({ why }) => why))).toContain('dead')
  })

  it('stores no step size for a run without training, and a zero kernel for a dead one', () => {
    for (const { learning_rate: rate, ntk_lambda_max: lambda, untrained, reason } of found.rows) {
      if (untrained === 'dead') {
        expect(lambda).toBe(0)
        expect(reason).toMatch(/^no active path/)
      } else expect(lambda).toBeGreaterThan(0)
      expect(typeof rate === 'number').toBe(untrained === null)
    }
  })

  it('averages over the trials that were trained and says how many', () => {
    const { findings, page } = found
    const [, ...rows] = trainingRows(page)
    const widest = Math.max(...findings.training.map(({ width }) => width))
    expect(rows).toHaveLength(2)
    rows.forEach((row, i) => {
      const scope = i === 0 ? 'global' : 'layer'
      const trained = findings.training.filter((run) => run.width === widest && run.scope === scope)
      expect(row).toContain(`Random ${scope} ${trained.length} of 3 trials`)
      const sizes = trained.map(({ learningRate }) => learningRate)
      const [least, most] = [Math.min(...sizes), Math.max(...sizes)].map((size) => size.toPrecision(3))
      expect(row).toContain(least === most ? `trials ${most} ` : `trials ${least} … ${most} `)
    })
    const lost = findings.untrained.length
    expect(page.replaceAll(/\s+/g, ' ')).toMatch(
      new RegExp(`${lost} of 18 networks could not be trained: [^<]*\\d+ with no active path`),
    )
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })
})

describe('a study that cannot be trained at all', () => {
  it('still reports graphons and kernels when every network is dead', async () => {
    const { findings, page } = await study({ widths: '[1]', density: 0.1, scope: 'global' })
    expect(findings.training).toEqual([])
    expect(findings.untrained).toHaveLength(3)
    expect(findings.graphons).toHaveLength(1)
    expect(page).toContain('No network was trained.')
    expect(page.replaceAll(/\s+/g, ' ')).toContain('3 of 3 networks could not be trained')
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('records where the loss left the range of numbers when the step size is far too large', async () => {
    const { findings, page } = await study({ widths: '[16]', density: 0.5, training: ', learningRate: 500' })
    expect(findings.training).toEqual([])
    for (const { why, reason } of findings.untrained)
      expect([why, reason]).toEqual(['diverged', expect.stringMatching(/^the loss is not finite at step \d+/)])
    // The kernels before training are there all the same.
    expect(findings.spectra.some(({ kernel }) => kernel === 'empirical')).toBe(true)
    expect(page.replaceAll(/\s+/g, ' ')).toContain('6 whose loss left the range of numbers')
  })

  it('takes nothing but divergence for divergence', () => {
    const fails = (error: unknown) => () =>
      orDivergence(() => {
        throw error
      })
    expect(fails(new DivergenceError('train', 'the loss is not finite at step 3'))()).toEqual({
      diverged: 'the loss is not finite at step 3',
    })
    expect(fails(new Error('train: the loss is not finite at step 3'))).toThrow('step 3')
    expect(fails(new RangeError('train: expected 3 labels, got 4'))).toThrow('expected 3 labels')
    expect(fails(new Error('team: it was closed'))).toThrow('closed')
    expect(orDivergence(() => 7)).toBe(7)
  })
})
