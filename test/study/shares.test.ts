import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { neededIds } from '../../src/study/job.js'
import { planStudy, stagesOf } from '../../src/study/plan.js'
import { readStudy } from '../../src/study/read-study.js'
import { shareOf, stageCount } from '../../src/study/shares.js'

const text = `
trials: 3
data: { source: memory, samples: 6 }
network: { hiddenLayers: 2, widths: [16, 32, 64] }
prune: { methods: [snip, random], densities: [0.5, 0.3] }
`
const jobs = planStudy(readStudy(text, 'study.yaml'), { inputs: 4, classes: 3, fingerprint: '', kernels: 'simd' })

describe('shares of a study', () => {
  it('are disjoint, and together the study, each in the order of the plan', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (of) => {
        const shares = Array.from({ length: of }, (_, index) => shareOf(jobs, { index, of }))
        const ids = shares.flatMap((share) => share.map(({ id }) => id))
        expect(ids.length).toBe(jobs.length)
        expect(new Set(ids)).toEqual(new Set(jobs.map(({ id }) => id)))
        const place = new Map(jobs.map(({ id }, i) => [id, i]))
        for (const share of shares) {
          const places = share.map(({ id }) => place.get(id)!)
          expect(places).toEqual([...places].sort((a, b) => a - b))
        }
      }),
    )
  })

  it('have in every stage the same number of jobs to one, and none takes much longer than another', () => {
    const stages = stagesOf(jobs)
    const of = 4
    for (let stage = 0; stage < stageCount(jobs); stage++) {
      const shares = Array.from({ length: of }, (_, index) =>
        shareOf(jobs, { index, of }).filter(({ id }) => stages.get(id) === stage),
      )
      const counts = shares.map(({ length }) => length)
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      // Dealt by falling cost, shares differ by less than the first job's.
      const costs = shares.map((share) => share.reduce((sum, { cost }) => sum + cost, 0))
      expect(Math.max(...costs) - Math.min(...costs)).toBeLessThanOrEqual(Math.max(...jobs.map(({ cost }) => cost)))
    }
  })

  it('need results of earlier stages alone', () => {
    const stages = stagesOf(jobs)
    for (const job of jobs) for (const id of neededIds(job)) expect(stages.get(id)).toBeLessThan(stages.get(job.id)!)
    expect(stageCount(jobs)).toBe(2)
    expect(stageCount([])).toBe(1)
  })

  it.each([
    [-1, 4],
    [4, 4],
    [0, 0],
    [0.5, 4],
  ])('refuses share %f of %i', (index, of) => {
    expect(() => shareOf(jobs, { index, of })).toThrow(/shareOf: expected an index/)
  })
})
