import type { JobRunner } from './execute-study.js'
import type { Speed, Speeds } from './foresight.js'

/**
 * A runner that does what another does and sums up the time that its jobs take, by kind.
 *
 * @param now milliseconds of a clock. Default `performance.now`
 */
export function timedRunner(
  runner: JobRunner,
  now: () => number = () => performance.now(),
): { readonly runner: JobRunner; readonly speeds: () => Speeds } {
  const found = new Map<string, Speed>()
  return {
    speeds: () => Object.fromEntries(found),
    runner: {
      concurrency: runner.concurrency,
      async run(job) {
        const begin = now()
        await runner.run(job)
        const { cost, seconds } = found.get(job.kind) ?? { cost: 0, seconds: 0 }
        found.set(job.kind, { cost: cost + job.cost, seconds: seconds + (now() - begin) / 1000 })
      },
    },
  }
}
