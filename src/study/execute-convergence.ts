import { averageChains } from '../graphon/chain/average.js'
import { chainFromTensors } from '../graphon/chain/chain-file.js'
import { convergence } from '../graphon/convergence/convergence.js'
import { testLimit, type LadderRung, type LayerTest } from '../graphon/convergence/limit-test/limit-test.js'
import { boundedRate } from '../graphon/convergence/limit-test/power-law.js'
import { nullFloor } from '../graphon/convergence/limit-test/null-floor.js'
import type { ShapeTrend } from '../graphon/convergence/limit-test/shape-trend.js'
import { simulateNull } from '../graphon/convergence/limit-test/simulate.js'
import type { Trend } from '../graphon/convergence/limit-test/trend.js'
import { splitHalf } from '../graphon/distances/split-half.js'
import type { Job, JobResult } from './job.js'
import { failureOf, usable } from './failure.js'
import { deriveSeed } from './networks.js'
import { architectures } from './plan.js'
import type { ResultRow } from './rows.js'
import type { StudyConfig } from './schema.js'
import type { StudyData } from './study-data.js'

const fewestSimulations = 3
const mostSimulations = 8

interface MeasuredRung extends LadderRung {
  readonly densities: readonly (readonly number[])[]
}

/** Numbers of one network that should settle with its graphons, named by what they are and the matrix they belong to. */
function observedOf({ rows }: JobResult): Record<string, number> {
  const observed: Record<string, number> = {}
  for (const { record, matrix, rows: units, dead_units: dead, aspect, value } of rows) {
    if (record === 'layer' && typeof units === 'number') observed[`${matrix} dead_units`] = (dead ?? 0) / units
    if (record === 'motif') observed[`${matrix} ${aspect}`] = value ?? 0
  }
  return observed
}

function rungOf(
  width: number,
  sizes: readonly number[],
  runs: readonly JobResult[],
  ids: readonly string[],
): MeasuredRung {
  const pruned = usable(ids, runs)
  const chains = pruned.map(({ result, id }) => chainFromTensors(result.arrays, id))
  const densities = pruned.map(({ result: { rows } }) =>
    rows.filter(({ record }) => record === 'layer').map((row) => row.matrix_density ?? 0),
  )
  return { width, sizes, chains, densities, observed: pruned.map(({ result }) => observedOf(result)) }
}

/** Keeps the numbers that every trial of every width has. */
function shared(ladder: readonly MeasuredRung[]): MeasuredRung[] {
  const all = ladder.flatMap(({ observed }) => observed ?? [])
  const names = Object.keys(all[0] ?? {}).filter((name) => all.every((one) => name in one))
  return ladder.map((rung) => ({
    ...rung,
    observed: (rung.observed ?? []).map((one) => Object.fromEntries(names.map((name) => [name, one[name]]))),
  }))
}

function trendRow(matrix: number, aspect: string, trend: Trend | ShapeTrend): ResultRow {
  const rate = trend.fit ? boundedRate(trend.fit) : { rate: null, lower: null, upper: null }
  return {
    record: 'verdict',
    matrix,
    aspect,
    verdict: trend.verdict,
    reason: trend.reason,
    rate: rate.rate,
    rate_lower: rate.lower,
    rate_upper: rate.upper,
    remaining: trend.remaining,
  }
}

function verdictRows({ matrix, verdict, restsOn, reason, budget, shape, structure, observed }: LayerTest): ResultRow[] {
  const own = Object.entries(observed).filter(([name]) => name.startsWith(`${matrix} `))
  return [
    {
      record: 'verdict',
      matrix,
      aspect: 'all',
      verdict,
      reason,
      rests_on: restsOn,
      structured: structure?.structured ?? null,
      structure_distance: structure?.distance ?? null,
      // A constant shape without any spread is infinitely sure; Parquet and JSON both lack that number's use.
      structure_score: structure && Number.isFinite(structure.score) ? structure.score : null,
    },
    trendRow(matrix, 'budget', budget),
    ...(shape ? [trendRow(matrix, 'shape', shape)] : []),
    ...own.map(([name, trend]) => trendRow(matrix, name.slice(name.indexOf(' ') + 1), trend)),
  ]
}

/**
 * Distances between the average chains of a ladder of widths, what the same procedure finds between Erdős–Rényi masks of
 * equal densities, and the verdict on every matrix.
 */
export function executeConvergence(
  config: StudyConfig,
  data: StudyData,
  job: Job,
  inputs: readonly JobResult[],
): JobResult {
  const { trials, seed, graphon, convergence: settings } = config
  usable(job.needs, inputs)
  const facts = { inputs: data.x.cols, classes: data.classes, fingerprint: '' }
  const ladder = shared(
    architectures(config, facts, job.sizes.length - 2).flatMap(({ width, sizes }, i) => {
      const from = i * trials
      const runs = inputs.slice(from, from + trials)
      const isThere = runs.some((run) => failureOf(run) === undefined)
      return isThere ? [rungOf(width, sizes, runs, job.needs.slice(from, from + trials))] : []
    }),
  )
  const estimate = { bins: graphon.bins, estimator: graphon.estimator }
  const simulations = Math.max(fewestSimulations, Math.min(trials, mostSimulations))
  const means = ladder.map(({ sizes, densities }) =>
    sizes.slice(1).map((_, l) => densities.reduce((sum, values) => sum + values[l], 0) / densities.length),
  )
  /** Masks without structure of the sizes at one rung and the densities at another. */
  const without = (rung: number, densitiesOf: number) => {
    const { sizes, width } = ladder[rung]
    return simulateNull(sizes, means[densitiesOf], simulations, estimate, deriveSeed(seed, 'floor', width))
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
  const rows = convergence(rungs, floor).flatMap(({ matrix, points }, l) =>
    points.map(({ width, ...distances }, i): ResultRow => ({
      record: 'distance',
      matrix,
      width,
      to_widest: distances.toWidest,
      to_widest_floor: distances.toWidestFloor,
      successive: distances.successive,
      successive_floor: distances.successiveFloor,
      split_half: distances.splitHalf,
      shape_change: i > 0 ? (tests[l].successive.at(i - 1)?.distance ?? null) : null,
      shape_floor: i > 0 ? (tests[l].successive.at(i - 1)?.floor ?? null) : null,
      spread: tests[l].spread.at(i)?.observed ?? null,
      spread_sampled: tests[l].spread.at(i)?.sampled ?? null,
    })),
  )
  return { rows: [...rows, ...tests.flatMap(verdictRows)], arrays: new Map() }
}
