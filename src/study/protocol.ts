import { namedDataset } from '../data/named.js'
import { hasTemperature } from '../prune/criteria.js'
import type { Criterion } from '../prune/criterion.js'
import { tabledCriterion, type OwnModules } from './own-modules.js'
import { type WeightChoice } from '../network/weight-choice.js'
import type { StudyConfig } from './schema.js'

/** How all networks were made and trained. */
export interface Protocol {
  /** Full-batch gradient descent steps; 0: no training. */
  readonly steps: number
  /** Trials of each cell that were trained. */
  readonly trainedTrials: number
  /** One step size for all, or a share of N / λ_max of each network's own empirical NTK. */
  readonly stepSize: { readonly fixed: number } | { readonly share: number }
  /** null: 1, 2, …, 2, 1 for ReLU, else 1 */
  readonly sigmaW2: readonly number[] | null
  /** 0: no biases */
  readonly sigmaB2: number
  readonly weights: WeightChoice
  readonly rescale: string
  readonly estimator: string
  /** Whether some method looked at samples, and at how many. */
  readonly pruningSamples: number | null
  /** Of the methods that have one; null where none has. */
  readonly temperature: { readonly value: number; readonly methods: readonly string[] } | null
  readonly testSamples: number
  readonly standardized: boolean
}

/** What the report says of how networks were made and trained. */
export function protocolOf(
  { data, network, prune, graphon, kernel, training }: StudyConfig,
  own: OwnModules,
): Protocol {
  const { learningRate, relativeRate } = training
  const tabled = prune.methods.flatMap((method) => tabledCriterion(method) ?? [])
  const warm = tabled.filter(hasTemperature)
  const named: readonly Pick<Criterion, 'needsData'>[] = [...tabled, ...(own.methods ?? [])]
  const dataset = namedDataset(data.source)
  return {
    steps: training.trials > 0 ? training.steps : 0,
    trainedTrials: training.steps > 0 ? training.trials : 0,
    stepSize: learningRate === 'auto' ? { share: relativeRate } : { fixed: learningRate },
    sigmaW2: network.sigmaW2 ?? null,
    sigmaB2: network.sigmaB2,
    weights: network.weights,
    rescale: kernel.rescale,
    estimator: own.estimator?.name ?? graphon.estimator,
    pruningSamples: named.some(({ needsData }) => needsData) ? (prune.samples ?? data.samples) : null,
    temperature: warm.length > 0 ? { value: prune.temperature, methods: warm.map(({ name }) => name) } : null,
    testSamples: dataset?.hasTestSet ? data.testSamples : 0,
    standardized: dataset?.isStandardized || data.standardize,
  }
}
