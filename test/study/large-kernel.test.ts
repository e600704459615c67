import { describe, expect, it } from 'vitest'
import { chainFromTensors } from '../../src/graphon/chain/chain-file.js'
import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import { topEigenpairs } from '../../src/linalg/top-eigenpairs.js'
import { directoryStore } from '../../src/node/studies/result-store.js'
import { classMean } from '../../src/ntk/agreement.js'
import { limitKernels } from '../../src/ntk/graphon-ntk.js'
import { executeJob } from '../../src/study/execute-job.js'
import { memoryStore } from '../../src/study/in-process.js'
import type { ResultStore } from '../../src/study/job.js'
import { dataFingerprint, loadStudyData, manyFingerprint, type LoadSamples } from '../../src/study/study-data.js'
import { planStudy } from '../../src/study/plan.js'
import { readStudy } from '../../src/study/read-study.js'
import { randomStream } from '../../src/random/random.js'
import { freshFolder } from '../cli/limn.js'

const [n, d] = [600, 5]
const stream = randomStream(11, 'many')
const all = matrix(
  n,
  d,
  Float64Array.from({ length: n * d }, () => stream.normal()),
)
const load: LoadSamples = (name, { samples }) => ({
  name,
  x: { rows: samples, cols: d, data: all.data.slice(0, samples * d) },
  labels: Int32Array.from({ length: samples }, (_, i) => i % 2),
  classes: 2,
})

const text = (kernel: string) => `
trials: 1
data: { source: nowhere, samples: 12 }
network: { hiddenLayers: 2, widths: [16, 32] }
prune: { methods: [snip], densities: [0.3] }
graphon: { bins: 4 }
spectrum: { samples: ${n}, top: 7, kernel: ${kernel} }
training: { steps: 0 }
`

async function compute(kernel: string, store: ResultStore) {
  const config = readStudy(text(kernel), 'study.yaml')
  const data = await loadStudyData(config, load)
  const many = manyFingerprint(data)!
  const facts = {
    inputs: d,
    classes: 2,
    fingerprint: dataFingerprint(data),
    manyFingerprint: many,
    kernels: 'simd' as const,
  }
  const jobs = planStudy(config, facts)
  const byId = new Map(jobs.map((job) => [job.id, job]))
  for (const { id } of jobs) await executeJob({ config, data, jobs: byId, store, now: () => 0 }, id)
  return { config, jobs, data }
}

const largest = ({ data }: Matrix) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

describe('the top of the spectrum on many samples', () => {
  it.each(['graphon', 'energy'])('is that of the whole kernel: %s', async (which) => {
    const store = memoryStore()
    const { jobs, data, config } = await compute(which, store)
    // One panel holds the widest networks' kernel here; the bits do not depend on how it is cut.
    const cell = jobs.find(({ kind, width }) => kind === 'kernel' && width === 32)!
    const { W, V, measures } = chainFromTensors(store.results.get(cell.id)!.arrays, cell.id)
    expect(V).toBeDefined()
    const chain = which === 'energy' ? { W, V: V!, measures } : { W, measures }
    const { ntk } = limitKernels(chain, data.manyX!, {}, ['ntk'])
    const whole = matrix(n, n, classMean(ntk).data)
    const top = topEigenpairs(whole, { k: 7, seed: config.seed, tolerance: 1e-9, smallest: true })
    const [found] = jobs.filter(({ kind }) => kind === 'top-spectrum').map(({ id }) => store.results.get(id)!)
    const eigenvalues = found.rows.filter(({ record }) => record === 'top-eigenvalue')
    const unit = largest(whole) * n
    eigenvalues.forEach(({ eigenvalue }, k) =>
      expect(Math.abs(Number(eigenvalue) - top.values[k])).toBeLessThan(1e-12 * unit),
    )
    expect(eigenvalues.every(({ residual }) => Number(residual) < 1e-9)).toBe(true)
    const trace = Array.from({ length: n }, (_, i) => whole.data[i * n + i]).reduce((sum, value) => sum + value, 0)
    expect(found.rows.find(({ record }) => record === 'top')!.trace).toBeCloseTo(trace, 10)
  })

  it('is the same from files that are read piece by piece', async () => {
    const file = freshFolder()
    const [memory, folder] = [memoryStore(), directoryStore(file('store'))]
    const { jobs } = await compute('graphon', memory)
    await compute('graphon', folder)
    const { id } = jobs.find(({ kind }) => kind === 'top-spectrum')!
    const strip = (rows: readonly object[]) => rows.map((row) => ({ ...row, machine: '' }))
    const plain = memory.results
      .get(id)!
      .rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)))
    expect(strip((await folder.read(id)).rows)).toEqual(strip(plain))
  })

  it('is planned beside the rest, and changes no other job', () => {
    const facts = { inputs: d, classes: 2, fingerprint: 'a', manyFingerprint: 'b', kernels: 'simd' as const }
    const ids = (study: string) => planStudy(readStudy(study, 'study.yaml'), facts).map(({ id }) => id)
    const [plain, many] = [ids(text('graphon').replace(/spectrum:.*\n/, '')), ids(text('graphon'))]
    expect(plain.every((id) => many.includes(id))).toBe(true)
    const added = many.filter((id) => !plain.includes(id)).map((id) => id.replace(/-[0-9a-f]{12}$/, ''))
    expect(added).toEqual(['kernel-panel-snip-d0.3-h2-w32-p0', 'top-spectrum-snip-d0.3-h2-w32'])
    const other = planStudy(readStudy(text('graphon'), 'study.yaml'), { ...facts, manyFingerprint: 'c' })
    expect(other.filter(({ id }) => !many.includes(id)).map(({ kind }) => kind)).toEqual([
      'kernel-panel',
      'top-spectrum',
    ])
  })

  it('takes no more eigenvalues than samples', () => {
    const wrong = text('graphon').replace('top: 7', 'top: 601')
    expect(() => readStudy(wrong, 'study.yaml')).toThrow('spectrum.top: expected at most samples = 600, got 601')
  })
})
