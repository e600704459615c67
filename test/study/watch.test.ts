import { describe, expect, it } from 'vitest'
import { watchSentence } from '../../src/report/watch-words.js'
import type { Speeds } from '../../src/study/foresight.js'
import type { Job } from '../../src/study/job.js'
import { followStudy } from '../../src/study/watch.js'

const job = (id: string, kind: string, cost: number): Job => ({
  ...{ id, kind, cost, method: 'snip', density: 0.5, scope: 'global', sizes: [2, 3, 2], width: 3, trial: 0, needs: {} },
})
const jobs = [...Array.from({ length: 8 }, (_, i) => job(`r${i}`, 'run', 1)), job('k', 'kernel', 12)]
const ids = (count: number) => new Set(jobs.slice(0, count).map(({ id }) => id))

describe('followStudy', () => {
  it('counts what is there by kind, and knows no rate before a result has come', () => {
    const look = followStudy(jobs)
    const first = look(0, ids(2))
    expect(first).toMatchObject({ total: 9, done: 2, share: 0.1, perMinute: null, secondsLeft: null, fresh: [] })
    expect(first.kinds).toEqual([
      { kind: 'run', total: 8, done: 2 },
      { kind: 'kernel', total: 1, done: 0 },
    ])
    expect(look(60_000, ids(2))).toMatchObject({ perMinute: null, secondsLeft: null })
    expect(watchSentence(look(60_000, ids(2)), [])).toBe('2 of 9 jobs done, no result has come of late.')
  })

  it('reckons what is left by expected work: one long job is not one of nine', () => {
    const look = followStudy(jobs)
    look(0, ids(0))
    const moment = look(120_000, ids(6))
    // 6 of 20 in 120 s: 14 are left at one in 20 s.
    expect(moment.perMinute).toBe(3)
    expect(moment.secondsLeft).toBeCloseTo(280, 10)
    expect(moment.fresh.map(({ id }) => id)).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5'])
    expect(watchSentence(moment, ['x'])).toBe(
      '6 of 9 jobs done, about 4 min 40 s left at 3.00 a minute, 1 could not be computed.',
    )
  })

  it('weighs kinds of jobs by what they have taken, and is the same where all are as many times slower', () => {
    const left = (speeds: Speeds) => {
      const look = followStudy(jobs, speeds)
      look(0, ids(0))
      return look(120_000, ids(6)).secondsLeft
    }
    expect(left({ run: { cost: 1, seconds: 3 }, kernel: { cost: 1, seconds: 3 } })).toBeCloseTo(280, 10)
    // Kernels twice as long: 6 of 32 in 120 s, 26 are left.
    expect(left({ run: { cost: 1, seconds: 1 }, kernel: { cost: 1, seconds: 2 } })).toBeCloseTo(520, 10)
  })

  it('forgets rates of more than five minutes ago, and does not mind other results or those that vanish', () => {
    const look = followStudy(jobs)
    look(0, ids(0))
    look(60_000, ids(4))
    // Four came in the first minute, none since.
    expect(look(500_000, ids(4)).perMinute).toBeNull()
    const moment = look(560_000, new Set([...ids(5), 'another-study']))
    expect([moment.done, moment.perMinute]).toEqual([5, 60 / 500])
    expect(look(570_000, ids(3))).toMatchObject({ done: 3, perMinute: null, secondsLeft: null, fresh: [] })
  })

  it('has nothing left when all is done', () => {
    const moment = followStudy(jobs)(0, ids(9))
    expect(moment).toMatchObject({ share: 1, secondsLeft: 0 })
    expect(watchSentence(moment, [])).toBe('All 9 jobs are done.')
  })
})
