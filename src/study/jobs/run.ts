import { z } from 'zod'
import type { Tensor } from '../../data/tensor.js'
import { chainToTensors } from '../../graphon/chain/chain-file.js'
import { weightEnergies } from '../../graphon/chain/energies.js'
import { chainOf } from '../../graphon/estimate/estimate.js'
import { injectiveMotifDensities, motifs } from '../../graphon/motifs/motifs.js'
import { density, type Mask } from '../../network/mask.js'
import { settingOf } from '../job.js'
import { prunedNetwork } from '../networks.js'
import { estimatorOfStudy, graphonOf } from '../own-modules.js'
import type { StudyConfig } from '../schema.js'
import type { Setting, Untrained } from '../vocabulary.js'
import { kernelTensor } from './dense.js'
import type { Finished } from './finished.js'
import { jobKind } from './kind.js'
import { cells, physicsOf, requireWeights, weightCount } from './ladders.js'
import { structureRecords, structureRows, structureSeconds } from './mask-structure.js'
import { matrixColumn, record, type RecordsOf } from './record.js'
import { curve, notAsked, trainedOrNot, trainingRecords } from './training.js'

/** Motifs that one pass over the degrees gives. */
export const followedMotifs = ['row-cherry', 'column-cherry', 'path3'] as const

export const runRecords = {
  layer: record(
    'network and matrix',
    z.strictObject({
      matrix: matrixColumn,
      rows: z.int().positive().describe('units above'),
      cols: z.int().positive().describe('units below'),
      kept: z.int().nonnegative().describe('weights that the mask keeps'),
      matrix_density: z.number().describe('kept fraction of this matrix'),
      dead_units: z.int().nonnegative().describe('units above without an input or an output'),
    }),
  ),
  motif: record(
    'network, matrix and motif; none where the mask is empty or too small to hold it',
    z.strictObject({
      matrix: matrixColumn,
      motif: z.enum(followedMotifs).describe('small subgraph'),
      motif_ratio: z.number().describe('injective density over that of a constant graphon, p^edges'),
    }),
  ),
  ...structureRecords,
  ...trainingRecords,
}

export type FinishedRun = Finished<typeof runRecords>

/** One pruned network whose training was asked for and is not there. */
export interface UntrainedFinding extends Setting {
  readonly method: string
  readonly width: number
  readonly trial: number
  readonly why: Untrained
  readonly reason: string
}

/** Whether a trial's network is trained. */
const isTrained = ({ training }: StudyConfig, trial: number | null): boolean =>
  training.steps > 0 && (trial ?? 0) < training.trials

/** Injective motif densities over those of a constant graphon of equal density: 1 without structure at every width. */
function motifRows(mask: Mask, matrix: number): RecordsOf<typeof runRecords>['motif'] {
  if (mask.kept === 0 || mask.rows < 2 || mask.cols < 2) return []
  const p = density(mask)
  const found = injectiveMotifDensities(mask, followedMotifs)
  return followedMotifs.flatMap((motif) => {
    const value = found.get(motif)
    return value === undefined ? [] : [{ matrix, motif, motif_ratio: value / p ** motifs[motif].edges }]
  })
}

/** The measured loss of a trained run, by step. */
export const measuredLoss = ({ job, records }: FinishedRun): number[] => curve(records.step, job)

/** Whether nothing was left to learn before the first step: there is then no loss to hold predictions against. */
export const isSolved = (measured: readonly number[]): boolean => measured.length > 0 && !(measured[0] > 0)

function untrainedFindings(run: FinishedRun): UntrainedFinding[] {
  const { method, width, trial } = run.job
  return run.records.training.flatMap(({ untrained, reason }) => {
    const solved = isSolved(measuredLoss(run))
    if (untrained === null && !solved) return []
    const said = solved
      ? { why: 'solved' as const, reason: 'the loss is zero before the first step' }
      : { why: untrained!, reason: reason ?? '' }
    return [{ method, ...settingOf(run.job), width, trial: trial ?? 0, ...said }]
  })
}

/** Expected seconds: gradient steps in f32 over survivors, and the tangent kernels before and after. */
function trainingSeconds({ training, data: { samples } }: StudyConfig, kept: number): number {
  const gradients = (6 * training.steps * samples * kept) / 30e9
  return gradients + (0.9 + 6.6e-6 * kept) * (samples / 256) ** 2
}

/** Every network of a study. */
export const run = jobKind({
  label: 'network',
  about: 'One pruned network: its masks as graphs, the chain estimated from them, and when asked its training.',
  version: 2,
  records: runRecords,
  needs: {},
  plan(planning) {
    const { config, facts } = planning
    const { prune, training } = config
    const physics = physicsOf(planning)
    return cells(planning).flatMap((cell) => {
      requireWeights(config, cell.sizes)
      const module = facts.methods?.find(({ name }) => name === cell.method)?.fingerprint
      return Array.from({ length: config.trials }, (_, trial) => {
        const train = isTrained(config, trial)
        const weights = weightCount(cell.sizes)
        return {
          ...cell,
          trial,
          dependsOn: {
            physics,
            graphon: graphonOf(config, facts),
            prune: { samples: prune.samples, temperature: prune.temperature },
            ...(module && { module }),
            training: train && training,
          },
          needs: {},
          cost:
            0.01 +
            0.16e-6 * weights +
            structureSeconds(weights) +
            (train ? trainingSeconds(config, cell.density * weights) : 0),
        }
      })
    })
  },
  execute({ config, data, job }) {
    const { network, pruning } = prunedNetwork(config, data, job)
    const energies = config.network.weights === 'kept' ? weightEnergies(network) : undefined
    const chain = chainOf(pruning.masks, {
      bins: config.graphon.bins,
      estimator: estimatorOfStudy(config, data.own),
      ...(energies && { energies }),
    })
    const arrays = new Map<string, Tensor>(chainToTensors(chain))
    const trained = isTrained(config, job.trial) ? trainedOrNot(config, data, network, job) : { records: notAsked }
    if (trained.empirical) arrays.set('empirical', kernelTensor(trained.empirical))
    return {
      arrays,
      records: {
        layer: pruning.layers.map(({ shape, kept, density: matrixDensity, deadUnits }, l) => ({
          matrix: l + 1,
          rows: shape[0],
          cols: shape[1],
          kept,
          matrix_density: matrixDensity,
          dead_units: deadUnits,
        })),
        motif: pruning.masks.flatMap((mask, l) => motifRows(mask, l + 1)),
        ...structureRows(pruning.masks),
        ...trained.records,
      },
    }
  },
  gives: ['untrained'],
  findings: (result) => ({ untrained: untrainedFindings(result) }),
})
