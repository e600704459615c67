import { hash64 } from './hash.js'
import type { Job, JobKey } from './job.js'
import type { StudyConfig } from './schema.js'

/** Raise when the meaning of stored results changes: older ones are then computed anew. */
const resultVersion = 1

/** What a plan must know of the data. */
export interface DataFacts {
  readonly inputs: number
  readonly classes: number
  /** Changes when any used number changes. */
  readonly fingerprint: string
}

/** The architectures of a study, in order of width; `width` labels each (its first hidden layer). */
export function architectures(
  { network: { widths, sizes, hiddenLayers } }: StudyConfig,
  { inputs, classes }: DataFacts,
): { width: number; sizes: number[] }[] {
  if (sizes) {
    if (sizes[0] !== inputs || sizes.at(-1) !== classes) {
      throw new RangeError(
        `network.sizes: expected ${inputs} inputs and ${classes} outputs as the data has, got [${sizes.join(', ')}]`,
      )
    }
    return [{ width: sizes.length > 2 ? sizes[1] : classes, sizes }]
  }
  return (widths ?? []).map((width) => ({
    width,
    sizes: [inputs, ...Array.from({ length: hiddenLayers }, () => width), classes],
  }))
}

function weightCount(sizes: readonly number[]): number {
  return sizes.slice(1).reduce((sum, size, i) => sum + size * sizes[i], 0)
}

function jobId(kind: Job['kind'], key: Partial<JobKey>, dependsOn: unknown): string {
  const parts = [kind, key.method, key.density && `d${key.density}`, key.width && `w${key.width}`]
  const trial = key.trial === null || key.trial === undefined ? undefined : `t${key.trial}`
  const hash = hash64(JSON.stringify([resultVersion, kind, key, dependsOn])).slice(0, 12)
  return [...parts, trial, hash].filter(Boolean).join('-')
}

/**
 * Every job of a study, each after the jobs it needs. Ids hash all that a result depends on, so that a finished result
 * is found again after an interruption or an edit, and never mistaken for another.
 *
 * @throws RangeError when `sizes` does not fit the data
 */
export function planStudy(config: StudyConfig, facts: DataFacts): Job[] {
  const { seed, trials, data, network, prune, graphon, kernel, training } = config
  const ladder = architectures(config, facts)
  const physics = {
    seed,
    data: { ...data, fingerprint: facts.fingerprint },
    activation: network.activation,
    sigmaW2: network.sigmaW2,
    sigmaB2: network.sigmaB2,
    weights: network.weights,
  }
  const first = ladder[0]
  const denseKey = { sizes: [facts.inputs, ...first.sizes.slice(1, -1).map(() => 1), facts.classes] }
  const dense: Job = {
    kind: 'dense',
    id: jobId('dense', denseKey, { physics, kernel }),
    method: 'dense',
    density: 1,
    width: 0,
    trial: null,
    sizes: denseKey.sizes,
    needs: [],
    train: false,
    cost: 1,
  }
  const jobs: Job[] = []
  for (const method of prune.methods) {
    for (const density of prune.densities) {
      const runsOfLadder: string[] = []
      for (const { width, sizes } of ladder) {
        const runs: Job[] = []
        for (let trial = 0; trial < trials; trial++) {
          const key: JobKey = { method, density, sizes, width, trial }
          const train = training.steps > 0 && trial < training.trials
          const dependsOn = {
            physics,
            graphon,
            prune: { ...prune, methods: 0, densities: 0 },
            training: train && training,
          }
          const megaweights = weightCount(sizes) / 1e6
          const cost = 0.1 + megaweights * (0.6 + (train ? 0.03 * training.steps * density * (data.samples / 256) : 0))
          runs.push({ kind: 'run', id: jobId('run', key, dependsOn), ...key, needs: [], train, cost })
        }
        const key: JobKey = { method, density, sizes, width, trial: null }
        const needs = [...runs.map((run) => run.id), dense.id]
        const cost = 3 * (data.samples / 256) ** 2
        jobs.push(...runs, {
          kind: 'kernel',
          id: jobId('kernel', key, { needs, kernel, training }),
          ...key,
          needs,
          train: false,
          cost,
        })
        runsOfLadder.push(...runs.map((run) => run.id))
      }
      const widest = ladder[ladder.length - 1]
      const key: JobKey = { method, density, sizes: widest.sizes, width: widest.width, trial: null }
      const id = jobId('convergence', key, { needs: runsOfLadder, ladder })
      jobs.push({ kind: 'convergence', id, ...key, needs: runsOfLadder, train: false, cost: 0.5 * ladder.length })
    }
  }
  const stage = { dense: 0, run: 1, kernel: 2, convergence: 2 } as const
  return [dense, ...jobs].sort((a, b) => stage[a.kind] - stage[b.kind] || b.cost - a.cost || (a.id < b.id ? -1 : 1))
}
