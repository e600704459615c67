import { NumbersError } from '../numbers-error.js'
import type { Job } from './job.js'
import { stagesOf } from './plan.js'

/** One of several equal parts of a study, for a process that knows its number and nothing of the others. */
export interface Share {
  /** From 0. */
  readonly index: number
  readonly of: number
}

/**
 * The jobs of one share, in the order of the plan. Shares are disjoint, all of them together are the study, and the jobs of each
 * stage are dealt out one by one, the longest first, so that all have about the same work between two barriers.
 *
 * @param jobs of a plan, which are ordered by stage and, within one, by cost
 * @throws RangeError when there is no such share
 *
 * @example
 * import { planStudy, readStudy, shareOf } from 'limn/study'
 *
 * const text = `data: { source: mine, samples: 4 }
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [0.5] }`
 * const jobs = planStudy(readStudy(text, 'study.yaml'), { inputs: 2, classes: 2, fingerprint: '', kernels: 'simd' })
 * const shares = [0, 1, 2].map((index) => shareOf(jobs, { index, of: 3 }).length)
 * console.log(shares.reduce((sum, count) => sum + count, 0) === jobs.length) // true
 */
export function shareOf(jobs: readonly Job[], { index, of }: Share): Job[] {
  if (!(Number.isInteger(of) && of > 0 && Number.isInteger(index) && index >= 0 && index < of)) {
    throw new NumbersError(`shareOf: expected an index from 0 to ${of - 1}, got ${index}`)
  }
  const stages = stagesOf(jobs)
  const dealt = new Map<number, number>()
  return jobs.filter(({ id }) => {
    const stage = stages.get(id)!
    const turn = dealt.get(stage) ?? 0
    dealt.set(stage, turn + 1)
    return turn % of === index
  })
}

/**
 * How many times a share has to wait for the others: jobs of one stage need results of those before it alone.
 *
 * @example
 * import { planStudy, readStudy, stageCount } from 'limn/study'
 *
 * const text = `data: { source: mine, samples: 4 }
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [0.5] }`
 * const jobs = planStudy(readStudy(text, 'study.yaml'), { inputs: 2, classes: 2, fingerprint: '', kernels: 'simd' })
 * // Networks first, then what is made of them.
 * console.log(stageCount(jobs)) // 2
 */
export const stageCount = (jobs: readonly Job[]): number => Math.max(0, ...stagesOf(jobs).values()) + 1
