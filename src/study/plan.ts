import { keepCount } from '../prune/budget.js'
import { predictedMethods } from '../graphon/limits/predictions.js'
import { hash64 } from './hash.js'
import type { Job, JobKey } from './job.js'
import { methodName, type OwnMethod } from './own-methods.js'
import { depthsOf, scopesOf, type StudyConfig } from './schema.js'

/** Raise when the meaning of stored results changes: older ones are then computed anew. */
export const resultVersion = 3

/** What a plan must know of the data. */
export interface DataFacts {
  readonly inputs: number
  readonly classes: number
  /** Changes when any used number changes. */
  readonly fingerprint: string
  /** The methods that modules define; absent where there are none. */
  readonly methods?: readonly OwnMethod[] | undefined
}

/** The architectures of one depth of a study, in order of width; `width` labels each (its first hidden layer). */
export function architectures(
  { network: { widths, sizes } }: StudyConfig,
  { inputs, classes }: DataFacts,
  hiddenLayers: number,
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
  const { method, density, scope, width, trial, sizes } = key
  const parts = [method, density && `d${density}`, scope === 'layer' && 'layer', sizes && `h${sizes.length - 2}`]
  const place = [width && `w${width}`, trial === null || trial === undefined ? undefined : `t${trial}`]
  const hash = hash64(JSON.stringify([resultVersion, kind, key, dependsOn])).slice(0, 12)
  return [kind, ...parts, ...place, hash].filter(Boolean).join('-')
}

/**
 * Refuses densities at which a budget rounds to no weight at all: such networks hold nothing to learn from.
 *
 * @throws RangeError with the least density that keeps one
 */
function requireWeights(config: StudyConfig, sizes: readonly number[]): void {
  for (const scope of scopesOf(config)) {
    const matrices = sizes.slice(1).map((size, i) => size * sizes[i])
    const total = scope === 'global' ? weightCount(sizes) : Math.min(...matrices)
    const empty = config.prune.densities.find((density) => keepCount(total, density) === 0)
    if (empty === undefined) continue
    const what = scope === 'global' ? `the ${total} weights` : `a matrix of ${total} weights`
    throw new RangeError(
      `prune.densities: ${empty} keeps none of ${what} of a ${sizes.join('-')} network (${scope} scope); ` +
        `expected at least ${leastDensity(total)}`,
    )
  }
}

/** The least density that keeps one of `total` weights, rounded up to four digits. */
function leastDensity(total: number): number {
  const rounded = Number((0.5 / total).toPrecision(4))
  return keepCount(total, rounded) > 0 ? rounded : Number((0.50026 / total).toPrecision(4))
}

/**
 * Every job of a study, each after the jobs it needs. Ids hash all that a result depends on, so that a finished result
 * is found again after an interruption or an edit, and never mistaken for another.
 *
 * @throws RangeError when `sizes` does not fit the data, or a density keeps no weight
 */
export function planStudy(config: StudyConfig, facts: DataFacts): Job[] {
  const { seed, trials, data, network, prune, graphon, kernel, training } = config
  const physics = {
    seed,
    data: { ...data, fingerprint: facts.fingerprint },
    activation: network.activation,
    sigmaW2: network.sigmaW2,
    sigmaB2: network.sigmaB2,
    weights: network.weights,
  }
  const jobs: Job[] = []
  const add = (job: Job): string => {
    jobs.push(job)
    return job.id
  }

  function addDense(sizes: readonly number[]): string {
    const shape = { sizes: [facts.inputs, ...sizes.slice(1, -1).map(() => 1), facts.classes] }
    return add({
      kind: 'dense',
      id: jobId('dense', shape, { physics, kernel }),
      method: 'dense',
      density: 1,
      scope: 'global',
      width: 0,
      trial: null,
      sizes: shape.sizes,
      needs: [],
      train: false,
      cost: kernel.compute ? 1 : 0.01,
    })
  }

  function addRun(key: JobKey): string {
    const train = training.steps > 0 && (key.trial ?? 0) < training.trials
    const module = facts.methods?.find(({ name }) => name === key.method)?.fingerprint
    const dependsOn = {
      physics,
      graphon,
      prune: { samples: prune.samples, temperature: prune.temperature },
      ...(module && { module }),
      training: train && training,
    }
    const megaweights = weightCount(key.sizes) / 1e6
    const steps = train ? 0.03 * training.steps * key.density * (data.samples / 256) : 0
    const cost = 0.1 + megaweights * (0.6 + steps)
    return add({ kind: 'run', id: jobId('run', key, dependsOn), ...key, needs: [], train, cost })
  }

  function addClosedForm(key: JobKey): void {
    const dependsOn = { physics, graphon, prune: { samples: prune.samples }, form: 1 }
    const id = jobId('closed-form', key, dependsOn)
    const cost = 0.2 + (3 * weightCount(key.sizes)) / 1e6
    add({ kind: 'closed-form', id, ...key, needs: [], train: false, cost })
  }

  function addLadder(where: Omit<JobKey, 'sizes' | 'width' | 'trial'>, depth: number, dense: string): void {
    const ladder = architectures(config, facts, depth)
    for (const { sizes } of ladder) requireWeights(config, sizes)
    const runsOfLadder: string[] = []
    for (const architecture of ladder) {
      const key: JobKey = { ...where, ...architecture, trial: null }
      const runs = Array.from({ length: trials }, (_, trial) => addRun({ ...key, trial }))
      const needs = [...runs, dense]
      const cost = kernel.compute ? 3 * (data.samples / 256) ** 2 : 0.1
      const id = jobId('kernel', key, { needs, kernel, training })
      add({ kind: 'kernel', id, ...key, needs, train: false, cost })
      runsOfLadder.push(...runs)
      if (predictedMethods.some((method) => method === where.method)) addClosedForm({ ...key, trial: 0 })
    }
    const key: JobKey = { ...where, ...ladder[ladder.length - 1], trial: null }
    const id = jobId('convergence', key, { needs: runsOfLadder, ladder, convergence: config.convergence, test: 3 })
    const cost = ladder.reduce((sum, { sizes }) => sum + 0.1 + weightCount(sizes) / 2e6, 0)
    add({ kind: 'convergence', id, ...key, needs: runsOfLadder, train: false, cost })
    const motifs = jobId('motifs', key, { needs: runsOfLadder, ladder, motifs: 1 })
    add({ kind: 'motifs', id: motifs, ...key, needs: runsOfLadder, train: false, cost: cost / 2 })
  }

  for (const depth of depthsOf(config)) {
    const dense = addDense(architectures(config, facts, depth)[0].sizes)
    for (const method of prune.methods.map((said) => methodName(said, facts.methods))) {
      for (const density of prune.densities) {
        for (const scope of scopesOf(config)) addLadder({ method, density, scope }, depth, dense)
      }
    }
  }
  const stage = { dense: 0, run: 1, kernel: 2, convergence: 2, motifs: 2, 'closed-form': 2 } as const
  return jobs.sort((a, b) => stage[a.kind] - stage[b.kind] || b.cost - a.cost || (a.id < b.id ? -1 : 1))
}
