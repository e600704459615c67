import { z } from 'zod'
import { averageChains } from '../../graphon/chain/average.js'
import { chainFromTensors } from '../../graphon/chain/chain-file.js'
import { convergence as distancesOf } from '../../graphon/convergence/convergence.js'
import { testLimit, type LadderRung, type Observed } from '../../graphon/convergence/limit-test/limit-test.js'
import { nullFloor } from '../../graphon/convergence/limit-test/null-floor.js'
import { simulateNull } from '../../graphon/convergence/limit-test/simulate.js'
import { splitHalf } from '../../graphon/distances/split-half.js'
import { settingOf } from '../job.js'
import { meanAndSd } from '../../linalg/statistics.js'
import { estimatorOfStudy } from '../own-modules.js'
import { deriveSeed } from '../seeds.js'
import type { Setting } from '../vocabulary.js'
import { usable, type Finished } from './finished.js'
import { jobKind } from './kind.js'
import { byKey, ladderKeys, ladderName, weightCount } from './ladders.js'
import { matrixColumn, record } from './record.js'
import { followedMotifs, run, type FinishedRun } from './run.js'
import { verdictFinding, verdictRecords, verdictRows, type VerdictFinding } from './verdicts.js'

const fewestSimulations = 3
const mostSimulations = 8

const distance = (what: string) => z.number().nullable().describe(what)

const convergenceRecords = {
  distance: record(
    'matrix and width',
    z.strictObject({
      matrix: matrixColumn,
      width: z.int().positive().describe('of the networks on one side'),
      to_widest: distance('L2 distance to the widest networks’ estimate; none at the widest'),
      to_widest_floor: distance('the same of Erdős–Rényi masks of equal densities'),
      successive: distance('L2 distance to the next smaller width; none at the smallest'),
      successive_floor: distance('the same of Erdős–Rényi masks'),
      split_half: distance('distance between the means of two halves of the trials; none with one trial'),
      shape_change: distance('distance of W/ρ to the next smaller width'),
      shape_floor: distance('what noise and sorting bias alone give of it'),
      spread: distance('of single trials about their mean, W/ρ in L2'),
      spread_sampled: distance('the same of independent entries'),
    }),
  ),
  ...verdictRecords,
}

export interface ConvergencePoint {
  readonly width: number
  /** Distance to the widest network's estimate; null at the widest itself. */
  readonly toWidest: number | null
  /** The same distance for Erdős–Rényi masks of equal densities, widths and trials: the noise floor. */
  readonly toWidestFloor: number | null
  /** Distance to the next smaller width's estimate; null at the smallest. */
  readonly successive: number | null
  readonly successiveFloor: number | null
  /** Distance between the means of two halves of the trials at this width; null with one trial. */
  readonly splitHalf: number | null
  /** Distance of the normalised graphons W/ρ to the next smaller width; null at the smallest or with fewer than 3 trials. */
  readonly shapeChange: number | null
  /** What noise and sorting bias alone give of it. */
  readonly shapeFloor: number | null
  /** Spread of single trials about their mean, W/ρ in L2, as measured and as independent entries would give. */
  readonly spread: number | null
  readonly spreadSampled: number | null
}

/** How far one matrix's graphon is from other widths', in L2 over [0,1]², with what pure noise would give. */
export interface ConvergenceFinding extends Setting {
  readonly method: string
  /** Weight matrix l = 1 … L + 1. */
  readonly matrix: number
  readonly points: readonly ConvergencePoint[]
  readonly test: VerdictFinding
}

/** The networks of one width that have numbers. */
export interface RunsOfWidth {
  readonly width: number
  readonly sizes: readonly number[]
  readonly runs: readonly FinishedRun[]
}

/** Networks by width, the narrowest first. @throws RangeError when none has numbers */
export function runsByWidth(runs: readonly FinishedRun[]): RunsOfWidth[] {
  const found = usable(runs)
  const widths = [...new Set(found.map(({ job }) => job.width))].sort((a, b) => a - b)
  return widths.map((width) => {
    const own = found.filter(({ job }) => job.width === width)
    return { width, sizes: own[0].job.sizes, runs: own }
  })
}

/** Kept fraction of every matrix of a network. */
const densitiesOf = ({ records }: FinishedRun): number[] => records.layer.map((row) => row.matrix_density)

/** Mean over networks of the kept fraction of every matrix. */
export const meanDensities = (runs: readonly FinishedRun[]): number[] =>
  densitiesOf(runs[0]).map((_, l) => meanAndSd(runs.map((one) => densitiesOf(one)[l])).mean)

/** Numbers of one network that should settle with its graphons. */
function observedOf({ records }: FinishedRun): Observed {
  const motif = (name: (typeof followedMotifs)[number]) =>
    records.layer.map(
      ({ matrix }) => records.motif.find((row) => row.motif === name && row.matrix === matrix)?.motif_ratio ?? null,
    )
  return {
    dead_units: records.layer.map((row) => row.dead_units / row.rows),
    ...Object.fromEntries(followedMotifs.map((name) => [name, motif(name)])),
  }
}

function rungOf({ width, sizes, runs }: RunsOfWidth): LadderRung {
  return {
    width,
    sizes,
    chains: runs.map(({ arrays, job }) => chainFromTensors(arrays, job.id)),
    densities: runs.map(densitiesOf),
    observed: runs.map(observedOf),
  }
}

function findings(result: Finished<typeof convergenceRecords>): { convergence: ConvergenceFinding[] } {
  const { job, records } = result
  const matrices = [...new Set(records.distance.map(({ matrix }) => matrix))]
  return {
    convergence: matrices.map((matrix) => ({
      method: job.method,
      ...settingOf(job),
      matrix,
      points: records.distance
        .filter((row) => row.matrix === matrix)
        .map((row) => ({
          width: row.width,
          toWidest: row.to_widest,
          toWidestFloor: row.to_widest_floor,
          successive: row.successive,
          successiveFloor: row.successive_floor,
          splitHalf: row.split_half,
          shapeChange: row.shape_change,
          shapeFloor: row.shape_floor,
          spread: row.spread,
          spreadSampled: row.spread_sampled,
        })),
      test: verdictFinding(result, matrix),
    })),
  }
}

/**
 * Distances between the average chains of a ladder of widths, what the same procedure finds between Erdős–Rényi masks of
 * equal densities, and the verdict on every matrix.
 */
export const convergence = jobKind({
  label: 'convergence',
  about: 'Distances between all widths of one method and density, with the noise floor, and the verdict on the limit.',
  version: 4,
  records: convergenceRecords,
  needs: { runs: run },
  plan(planning) {
    const runs = byKey(planning.jobsOf('run'), ladderName)
    return ladderKeys(planning).map(({ architectures, ...key }) => ({
      ...key,
      dependsOn: { convergence: planning.config.convergence },
      needs: { runs: runs(key) },
      cost: architectures.reduce(
        (sum, { sizes }) => sum + 0.1 + ((0.35 + 0.04 * planning.config.trials) * weightCount(sizes)) / 1e6,
        0,
      ),
    }))
  },
  execute({ config, data, job, inputs }) {
    const { trials, seed, graphon, convergence: settings } = config
    const byWidth = runsByWidth(inputs.runs)
    const ladder = byWidth.map(rungOf)
    const estimate = { bins: graphon.bins, estimator: estimatorOfStudy(config, data.own) }
    const simulations = Math.max(fewestSimulations, Math.min(trials, mostSimulations))
    const means = byWidth.map(({ runs }) => meanDensities(runs))
    /** Masks without structure of the sizes at one rung and the densities at another. */
    const without = (rung: number, densities: number) => {
      const { sizes, width } = ladder[rung]
      return simulateNull(sizes, means[densities], simulations, estimate, deriveSeed(seed, 'floor', width))
    }
    const unstructured = ladder.map((_, i) => without(i, i))
    const rungs = ladder.map(({ width, chains }) => ({
      width,
      chain: averageChains(chains),
      splitHalf: splitHalf(chains),
    }))
    // Both sides at the densities of the wider: a change of budget is no noise.
    const floor = (narrow: number, wide: number) => nullFloor(without(narrow, wide), unstructured[wide], trials)
    const tests = testLimit(ladder, {
      ...estimate,
      seed: deriveSeed(seed, 'limit test', job.method, job.scope),
      tolerance: settings.tolerance,
      constant: unstructured,
      ...(settings.simulations && { simulations: settings.simulations }),
    })
    const judged = tests.map(verdictRows)
    return {
      arrays: new Map(),
      records: {
        distance: distancesOf(rungs, floor).flatMap(({ matrix, points }, l) =>
          points.map(({ width, ...found }, i) => {
            const change = i > 0 ? tests[l].successive.at(i - 1) : undefined
            const spread = tests[l].spread.at(i)
            return {
              matrix,
              width,
              to_widest: found.toWidest,
              to_widest_floor: found.toWidestFloor,
              successive: found.successive,
              successive_floor: found.successiveFloor,
              split_half: found.splitHalf,
              shape_change: change?.distance ?? null,
              shape_floor: change?.floor ?? null,
              spread: spread?.observed ?? null,
              spread_sampled: spread?.sampled ?? null,
            }
          }),
        ),
        verdict: judged.flatMap(({ verdict }) => verdict),
        trend: judged.flatMap(({ trend }) => trend),
      },
    }
  },
  gives: ['convergence'],
  findings,
})
