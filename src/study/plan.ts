import { hashText } from './hash.js'
import { neededIds, type Job, type JobKey } from './job.js'
import { jobKinds } from './jobs.js'
import type { DataFacts, JobKinds, PlannedJob } from './jobs/kind.js'
import type { Provenance } from './provenance.js'
import type { StudyConfig } from './schema.js'

export type { DataFacts } from './jobs/kind.js'

/** Raise when the form of stored results changes: older ones are then computed anew. */
export const resultVersion = 5

/** A study that is ready to run: what a folder's `plan.json` says of itself. */
export interface StudyPlan {
  readonly config: StudyConfig
  readonly provenance: Provenance
  /** What the plan knows of the data; workers compute with these data or not at all. */
  readonly facts: DataFacts
  readonly jobs: readonly Job[]
}

/** Says what a job is of, for people; the hash alone identifies it. */
function jobId(kind: string, { method, density, scope, width, trial, part, sizes }: JobKey, hash: string): string {
  const isUnpruned = width === 0
  const setting = isUnpruned ? [] : [method, `d${density}`, scope === 'layer' && 'layer']
  const place = isUnpruned ? [] : [`w${width}`, trial !== null && `t${trial}`, part !== undefined && `p${part}`]
  return [kind, ...setting, `h${sizes.length - 2}`, ...place, hash].filter(Boolean).join('-')
}

function toJob(kind: string, version: number, kernels: string, { dependsOn, needs, cost, ...key }: PlannedJob): Job {
  const { method, density, scope, sizes, width, trial, part } = key
  const ids = Object.fromEntries(Object.entries(needs).map(([name, jobs]) => [name, jobs.map(({ id }) => id)]))
  const place = { method, density, scope, sizes, width, trial, ...(part !== undefined && { part }) }
  const all = [resultVersion, kind, version, kernels, place, ids, dependsOn]
  const id = jobId(kind, key, hashText(JSON.stringify(all)).slice(0, 12))
  return { kind, id, ...place, needs: ids, cost }
}

/** How many steps of jobs lie before each, by id. */
export function stagesOf(jobs: readonly Job[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  // A job comes after those it needs: kinds are planned in the order of their table.
  for (const job of jobs) found.set(job.id, Math.max(0, ...neededIds(job).map((id) => 1 + found.get(id)!)))
  return found
}

/**
 * Every job of a study, each after the jobs it needs. Ids hash all that a result depends on, so that a finished result
 * is found again after an interruption or an edit, and never mistaken for another.
 *
 * @param kinds what there is to do. Default: {@link jobKinds}
 * @throws RangeError when `sizes` does not fit the data, or a density keeps no weight
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { planFromText, planStudy, type LoadSamples } from 'limn/study'
 *
 * const x = matrixOf([[1, 0], [0, 1], [1, 1], [0, 0.5]])
 * const load: LoadSamples = (name) => ({ name, x, labels: Int32Array.of(0, 1, 0, 1), classes: 2 })
 * const text = `data: { source: mine, samples: 4 }
 * trials: 2
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [0.5] }
 * graphon: { bins: 3 }
 * training: { steps: 2 }`
 * const plan = await planFromText(text, 'study.yaml', { load, runtime: 'Node' })
 * // The same study and data give the same jobs.
 * const again = planStudy(plan.config, plan.facts)
 * console.log(again.every(({ id }, i) => id === plan.jobs[i].id)) // true
 */
export function planStudy(config: StudyConfig, facts: DataFacts, kinds: JobKinds = jobKinds): Job[] {
  const byKind = new Map<string, readonly Job[]>()
  const jobsOf = (kind: string): readonly Job[] => {
    const found = byKind.get(kind)
    if (!found) throw new RangeError(`planStudy: expected kind ${kind} earlier in the table of kinds`)
    return found
  }
  for (const [name, kind] of Object.entries(kinds)) {
    const planned = kind.plan({ config, facts, jobsOf })
    byKind.set(
      name,
      planned.map((job) => toJob(name, kind.version, facts.kernels, job)),
    )
  }
  const jobs = [...byKind.values()].flat()
  const stage = stagesOf(jobs)
  return jobs.sort((a, b) => stage.get(a.id)! - stage.get(b.id)! || b.cost - a.cost || (a.id < b.id ? -1 : 1))
}
