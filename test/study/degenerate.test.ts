import { describe, expect, it } from 'vitest'
import { matrix } from '../../src/linalg/matrix.js'
import { studyFigures } from '../../src/plot/figures.js'
import { randomStream } from '../../src/random/random.js'
import { renderReport } from '../../src/report/report.js'
import { buildFindings } from '../../src/study/build-findings.js'
import { executeJob } from '../../src/study/execute-job.js'
import type { Findings, Provenance } from '../../src/study/findings.js'
import { planStudy } from '../../src/study/plan.js'
import { readStudy } from '../../src/study/read-study.js'
import { memoryStore } from '../../src/study/in-process.js'
import type { StudyData } from '../../src/study/study-data.js'

const d = 4
const normal = randomStream(5, 'samples')
const normals = (n: number) => Float64Array.from({ length: n * d }, () => normal.normal())

interface Case {
  readonly values: Float64Array
  readonly labels: readonly number[]
  readonly classes: number
  readonly keys?: string
}

/** Runs a whole study in memory and renders its report. */
async function study({ values, labels, classes, keys = '' }: Case): Promise<{ findings: Findings; page: string }> {
  const n = labels.length
  const text = `
trials: 3
data: { source: nowhere, samples: ${n} }
network: { hiddenLayers: 1, widths: [3, 5] }
prune: { methods: [random, grasp], densities: [0.5] }
graphon: { bins: 3 }
training: { steps: 4, trials: 2 }
${keys}`
  const config = readStudy(text, 'study.yaml')
  const x = matrix(n, d, values)
  const data: StudyData = {
    name: 'degenerate',
    x,
    labels: Int32Array.from(labels),
    classes,
    pruneX: x,
    pruneLabels: Int32Array.from(labels),
  }
  const jobs = planStudy(config, { inputs: d, classes, fingerprint: '', kernels: 'simd' })
  const store = memoryStore()
  const byId = new Map(jobs.map((job) => [job.id, job]))
  for (const { id } of jobs) await executeJob({ config, data, jobs: byId, store, now: () => 0 }, id)
  const provenance: Provenance = {
    title: 'Degenerate',
    study: text,
    limnVersion: '0',
    runtime: 'Node 20',
    kernelBuild: 'simd',
    seed: 0,
    data: 'degenerate',
    samples: n,
    inputs: d,
    classes,
    classesPresent: new Set(labels).size,
    hiddenLayers: [1],
    trials: 3,
    bins: 3,
    activation: 'relu',
    convention: 'masked',
    scope: 'global',
    runs: jobs.filter(({ kind }) => kind === 'run').length,
  }
  const findings = await buildFindings({ config, provenance, jobs, store })
  return { findings, page: await renderReport(findings, studyFigures(findings)) }
}

const mixed = [0, 1, 2, 0, 1, 2]

const cases: Readonly<Record<string, Case>> = {
  'one class': { values: normals(6), labels: [0, 0, 0, 0, 0, 0], classes: 1 },
  'one of two classes': { values: normals(6), labels: [0, 0, 0, 0, 0, 0], classes: 2 },
  'one sample': { values: normals(1), labels: [1], classes: 3 },
  'one sample of one class': { values: normals(1), labels: [0], classes: 1 },
  'zero inputs': { values: new Float64Array(6 * d), labels: mixed, classes: 3 },
  'one input repeated': { values: new Float64Array(6 * d).fill(1), labels: mixed, classes: 3 },
  'one sample without any input': { values: normals(6).fill(0, 0, d), labels: mixed, classes: 3 },
  'inputs beyond float32': { values: normals(6).map((v) => 1e200 * v), labels: mixed, classes: 3 },
  'vanishing inputs': { values: normals(6).map((v) => 1e-200 * v), labels: mixed, classes: 3 },
}

describe('a study of degenerate data', () => {
  it.each(Object.entries(cases))('has a report for %s', async (_, one) => {
    const { findings, page } = await study(one)
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/)
    expect(page.match(/<section /g)).toHaveLength(12)
    const unpruned = findings.failed.filter(({ kind, trial }) => kind === 'run' && trial! < 2)
    expect(findings.training.length + findings.untrained.length + unpruned.length).toBe(2 * 2 * 2)
  })
})
