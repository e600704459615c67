import { averageChains } from '../graphon/average.js'
import { chainFromTensors } from '../graphon/chain-file.js'
import { convergence, type WidthEstimate } from '../graphon/convergence.js'
import { erdosRenyiFloor, splitHalf } from '../graphon/noise.js'
import type { Job, JobResult } from './job.js'
import { deriveSeed } from './networks.js'
import { architectures } from './plan.js'
import type { ResultRow } from './rows.js'
import type { StudyConfig } from './schema.js'
import type { StudyData } from './study-data.js'

interface Rung extends WidthEstimate {
  readonly sizes: readonly number[]
  /** Kept fraction of each matrix, mean over trials. */
  readonly densities: readonly number[]
}

function rungOf(width: number, sizes: readonly number[], runs: readonly JobResult[], ids: readonly string[]): Rung {
  const chains = runs.map((run, i) => chainFromTensors(run.arrays, ids[i]))
  const densities = sizes.slice(1).map((_, l) => {
    const kept = runs.map(
      (run) => run.rows.find((row) => row.record === 'layer' && row.matrix === l + 1)?.matrix_density ?? 0,
    )
    return kept.reduce((sum, value) => sum + value, 0) / kept.length
  })
  return { width, sizes, densities, chain: averageChains(chains), splitHalf: splitHalf(chains) }
}

/**
 * Distances between the average chains of a ladder of widths, and what the same procedure finds between Erdős–Rényi masks
 * whose densities are those of the wider network.
 */
export function executeConvergence(
  config: StudyConfig,
  data: StudyData,
  job: Job,
  inputs: readonly JobResult[],
): JobResult {
  const { trials, seed, graphon } = config
  const ladder = architectures(config, { inputs: data.x.cols, classes: data.classes, fingerprint: '' }).map(
    ({ width, sizes }, i): Rung => {
      const from = i * trials
      return rungOf(width, sizes, inputs.slice(from, from + trials), job.needs.slice(from, from + trials))
    },
  )
  const floor = (narrow: number, wide: number) =>
    erdosRenyiFloor({
      sizesA: ladder[narrow].sizes,
      sizesB: ladder[wide].sizes,
      densities: ladder[wide].densities,
      trials,
      bins: graphon.bins,
      estimator: graphon.estimator,
      repeats: 1,
      seed: deriveSeed(seed, 'floor', narrow, wide),
    })
  const rows = convergence(ladder, floor).flatMap(({ matrix, points }) =>
    points.map(({ width, ...distances }): ResultRow => ({
      record: 'distance',
      matrix,
      width,
      to_widest: distances.toWidest,
      to_widest_floor: distances.toWidestFloor,
      successive: distances.successive,
      successive_floor: distances.successiveFloor,
      split_half: distances.splitHalf,
    })),
  )
  return { rows, arrays: new Map() }
}
