import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { matrix } from '../../src/linalg/matrix.js'
import { randomStream } from '../../src/random/random.js'
import { html } from '../../src/report/html.js'
import { renderReport } from '../../src/report/report.js'
import { sections } from '../../src/report/sections.js'
import type { Section } from '../../src/report/sections/section.js'
import { buildFindings } from '../../src/study/build-findings.js'
import { executeJob } from '../../src/study/execute-job.js'
import { executeStudy, type JobRunner } from '../../src/study/execute-study.js'
import { inProcessRunner, memoryStore } from '../../src/study/in-process.js'
import { jobKinds } from '../../src/study/jobs.js'
import { fromResult, theRow, toResult } from '../../src/study/jobs/finished.js'
import { jobKind } from '../../src/study/jobs/kind.js'
import { byKey, cellName, cells } from '../../src/study/jobs/ladders.js'
import { record } from '../../src/study/jobs/record.js'
import { run } from '../../src/study/jobs/run.js'
import { columnsOfTable } from '../../src/study/jobs/table.js'
import { planFromText } from '../../src/study/prepare.js'
import type { LoadSamples } from '../../src/study/study-data.js'

/** A kind of job of one's own: kept weights per class of matrices, out of the networks of one cell. */
const budget = jobKind({
  label: 'budget',
  about: 'Weights kept by the first matrix, mean over trials.',
  version: 1,
  records: { budget: record('cell', z.strictObject({ first: z.number().describe('kept by the first matrix') })) },
  needs: { networks: run },
  gives: ['budgets'],
  plan(planning) {
    const runs = byKey(planning.jobsOf('run'), cellName)
    return cells(planning).map((cell) => ({ ...cell, dependsOn: {}, needs: { networks: runs(cell) }, cost: 1 }))
  },
  execute({ inputs }) {
    const kept = inputs.networks.map((one) => theRow(one, 'layer', { matrix: 1 }).kept)
    return { records: { budget: [{ first: kept.reduce((a, b) => a + b, 0) / kept.length }] }, arrays: new Map() }
  },
  findings: (result) => ({ budgets: [{ width: result.job.width, first: theRow(result, 'budget').first }] }),
})
const kinds = { ...jobKinds, budget }

const normal = randomStream(1, 'own kind')
const x = matrix(
  6,
  4,
  Float64Array.from({ length: 24 }, () => normal.normal()),
)
const load: LoadSamples = (name) => ({ name, x, labels: Int32Array.of(0, 1, 2, 0, 1, 2), classes: 3 })
const text = `
trials: 2
data: { source: memory, samples: 6 }
network: { hiddenLayers: 1, widths: [3, 5] }
prune: { methods: [random], densities: [0.5], scope: layer }
graphon: { bins: 3 }
training: { steps: 2 }
`

async function study(runnerOf: (runner: JobRunner) => JobRunner = (runner) => runner) {
  const { planStudy } = await import('../../src/study/plan.js')
  const plan = await planFromText(text, 'study.yaml', { load, runtime: 'a test' })
  const jobs = planStudy(plan.config, plan.facts, kinds)
  const store = memoryStore()
  const {
    x: samples,
    labels,
    classes,
  } = await load('memory', { samples: 6, seed: 0, split: 'train', standardize: false })
  const data = { name: 'memory', x: samples, labels, classes, pruneX: samples, pruneLabels: labels }
  const bench = {
    config: plan.config,
    data,
    jobs: new Map(jobs.map((job) => [job.id, job])),
    store,
    kinds,
    now: () => 0,
  }
  await executeStudy({ jobs, store, runner: runnerOf(inProcessRunner(bench)) })
  const findings = await buildFindings({ config: plan.config, provenance: plan.provenance, jobs, store, kinds })
  return { findings, store, jobs, bench }
}

describe('a kind of job of one’s own', () => {
  it('is planned after what it needs, computed, stored in columns of its own and found in the findings', async () => {
    const { findings, store, jobs } = await study()
    // Half of 4 · 3 and of 4 · 5 weights.
    expect(findings.budgets).toEqual([
      { width: 3, first: 6 },
      { width: 5, first: 10 },
    ])
    expect(findings.pruning).toHaveLength(2)
    const { id } = jobs.find(({ kind }) => kind === 'budget')!
    expect(store.results.get(id)!.rows.map((row) => row.record)).toEqual(['job', 'budget'])
    const names = (table: typeof jobKinds) => columnsOfTable(table).map(({ name }) => name)
    expect(names(kinds).filter((name) => !names(jobKinds).includes(name))).toEqual(['first'])
  })

  it('has a section of its own in the report', async () => {
    const { findings } = await study()
    const budgets: Section<typeof findings> = {
      title: 'Budgets',
      answer: ({ budgets: found }) => [`The first matrix keeps ${found[0].first} weights or more.`],
      opening: html`<p>What the first matrix keeps.</p>`,
      figures: [],
      after: (found) => html`<p>${found.budgets.map(({ width, first }) => `${width}: ${first}`).join(', ')}</p>`,
    }
    const page = await renderReport(findings, [], { ...sections, budgets })
    expect(page).toContain('<h2 id="budgets"><a href="#budgets">Budgets</a></h2>')
    expect(page).toContain('<div class="answer"><p>The first matrix keeps 6 weights or more.</p>')
    expect(page).toContain('3: 6, 5: 10')
    expect(page.split('<section ')).toHaveLength(Object.keys(sections).length + 2)
  })

  it('gives the same results with a runner that takes several jobs at once and tries again', async () => {
    let failures = 0
    const flaky = (runner: JobRunner): JobRunner => ({
      concurrency: 3,
      async run(job) {
        await new Promise((resolve) => setTimeout(resolve, job.cost > 1 ? 3 : 1))
        if (++failures % 2 === 1) return this.run(job)
        return runner.run(job)
      },
    })
    const [one, other] = [await study(), await study(flaky)]
    expect(failures).toBeGreaterThan(one.jobs.length)
    expect(other.findings).toEqual(one.findings)
    for (const { id } of one.jobs) expect(other.store.results.get(id)).toEqual(one.store.results.get(id))
  })

  it('names job, record and column where a stored row is not of its record, and never takes a missing number for 0', async () => {
    const { jobs, store, bench } = await study()
    const job = jobs.find(({ kind }) => kind === 'run')!
    const { rows, arrays } = store.results.get(job.id)!
    const without = rows.map((row) => (row.record === 'layer' && row.matrix === 2 ? { ...row, kept: null } : row))
    await store.write(job.id, { rows: without, arrays })
    const dependent = jobs.find(({ kind, needs }) => kind === 'budget' && needs.networks.includes(job.id))!
    await expect(executeJob(bench, dependent.id)).rejects.toThrow(`${job.id}: a row of record layer, column kept: `)
    const lost = fromResult(run.records, job, { rows: rows.filter((row) => row.matrix !== 1), arrays })
    expect(() => theRow(lost, 'layer', { matrix: 1 })).toThrow(
      `${job.id}: expected one row of record layer with matrix 1, got 0`,
    )
    const wrong = { records: { budget: [{ first: Number.NaN }] }, arrays: new Map() }
    expect(() =>
      toResult(budget.records, dependent, wrong, {
        seconds: 0,
        limn: '0',
        kernels: 'simd',
        peak_memory: null,
        machine: 'here',
      }),
    ).toThrow(/record budget, column first: expected number/)
  })
})
