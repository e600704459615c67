import { expect, it } from 'vitest'
import { matrix } from '../../src/linalg/matrix.js'
import { maskChain } from '../../src/network/structure/chain.js'
import { measureStructure } from '../../src/network/structure/metrics.js'
import { randomStream } from '../../src/random/random.js'
import { buildFindings } from '../../src/study/build-findings.js'
import { executeStudy } from '../../src/study/execute-study.js'
import { inProcessRunner, memoryStore } from '../../src/study/in-process.js'
import { prunedNetwork } from '../../src/study/networks.js'
import { plannedData, planFromText } from '../../src/study/prepare.js'
import type { LoadSamples } from '../../src/study/study-data.js'

const normal = randomStream(1, 'structure')
const x = matrix(
  6,
  7,
  Float64Array.from({ length: 42 }, () => normal.normal()),
)
const load: LoadSamples = (name) => ({ name, x, labels: Int32Array.of(0, 1, 2, 0, 1, 2), classes: 3 })
const text = `
trials: 3
data: { source: memory, samples: 6 }
network: { hiddenLayers: 2, widths: [12] }
prune: { methods: [random, magnitude], densities: [0.2] }
graphon: { bins: 3 }
kernel: { compute: false }
training: { steps: 0 }
`

it('finds in a study what its pruned networks have, over trials', async () => {
  const plan = await planFromText(text, 'study.yaml', { load, runtime: 'a test' })
  const data = await plannedData(plan, load)
  const store = memoryStore()
  const jobs = new Map(plan.jobs.map((job) => [job.id, job]))
  await executeStudy({ jobs: plan.jobs, store, runner: inProcessRunner({ config: plan.config, data, jobs, store }) })
  const { structures } = await buildFindings({ ...plan, store })
  expect(structures.map(({ method, trials }) => [method, trials])).toEqual([
    ['random', 3],
    ['magnitude', 3],
  ])
  for (const structure of structures) {
    const runs = plan.jobs.filter(({ kind, method }) => kind === 'run' && method === structure.method)
    const found = runs.map((job) => measureStructure(maskChain(prunedNetwork(plan.config, data, job).pruning.masks)))
    const mean = (value: (one: (typeof found)[number]) => number) =>
      found.reduce((sum, one) => sum + value(one), 0) / found.length
    expect(structure.keptDensity).toBeCloseTo(
      mean((one) => one.densities.network.density),
      14,
    )
    expect(structure.effectiveDensity).toBeCloseTo(
      mean((one) => one.effectiveDensity.network.density),
      14,
    )
    expect(structure.logPaths).toBeCloseTo(
      mean((one) => one.paths.network.logPaths!),
      12,
    )
    structure.matrices.forEach((one, l) => {
      expect(one.second).toBeCloseTo(
        mean(({ singularValues }) => singularValues.matrices[l].second!),
        10,
      )
      expect(one.fanIn.ratio).toBeCloseTo(
        mean(({ inDegrees }) => inDegrees.matrices[l].ratio!),
        12,
      )
      const within = found.filter(({ ramanujan }) => ramanujan.matrices[l].within === true)
      expect([one.within, one.judged]).toEqual([within.length, 3])
      expect(one.fanOut.regular + one.fanOut.chance + one.fanOut.uneven).toBe(3)
    })
  }
})
