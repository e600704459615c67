import { describe, expect, it } from 'vitest'
import { clockSeconds, foresee, reasonsOf, slownessOf } from '../../src/study/foresight.js'
import { planStudy } from '../../src/study/plan.js'
import { readStudy } from '../../src/study/read-study.js'
import { timedRunner } from '../../src/study/timed-runner.js'

const planOf = (more = '') => ({
  jobs: planStudy(
    readStudy(
      `trials: 2
data: { source: memory, samples: 6 }
network: { hiddenLayers: 1, widths: [8, 16] }
prune: { methods: [snip], densities: [0.5] }
${more}`,
      'study.yaml',
    ),
    { inputs: 4, classes: 3, fingerprint: '', kernels: 'simd' },
  ),
})
const nothing = { whole: [], damaged: [] }

describe('why a job is to be computed', () => {
  const plan = planOf()

  it('is that no plan has had it', () => {
    expect(new Set(reasonsOf(plan, nothing).values())).toEqual(new Set(['new']))
    expect(reasonsOf(plan, { whole: plan.jobs, damaged: [] }).size).toBe(0)
  })

  it('is what has become of its result', () => {
    const [first, second, ...rest] = plan.jobs
    const damaged = [{ id: second.id, file: 'b', problem: 'is damaged' }]
    const why = reasonsOf(plan, { whole: rest, damaged }, plan)
    expect([...why]).toEqual([
      [first.id, 'missing'],
      [second.id, 'damaged'],
    ])
  })

  it('is a setting that has changed, for the jobs that depend on it alone', () => {
    const other = planOf('kernel: { convention: variance }')
    const same = plan.jobs.filter(({ id }) => other.jobs.some((job) => job.id === id))
    const why = reasonsOf(other, { whole: same, damaged: [] }, plan)
    const kinds = new Set(other.jobs.filter(({ id }) => why.has(id)).map(({ kind }) => kind))
    expect(kinds).toEqual(new Set(['dense', 'kernel']))
    expect(new Set(why.values())).toEqual(new Set(['changed']))
  })
})

describe('how long that takes', () => {
  const plan = planOf()
  const why = reasonsOf(plan, nothing)

  it('is the cost, times what jobs of the kind have taken for theirs', () => {
    const cost = (kind: string) => plan.jobs.filter((job) => job.kind === kind).reduce((sum, job) => sum + job.cost, 0)
    const speeds = { run: { cost: 2, seconds: 6 } }
    const of = (kind: string, known = {}) => foresee(plan, why, known).find((one) => one.kind === kind)!
    expect(of('run').seconds).toBeCloseTo(cost('run'), 12)
    expect(of('run', speeds).seconds).toBeCloseTo(3 * cost('run'), 12)
    // Of a kind that never ran, as much slower as the others were.
    expect(of('kernel', speeds).seconds).toBeCloseTo(3 * cost('kernel'), 12)
    expect(of('run')).toMatchObject({ jobs: 4, done: 0, why: { new: 4 } })
    expect(slownessOf('run', {})).toBe(1)
  })

  it('is work over threads, and no less than the longest chain', () => {
    const left = new Set(why.keys())
    const work = plan.jobs.reduce((sum, { cost }) => sum + cost, 0)
    expect(clockSeconds(plan.jobs, left, {}, 1)).toBeCloseTo(work, 12)
    const longest = clockSeconds(plan.jobs, left, {}, 1e6)
    const chain = plan.jobs.map(({ cost, needs }) => {
      const before = Object.values(needs).flat()
      return cost + Math.max(0, ...before.map((id) => plan.jobs.find((job) => job.id === id)!.cost))
    })
    expect(longest).toBeCloseTo(Math.max(...chain), 12)
    expect(clockSeconds(plan.jobs, new Set(), {}, 2)).toBe(0)
  })

  it('is measured while jobs run', async () => {
    let time = 0
    const { runner, speeds } = timedRunner(
      {
        concurrency: 3,
        run: () => {
          time += 500
          return Promise.resolve()
        },
      },
      () => time,
    )
    expect(runner.concurrency).toBe(3)
    for (const job of plan.jobs) await runner.run(job)
    expect(speeds()['run'].seconds).toBeCloseTo(4 * 0.5, 12)
  })
})
