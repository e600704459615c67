import { chainToTensors } from '../graphon/chain/chain-file.js'
import { distanceChains } from '../graphon/distances/chains.js'
import { compareWithEstimate } from '../graphon/limits/compare.js'
import { predictMasks } from '../graphon/limits/predictions.js'
import type { Tensor } from '../data/tensor.js'
import type { CriterionName } from '../prune/criteria.js'
import type { Job, JobResult } from './job.js'
import { deriveSeed, prunedNetwork, pruningBatch, unprunedNetwork } from './networks.js'
import type { ResultRow } from './rows.js'
import type { StudyConfig } from './schema.js'
import type { StudyData } from './study-data.js'

/** The array of a result that holds the estimate of matrix l = 0 … L; the predicted chain has the names of a chain. */
export const estimateKey = (l: number): string => `estimate${l}`

/** The closed form of one method's masks against the masks of one network. */
export function executeClosedForm(config: StudyConfig, data: StudyData, job: Job): JobResult {
  const network = unprunedNetwork(config, job)
  const { masks } = prunedNetwork(config, data, job).pruning
  const { density, scope, width } = job
  const probabilities = predictMasks(job.method as CriterionName, {
    spec: network.spec,
    density,
    scope,
    network,
    batch: pruningBatch(data),
  })
  const seed = deriveSeed(config.seed, 'closed form', width)
  const { predicted, estimate, agreement } = compareWithEstimate(probabilities, masks, {
    bins: config.graphon.bins,
    seed,
  })
  const cuts = distanceChains(predicted, estimate, { norm: 'cut' })
  const rows = agreement.flatMap(({ matrix, ...found }, l): ResultRow[] => {
    const numbers: Readonly<Record<string, number | null>> = {
      predicted_density: found.predictedDensity,
      density: found.density,
      distance: found.distance,
      floor: found.floor,
      structure: found.structure,
      explained: found.explained,
      cut_lower: cuts[l].lower,
      cut_upper: cuts[l].upper,
    }
    return Object.entries(numbers).map(([aspect, value]) => ({ record: 'closed-form', matrix, aspect, value }))
  })
  const widest = config.network.widths?.at(-1) ?? width
  const arrays = new Map<string, Tensor>()
  if (width === widest) {
    for (const [key, tensor] of chainToTensors({ W: predicted.W, measures: predicted.measures }))
      arrays.set(key, tensor)
    estimate.W.forEach(({ rows: height, cols, data: values }, l) =>
      arrays.set(estimateKey(l), { shape: [height, cols], data: values }),
    )
  }
  return { rows, arrays }
}
