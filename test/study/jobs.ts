import type { Job } from '../../src/study/job.js'

/** A job of a study that never was. */
export function job(id: string, needed: string[] = [], cost = 1): Job {
  return {
    kind: 'run',
    id,
    needs: { others: needed },
    cost,
    method: 'random',
    density: 0.5,
    scope: 'global',
    sizes: [1, 1],
    width: 1,
    trial: 0,
  }
}
