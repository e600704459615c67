import { describe, expect, it } from 'vitest'
import { matrix } from '../../src/linalg/matrix.js'
import { randomStream } from '../../src/random/random.js'
import { executeJob } from '../../src/study/execute-job.js'
import { keyUses, type StudyKey, unusedKeys } from '../../src/study/key-uses.js'
import { planStudy } from '../../src/study/plan.js'
import { memoryStore } from '../../src/study/in-process.js'
import { knownKeys, studySchema, type StudyConfig } from '../../src/study/schema.js'
import type { StudyData } from '../../src/study/study-data.js'

const normal = randomStream(3, 'samples')
/** Half of the inputs are always zero, so that SNIP's first matrix has a structure. */
const inputs = 8
const x = matrix(
  5,
  inputs,
  Float64Array.from({ length: 5 * inputs }, (_, i) => (i % 2 === 0 ? normal.normal() : 0)),
)
const labels = Int32Array.from({ length: 5 }, (_, i) => i % 2)

type File = Readonly<Record<string, Readonly<Record<string, unknown>> | number | string>>

const base: File = {
  trials: 3,
  data: { source: 'samples.npz', samples: 5 },
  network: { hiddenLayers: 1, widths: [5, 8, 12] },
  prune: { methods: ['random'], densities: [0.5] },
  graphon: { bins: 3 },
  training: { steps: 2 },
}

/** The file with some keys of its sections changed or, where the value is undefined, left out. */
function changed(file: File, changes: Readonly<Record<string, unknown>>): File {
  const result: Record<string, unknown> = { ...file }
  for (const [path, value] of Object.entries(changes)) {
    const [section, key] = path.split('.')
    if (section === path) result[section] = value
    else {
      const own = Object.entries({ ...(result[section] as object), [key]: value })
      result[section] = Object.fromEntries(own.filter(([, one]) => one !== undefined))
    }
  }
  return result as File
}

/** All numbers that a study gives, by kind of job and what the job is of; no ids and no times. */
async function resultsOf(config: StudyConfig): Promise<string> {
  const scores = config.prune.samples ?? 5
  const data: StudyData = {
    name: 'samples',
    x,
    labels,
    classes: 2,
    pruneX: matrix(scores, inputs, x.data.slice(0, inputs * scores)),
    pruneLabels: labels.slice(0, scores),
    ...(config.spectrum && { manyX: x }),
  }
  const store = memoryStore()
  const jobs = planStudy(config, { inputs, classes: 2, fingerprint: '', kernels: 'simd' })
  const byId = new Map(jobs.map((job) => [job.id, job]))
  for (const { id } of jobs) await executeJob({ config, data, jobs: byId, store, now: () => 0 }, id)
  const numbers = jobs.map(({ id, kind, sizes, scope, trial }) => {
    const { rows, arrays } = store.results.get(id)!
    const values = Array.from(arrays, ([name, { data: array }]) => [name, Array.from(array, Number)])
    return JSON.stringify([kind, sizes, scope, trial, rows.map((row) => ({ ...row, job: '' })), values])
  })
  return numbers.sort().join('\n')
}

/** Studies that differ in all that decides whether a key has an effect. */
const contexts: Readonly<Record<string, File>> = {
  'a ladder': base,
  'SNIP on a ladder': changed(base, { 'prune.methods': ['snip'] }),
  'GraSP on a ladder': changed(base, { 'prune.methods': ['grasp'] }),
  'magnitudes at one width': changed(base, { 'network.widths': [6], 'prune.methods': ['magnitude'] }),
  'one trial': changed(base, { trials: 1 }),
  'two trials': changed(base, { trials: 2, 'training.trials': 0 }),
  'given sizes': changed(base, {
    'network.widths': undefined,
    'network.hiddenLayers': undefined,
    'network.sizes': [inputs, 6, 2],
  }),
  'no hidden layer': changed(base, {
    'network.widths': undefined,
    'network.hiddenLayers': undefined,
    'network.sizes': [inputs, 2],
  }),
  'random masks alone': changed(base, { 'kernel.compute': false, 'training.steps': 0 }),
  'magnitude masks alone': changed(base, {
    'kernel.compute': false,
    'training.steps': 0,
    'prune.methods': ['magnitude'],
  }),
  'SynFlow masks alone': changed(base, { 'kernel.compute': false, 'training.steps': 0, 'prune.methods': ['synflow'] }),
  'SNIP masks alone': changed(base, {
    'network.widths': [6],
    'kernel.compute': false,
    'training.steps': 0,
    'prune.methods': ['snip'],
  }),
  'training alone': changed(base, { 'kernel.compute': false }),
  'many samples alone': changed(base, {
    'kernel.compute': false,
    'training.steps': 0,
    spectrum: { samples: 5, top: 2 },
  }),
  'a fixed step size': changed(base, { 'training.learningRate': 0.01 }),
}

/** For every key that a job can see, a value that no context has. */
const others: Partial<Readonly<Record<StudyKey, unknown>>> = {
  seed: 7,
  trials: 4,
  'network.hiddenLayers': 2,
  'network.activation': 'erf',
  'network.sigmaW2': [1.5, 0.5],
  'network.sigmaB2': 0.3,
  'network.weights': 'redrawn',
  'prune.densities': [0.7],
  'prune.scope': 'layer',
  'prune.samples': 3,
  'prune.temperature': 5,
  'graphon.bins': 2,
  'graphon.estimator': 'block-model',
  'convergence.tolerance': 1,
  'convergence.simulations': 5,
  'kernel.convention': 'variance',
  'kernel.rescale': 'layer',
  'kernel.metrics': ['rank', 'decay'],
  'training.steps': 3,
  'training.trials': 2,
  'training.learningRate': 0.02,
  'training.relativeRate': 0.9,
}

/** Keys that say what is read or drawn, where another value is another study whatever else it holds. */
const elsewhere: readonly StudyKey[] = [
  'title',
  'kernels',
  'data.source',
  'data.samples',
  'data.testSamples',
  'data.standardize',
  'network.widths',
  'network.sizes',
  'prune.methods',
  'kernel.compute',
  'spectrum.samples',
  'spectrum.top',
  'spectrum.kernel',
]

describe('the keys of a study file', () => {
  it('are all in the table, and all tried here', () => {
    const keys = knownKeys([]).flatMap((name) => {
      const inside = knownKeys([name])
      return inside.length > 0 ? inside.map((key) => `${name}.${key}`) : [name]
    })
    expect(Object.keys(keyUses).sort()).toEqual(keys.sort())
    expect([...Object.keys(others), ...elsewhere].sort()).toEqual(keys.sort())
  })

  describe('are refused exactly where nothing depends on them', () => {
    const effective = new Set<string>()
    const isUnused = (key: StudyKey, file: File) =>
      unusedKeys(file, studySchema.parse(file)).some((found) => found.key === key)

    it.each(Object.entries(contexts))('%s', async (_, file) => {
      const given = studySchema.parse(file)
      const before = await resultsOf(given)
      for (const [key, value] of Object.entries(others) as [StudyKey, unknown][]) {
        if (key === 'training.trials' && given.trials < 2) continue
        const oneMatrix = key === 'network.sigmaW2' && given.network.sizes?.length === 2
        const after = changed(file, { [key]: oneMatrix ? [1.5] : value })
        const unused = isUnused(key, after)
        if (!unused && effective.has(key)) continue
        const same = (await resultsOf(studySchema.parse(after))) === before
        if (unused) expect(same, `${key} is refused and has an effect`).toBe(true)
        if (!same) effective.add(key)
      }
    })

    it('has an effect of every key somewhere', () => {
      expect([...effective].sort()).toEqual(Object.keys(others).sort())
    })
  })

  it('are left alone where they were not written', () => {
    const fixed = contexts['a fixed step size']
    expect(unusedKeys(fixed, studySchema.parse(fixed))).toEqual([])
  })

  it.each([
    ['data.standardize', { 'data.source': 'mnist', 'data.standardize': true }],
    ['data.testSamples', { 'data.testSamples': 10 }],
    ['data.testSamples', { 'data.source': 'mnist', 'data.testSamples': 10, 'training.steps': 0 }],
    ['training.trials', { 'training.steps': 0, 'training.trials': 1 }],
    ['training.steps', { 'training.steps': 5, 'training.trials': 0 }],
  ])('%s is refused for data or training that lack it', (key, changes) => {
    const file = changed(base, changes)
    expect(unusedKeys(file, studySchema.parse(file)).map((found) => found.key)).toContain(key)
  })

  it('may say that something is off', () => {
    const file = changed(base, { 'data.testSamples': 0, 'training.steps': 0, 'training.trials': 0 })
    expect(unusedKeys(file, studySchema.parse(file))).toEqual([])
  })
})
