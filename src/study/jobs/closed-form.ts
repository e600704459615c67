import { z } from 'zod'
import { toFloat64, type Tensor } from '../../data/tensor.js'
import { chainFromTensors, chainToTensors } from '../../graphon/chain/chain-file.js'
import { distanceChains } from '../../graphon/distances/chains.js'
import { compareWithEstimate, type LimitAgreement } from '../../graphon/limits/compare.js'
import { predictedMethods, predictMasks } from '../../graphon/limits/predictions.js'
import type { Matrix } from '../../linalg/matrix.js'
import type { CriterionName } from '../../prune/criteria.js'
import { settingOf } from '../job.js'
import { prunedNetwork, pruningBatch, unprunedNetwork } from '../networks.js'
import { graphonOf } from '../own-modules.js'
import { deriveSeed } from '../seeds.js'
import type { Setting } from '../vocabulary.js'
import { theArray, type Finished } from './finished.js'
import { jobKind } from './kind.js'
import { cells, physicsOf, weightCount } from './ladders.js'
import { matrixColumn, record } from './record.js'

const closedFormRecords = {
  'closed-form': record(
    'matrix',
    z.strictObject({
      matrix: matrixColumn,
      predicted_density: z.number().describe('of the closed form'),
      matrix_density: z.number().describe('of the network’s mask'),
      distance: z.number().describe('L2 between prediction and estimate, binned alike'),
      floor: z.number().describe('the same for masks drawn from the prediction'),
      structure: z.number().describe('L2 from the estimate to its own mean'),
      explained: z.number().nullable().describe('share of the structure; none where there is hardly any'),
      cut_lower: z.number().describe('lower bound on the cut norm of the difference'),
      cut_upper: z.number().describe('upper bound on the cut norm of the difference'),
    }),
  ),
}

/** What the closed form of a method says of one matrix, against one network's mask, with the cut norm of the difference. */
export interface ClosedFormMatrix extends LimitAgreement {
  readonly cutLower: number
  readonly cutUpper: number
}

/** A method's closed form at one width against its first trial. */
export interface ClosedFormFinding extends Setting {
  readonly method: string
  readonly width: number
  readonly matrices: readonly ClosedFormMatrix[]
  /** The graphons themselves, binned alike, at the largest width alone. */
  readonly graphons: { readonly predicted: readonly Matrix[]; readonly estimate: readonly Matrix[] } | null
}

/** The array that holds the estimate of matrix l = 0 … L; the predicted chain has the names of a chain. */
const estimateKey = (l: number): string => `estimate${l}`

function findings(result: Finished<typeof closedFormRecords>): { closedForms: ClosedFormFinding[] } {
  const { job, records, arrays } = result
  const matrices = records['closed-form'].map(
    ({
      matrix,
      predicted_density: predictedDensity,
      matrix_density: density,
      distance,
      floor,
      structure,
      explained,
      cut_lower: cutLower,
      cut_upper: cutUpper,
    }) => ({ matrix, predictedDensity, density, distance, floor, structure, explained, cutLower, cutUpper }),
  )
  if (matrices.length === 0) return { closedForms: [] }
  const estimate = (l: number): Matrix => {
    const tensor = theArray(result, estimateKey(l))
    return { rows: tensor.shape[0], cols: tensor.shape[1], data: toFloat64(tensor) }
  }
  const graphons =
    arrays.size > 0
      ? { predicted: chainFromTensors(arrays, job.id).W, estimate: matrices.map((_, l) => estimate(l)) }
      : null
  return { closedForms: [{ method: job.method, ...settingOf(job), width: job.width, matrices, graphons }] }
}

/** The closed form of one method's masks against the masks of one network. */
export const closedForm = jobKind({
  label: 'closed form',
  about: 'What theory predicts of one network’s masks, against them.',
  version: 1,
  records: closedFormRecords,
  needs: {},
  plan(planning) {
    const { config, facts } = planning
    const graphon = graphonOf(config, facts)
    return cells(planning)
      .filter(({ method }) => predictedMethods.some((predicted) => predicted === method))
      .map((cell) => ({
        ...cell,
        trial: 0,
        dependsOn: { physics: physicsOf(planning), graphon, prune: { samples: config.prune.samples } },
        needs: {},
        cost: 0.45 + (0.5 * weightCount(cell.sizes)) / 1e6,
      }))
  },
  execute({ config, data, job }) {
    const network = unprunedNetwork(config, data, job)
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
    const widest = config.network.widths?.at(-1) ?? width
    const arrays = new Map<string, Tensor>()
    if (width === widest) {
      for (const [key, tensor] of chainToTensors({ W: predicted.W, measures: predicted.measures }))
        arrays.set(key, tensor)
      estimate.W.forEach(({ rows, cols, data: values }, l) => {
        arrays.set(estimateKey(l), { shape: [rows, cols], data: values })
      })
    }
    return {
      arrays,
      records: {
        'closed-form': agreement.map((found, l) => ({
          matrix: found.matrix,
          predicted_density: found.predictedDensity,
          matrix_density: found.density,
          distance: found.distance,
          floor: found.floor,
          structure: found.structure,
          explained: found.explained,
          cut_lower: cuts[l].lower,
          cut_upper: cuts[l].upper,
        })),
      },
    }
  },
  gives: ['closedForms'],
  findings,
})
