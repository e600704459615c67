import { afterAll, describe, expect, it } from 'vitest'
import { kernelArithmetic, type KernelArithmetic } from '../../src/linalg/arithmetic.js'
import { defaultKernels, loadKernels, setDefaultKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matrix } from '../../src/linalg/matrix.js'
import { randomStream } from '../../src/random/random.js'
import { inProcessRunner, memoryStore } from '../../src/study/in-process.js'
import { executeStudy } from '../../src/study/execute-study.js'
import { pinKernels, planFromText, plannedData } from '../../src/study/prepare.js'
import type { LoadSamples } from '../../src/study/study-data.js'

const normal = randomStream(1, 'samples')
const x = matrix(
  6,
  4,
  Float64Array.from({ length: 24 }, () => normal.normal()),
)
const load: LoadSamples = (name) => ({ name, x, labels: Int32Array.of(0, 1, 2, 0, 1, 2), classes: 3 })
const planned = (kernels: string, found?: KernelArithmetic) =>
  planFromText(
    `
trials: 1
kernels: ${kernels}
data: { source: memory, samples: 6 }
network: { hiddenLayers: 2, widths: [16] }
prune: { methods: [snip], densities: [0.5] }
graphon: { bins: 4 }
training: { steps: 5 }
`,
    'study.yaml',
    { load, runtime: 'a test', ...(found && { kernels: found }) },
  )

const before = defaultKernels()
afterAll(() => setDefaultKernels(before))

const relaxed = supportedKernelBuilds().includes('relaxed-simd')

describe('the kernels of a study', () => {
  it('are the fastest by themselves, and those of results that are there', async () => {
    const fastest = kernelArithmetic(loadKernels())
    expect((await planned('auto')).facts.kernels).toBe(fastest)
    expect((await planned('auto', 'simd')).facts.kernels).toBe('simd')
    expect((await planned('simd', fastest)).facts.kernels).toBe('simd')
  })

  it('are not those of results whose rounding this machine does not have', async () => {
    const fastest = kernelArithmetic(loadKernels())
    const other = fastest === 'relaxed-simd fused' ? 'relaxed-simd unfused' : 'relaxed-simd fused'
    expect((await planned('auto', other)).facts.kernels).toBe(fastest)
    const plan = await planned('auto')
    expect(() => pinKernels({ facts: { ...plan.facts, kernels: other } })).toThrow(
      /plan the study with 'kernels: simd'/,
    )
  })

  it.runIf(relaxed)(
    'give ids and, in their last bits, numbers of their own; the same build the same bits',
    async () => {
      const resultsWith = async (kernels: string) => {
        const plan = await planned(kernels)
        pinKernels(plan)
        expect(defaultKernels().build).toBe(kernels)
        const store = memoryStore()
        const jobs = new Map(plan.jobs.map((job) => [job.id, job]))
        const bench = { config: plan.config, data: await plannedData(plan, load), jobs, store, now: () => 0 }
        await executeStudy({ jobs: plan.jobs, store, runner: inProcessRunner(bench) })
        return { ids: plan.jobs.map(({ id }) => id), numbers: [...store.results.values()] }
      }
      const [simd, fused, again] = [
        await resultsWith('simd'),
        await resultsWith('relaxed-simd'),
        await resultsWith('simd'),
      ]
      expect(again).toEqual(simd)
      expect(fused.ids.filter((id) => simd.ids.includes(id))).toEqual([])
      const loss = ({ numbers }: typeof simd) =>
        numbers.flatMap(({ rows }) => rows.flatMap(({ record, loss: one }) => (record === 'step' ? [Number(one)] : [])))
      expect(loss(simd).length).toBeGreaterThan(5)
      loss(simd).forEach((one, step) => expect(Math.abs(loss(fused)[step] / one - 1)).toBeLessThan(1e-5))
    },
  )
})
