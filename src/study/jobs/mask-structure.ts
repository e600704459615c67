import { z } from 'zod'
import { mean, meanAndSd } from '../../linalg/statistics.js'
import { density, type Mask } from '../../network/mask.js'
import { maskChain } from '../../network/structure/chain.js'
import { measureStructure } from '../../network/structure/metrics.js'
import { settingOf, type JobKey } from '../job.js'
import type { Setting } from '../vocabulary.js'
import { weightCount } from './ladders.js'
import { matrixColumn, record, type RecordsOf } from './record.js'

const verdicts = ['regular', 'chance', 'uneven'] as const
/** What is stored of a network's masks as graphs: degrees, what lies on paths, singular values. */
export const structureRecords = {
  'mask-structure': record(
    'network and matrix',
    z.strictObject({
      matrix: matrixColumn,
      matrix_density: z.number().describe('kept fraction of this matrix'),
      effective_density: z.number().describe('the same of weights on a path from an input to an output'),
      units_without_in: z.int().nonnegative().describe('units above without a survivor in'),
      units_without_out: z.int().nonnegative().describe('hidden units above without a survivor out'),
      effective_units: z.int().nonnegative().describe('units above on a path from an input to an output'),
      fan_in: z.number().describe('survivors per unit above, mean'),
      fan_in_ratio: z.number().nullable().describe('its variance over n p (1 − p); none where that is 0'),
      fan_in_verdict: z.enum(verdicts).nullable().describe('its variance beside chance, at level 0.001'),
      fan_in_constant: z.boolean().describe('whether all units above have the same'),
      fan_out: z.number().describe('survivors per unit below, mean'),
      fan_out_ratio: z.number().nullable().describe('its variance over n p (1 − p); none where that is 0'),
      fan_out_verdict: z.enum(verdicts).nullable().describe('its variance beside chance, at level 0.001'),
      fan_out_constant: z.boolean().describe('whether all units below have the same'),
      sigma_1: z.number().describe('largest singular value of the mask'),
      sigma_2: z.number().nullable().describe('the second; none where the mask has one row or column'),
      regularity: z.number().nullable().describe('√(fan-in · fan-out) / σ_1'),
      ramanujan_bound: z.number().nullable().describe('√(d_l − 1) + √(d_r − 1), mean degrees of units with a survivor'),
      within_bound: z.boolean().nullable().describe('whether σ_2 is not above it'),
    }),
  ),
  'network-structure': record(
    'network',
    z.strictObject({
      effective_density: z.number().describe('kept fraction on paths from an input to an output, all matrices'),
      log_paths: z.number().nullable().describe('ln of the number of these paths; none where there is none'),
      log_path_density: z.number().nullable().describe('ln of their share of the dense network’s'),
      effective_inputs: z.int().nonnegative().describe('inputs on such a path'),
      lost_outputs: z.int().nonnegative().describe('outputs on none'),
      collapsed: z.boolean().describe('whether no such path is left'),
    }),
  ),
}

/** Fan-in or fan-out of one matrix over trials. */
export interface DegreeFinding {
  readonly mean: number
  /** Of the variance to that of chance, mean over trials that have one; null where none has. */
  readonly ratio: number | null
  /** In how many trials the variance is below, at, or above that of chance, and in how many the degree is constant. */
  readonly regular: number
  readonly chance: number
  readonly uneven: number
  readonly constant: number
}

/** One matrix over trials; means, unless said otherwise. */
export interface StructureMatrix {
  readonly matrix: number
  readonly density: number
  readonly effectiveDensity: number
  readonly fanIn: DegreeFinding
  readonly fanOut: DegreeFinding
  readonly first: number
  /** null where the mask has one row or column */
  readonly second: number | null
  readonly regularity: number | null
  readonly bound: number | null
  /** In how many trials the second singular value is within the Ramanujan bound, and in how many it has one. */
  readonly within: number
  readonly judged: number
}

/** The masks of one method at one width as graphs, over trials. */
export interface StructureFinding extends Setting {
  readonly method: string
  readonly width: number
  /** Networks that could be pruned. */
  readonly trials: number
  readonly keptDensity: number
  readonly effectiveDensity: number
  readonly effectiveDensitySd: number
  /** Means over networks that have a path; null where none has. */
  readonly logPaths: number | null
  readonly logPathDensity: number | null
  readonly effectiveInputs: number
  /** Networks without a path. */
  readonly collapsed: number
  readonly matrices: readonly StructureMatrix[]
}

type StructureRows = RecordsOf<typeof structureRecords>

const metrics = [
  'inDegrees',
  'outDegrees',
  'deadUnits',
  'effectiveDensity',
  'effectiveUnits',
  'paths',
  'collapse',
  'singularValues',
  'regularity',
  'ramanujan',
] as const

/** The masks of one network as rows. */
export function structureRows(masks: readonly Mask[]): StructureRows {
  const found = measureStructure(maskChain(masks), metrics)
  return {
    'mask-structure': masks.map((mask, l) => {
      const [fanIn, fanOut] = [found.inDegrees.matrices[l], found.outDegrees.matrices[l]]
      const { withoutIn, withoutOut } = found.deadUnits.matrices[l]
      const { first, second } = found.singularValues.matrices[l]
      const { bound, within } = found.ramanujan.matrices[l]
      return {
        matrix: l + 1,
        matrix_density: density(mask),
        effective_density: found.effectiveDensity.matrices[l].density,
        units_without_in: withoutIn,
        units_without_out: withoutOut,
        effective_units: found.effectiveUnits.matrices[l].units,
        fan_in: fanIn.mean,
        fan_in_ratio: fanIn.ratio,
        fan_in_verdict: fanIn.verdict,
        fan_in_constant: fanIn.constant,
        fan_out: fanOut.mean,
        fan_out_ratio: fanOut.ratio,
        fan_out_verdict: fanOut.verdict,
        fan_out_constant: fanOut.constant,
        sigma_1: first,
        sigma_2: second,
        regularity: found.regularity.matrices[l].regularity,
        ramanujan_bound: bound,
        within_bound: within,
      }
    }),
    'network-structure': [
      {
        effective_density: found.effectiveDensity.network.density,
        log_paths: found.paths.network.logPaths,
        log_path_density: found.paths.network.logDensity,
        effective_inputs: found.effectiveUnits.network.inputs,
        lost_outputs: found.collapse.network.lostOutputs,
        collapsed: found.collapse.network.collapsed,
      },
    ],
  }
}

const known = <Value>(values: readonly (Value | null)[]): Value[] => values.flatMap((value) => value ?? [])
const meanOf = (values: readonly (number | null)[]): number | null =>
  known(values).length > 0 ? mean(known(values)) : null

function degreeFinding(rows: StructureRows['mask-structure'], side: 'fan_in' | 'fan_out'): DegreeFinding {
  const count = (verdict: (typeof verdicts)[number]) => rows.filter((row) => row[`${side}_verdict`] === verdict).length
  return {
    mean: mean(rows.map((row) => row[side])),
    ratio: meanOf(rows.map((row) => row[`${side}_ratio`])),
    regular: count('regular'),
    chance: count('chance'),
    uneven: count('uneven'),
    constant: rows.filter((row) => row[`${side}_constant`]).length,
  }
}

function matrixFinding(rows: StructureRows['mask-structure'], matrix: number): StructureMatrix {
  const own = rows.filter((row) => row.matrix === matrix)
  return {
    matrix,
    density: mean(own.map((row) => row.matrix_density)),
    effectiveDensity: mean(own.map((row) => row.effective_density)),
    fanIn: degreeFinding(own, 'fan_in'),
    fanOut: degreeFinding(own, 'fan_out'),
    first: mean(own.map((row) => row.sigma_1)),
    second: meanOf(own.map((row) => row.sigma_2)),
    regularity: meanOf(own.map((row) => row.regularity)),
    bound: meanOf(own.map((row) => row.ramanujan_bound)),
    within: own.filter((row) => row.within_bound === true).length,
    judged: known(own.map((row) => row.within_bound)).length,
  }
}

/** What the networks of one method, density and width say together. */
export function structureFindings(
  job: JobKey,
  runs: readonly { readonly records: StructureRows }[],
): StructureFinding[] {
  const matrices = runs.flatMap(({ records }) => records['mask-structure'])
  const networks = runs.flatMap(({ records }) => records['network-structure'])
  if (networks.length === 0) return []
  const kept = matrices.map((row) => row.matrix_density * job.sizes[row.matrix] * job.sizes[row.matrix - 1])
  const effective = meanAndSd(networks.map((row) => row.effective_density))
  return [
    {
      method: job.method,
      ...settingOf(job),
      width: job.width,
      trials: networks.length,
      keptDensity: kept.reduce((sum, count) => sum + count, 0) / (networks.length * weightCount(job.sizes)),
      effectiveDensity: effective.mean,
      effectiveDensitySd: effective.sd,
      logPaths: meanOf(networks.map((row) => row.log_paths)),
      logPathDensity: meanOf(networks.map((row) => row.log_path_density)),
      effectiveInputs: mean(networks.map((row) => row.effective_inputs)),
      collapsed: networks.filter((row) => row.collapsed).length,
      matrices: job.sizes.slice(1).map((_, l) => matrixFinding(matrices, l + 1)),
    },
  ]
}

/** Expected seconds of the structure of one network with so many weights. */
export const structureSeconds = (weights: number): number => 0.4e-6 * weights
