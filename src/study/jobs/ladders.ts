import { keepCount } from '../../prune/budget.js'
import type { Job, JobKey } from '../job.js'
import { nameOf } from '../own-modules.js'
import { depthsOf, scopesOf, type StudyConfig } from '../schema.js'
import type { DataFacts, Planning } from './kind.js'

/** One network's size on a ladder of widths. */
export interface Architecture {
  /** Labels it: units of the first hidden layer. */
  readonly width: number
  readonly sizes: readonly number[]
}

/** The architectures of one depth of a study, in order of width. @throws RangeError when `sizes` does not fit the data */
export function architectures(
  { network: { widths, sizes } }: StudyConfig,
  { inputs, classes }: Pick<DataFacts, 'inputs' | 'classes'>,
  hiddenLayers: number,
): Architecture[] {
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

export function weightCount(sizes: readonly number[]): number {
  return sizes.slice(1).reduce((sum, size, i) => sum + size * sizes[i], 0)
}

/**
 * Refuses densities at which a budget rounds to no weight at all: such networks hold nothing to learn from.
 *
 * @throws RangeError with the least density that keeps one
 */
export function requireWeights(config: StudyConfig, sizes: readonly number[]): void {
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

/** One method at one setting, with the networks of all widths. */
export interface Ladder extends Pick<JobKey, 'method' | 'density' | 'scope'> {
  readonly architectures: readonly Architecture[]
}

/** Every method at every density, scope and depth. */
export function ladders({ config, facts }: Planning): Ladder[] {
  return depthsOf(config).flatMap((depth) => {
    const sizes = architectures(config, facts, depth)
    return config.prune.methods.flatMap((said) =>
      config.prune.densities.flatMap((density) =>
        scopesOf(config).map((scope) => ({
          method: nameOf(said, facts.methods),
          density,
          scope,
          architectures: sizes,
        })),
      ),
    )
  })
}

/** Every method at every density, scope, depth and width; all of their trials. */
export function cells(planning: Planning): JobKey[] {
  return ladders(planning).flatMap(({ architectures: sizes, ...where }) =>
    sizes.map((architecture) => ({ ...where, ...architecture, trial: null })),
  )
}

/** Every ladder as one key: that of its widest networks, all trials. */
export function ladderKeys(planning: Planning): (JobKey & Pick<Ladder, 'architectures'>)[] {
  return ladders(planning).map(({ architectures: sizes, ...where }) => ({
    ...where,
    ...sizes[sizes.length - 1],
    trial: null,
    architectures: sizes,
  }))
}

/** Every method at every density, scope and depth with its widest networks; all of their trials. */
export function widestCells(planning: Planning): JobKey[] {
  return ladders(planning).map(({ architectures: sizes, ...where }) => ({
    ...where,
    ...sizes[sizes.length - 1],
    trial: null,
  }))
}

/** Names all trials of one method, density, scope and architecture. */
export const cellName = ({ method, density, scope, sizes }: JobKey): string =>
  JSON.stringify([method, density, scope, sizes])

/** Names all widths of one method, density, scope and depth. */
export const ladderName = ({ method, density, scope, sizes }: JobKey): string =>
  JSON.stringify([method, density, scope, sizes.length])

/** Jobs by a name of their keys: a function that gives those whose name is that of a key. */
export function byKey(jobs: readonly Job[], nameOf: (key: JobKey) => string): (key: JobKey) => readonly Job[] {
  const found = new Map<string, Job[]>()
  for (const job of jobs) {
    const name = nameOf(job)
    const own = found.get(name)
    if (own) own.push(job)
    else found.set(name, [job])
  }
  return (key) => found.get(nameOf(key)) ?? []
}

/** What every number of a study depends on. */
export function physicsOf({ config, facts }: Planning): object {
  const { seed, data, network } = config
  return {
    seed,
    data: { ...data, fingerprint: facts.fingerprint },
    activation: network.activation,
    ...(facts.activation && { activationModule: facts.activation.fingerprint }),
    sigmaW2: network.sigmaW2,
    sigmaB2: network.sigmaB2,
    weights: network.weights,
  }
}
