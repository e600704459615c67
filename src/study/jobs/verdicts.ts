import { z } from 'zod'
import type { LayerTest } from '../../graphon/convergence/limit-test/limit-test.js'
import { boundedRate } from '../../graphon/convergence/limit-test/power-law.js'
import type { ShapeTrend } from '../../graphon/convergence/limit-test/shape-trend.js'
import type { Trend } from '../../graphon/convergence/limit-test/trend.js'
import { verdicts, type Verdict } from '../../graphon/convergence/limit-test/verdict.js'
import { theRow, type Finished } from './finished.js'
import { matrixColumn, record, type RecordsOf } from './record.js'

const verdictColumn = z.enum(verdicts).describe('what the limit test says')
const reasonColumn = z.string().describe('why, in words')

/** What is stored of the judgements on one ladder. */
export const verdictRecords = {
  verdict: record(
    'matrix',
    z.strictObject({
      matrix: matrixColumn,
      verdict: verdictColumn,
      rests_on: z.enum(['budget', 'shape', 'both']).describe('which trend decided'),
      reason: reasonColumn,
      structured: z.boolean().nullable().describe('whether the widest graphon is more than constant'),
      structure_distance: z.number().nullable().describe('by how much: L2 of W/ρ − 1 without noise and sorting bias'),
      structure_score: z.number().nullable().describe('how surely, in standard errors; none where there is no spread'),
    }),
  ),
  trend: record(
    'matrix and number followed',
    z.strictObject({
      matrix: matrixColumn,
      followed: z.string().describe('`budget`, `shape`, `dead_units` or a motif'),
      verdict: verdictColumn,
      reason: reasonColumn,
      rate: z.number().nullable().describe('fitted power of the width; none where no fit is possible'),
      rate_lower: z.number().nullable().describe('its 95 % interval; none at an end of the searched range'),
      rate_upper: z.number().nullable().describe('its 95 % interval; none at an end of the searched range'),
      remaining: z.number().nullable().describe('bound on the relative distance to the limit'),
    }),
  ),
}

export type VerdictRows = RecordsOf<typeof verdictRecords>

/** A judgement as tables show it; numbers are null where they could not be had. */
export interface TrendFinding {
  readonly verdict: Verdict
  readonly reason: string
  /** Fitted power of the width with its 95 % interval; null where a value is an end of the range that was searched. */
  readonly rate: number | null
  readonly rateLower: number | null
  readonly rateUpper: number | null
  /** Bound on the relative distance to the limit. */
  readonly remaining: number | null
}

/** What was found out about one matrix: see `testLimit`. */
export interface VerdictFinding {
  readonly verdict: Verdict
  readonly restsOn: 'budget' | 'shape' | 'both'
  readonly reason: string
  readonly budget: TrendFinding
  readonly shape: TrendFinding | null
  /** Whether the widest graphon is more than constant, by how much (L2 of W/ρ − 1), and how surely. */
  readonly structure: { readonly structured: boolean; readonly distance: number; readonly score: number | null } | null
  /** Further numbers followed: dead units, motif densities over those of a constant graphon. */
  readonly observed: Readonly<Record<string, TrendFinding>>
}

function trendRow(matrix: number, followed: string, trend: Trend | ShapeTrend): VerdictRows['trend'][number] {
  const { rate, lower, upper } = trend.fit ? boundedRate(trend.fit) : { rate: null, lower: null, upper: null }
  const { verdict, reason, remaining } = trend
  return { matrix, followed, verdict, reason, rate, rate_lower: lower, rate_upper: upper, remaining }
}

/** The rows of one matrix's test. */
export function verdictRows(test: LayerTest): VerdictRows {
  const { matrix, verdict, restsOn, reason, budget, shape, structure, observed } = test
  return {
    verdict: [
      {
        matrix,
        verdict,
        rests_on: restsOn,
        reason,
        structured: structure?.structured ?? null,
        structure_distance: structure?.distance ?? null,
        // A constant shape without any spread is infinitely sure; Parquet and JSON both lack that number's use.
        structure_score: structure && Number.isFinite(structure.score) ? structure.score : null,
      },
    ],
    trend: [
      trendRow(matrix, 'budget', budget),
      ...(shape ? [trendRow(matrix, 'shape', shape)] : []),
      ...Object.entries(observed).map(([followed, trend]) => trendRow(matrix, followed, trend)),
    ],
  }
}

function trendFinding(row: VerdictRows['trend'][number]): TrendFinding {
  const { verdict, reason, rate, rate_lower: rateLower, rate_upper: rateUpper, remaining } = row
  return { verdict, reason, rate, rateLower, rateUpper, remaining }
}

/** What a result says of one matrix. */
export function verdictFinding(result: Finished<typeof verdictRecords>, matrix: number): VerdictFinding {
  const { verdict, rests_on: restsOn, reason, ...found } = theRow(result, 'verdict', { matrix })
  const own = result.records.trend.filter((row) => row.matrix === matrix)
  const shape = own.find(({ followed }) => followed === 'shape')
  const { structured, structure_distance: distance, structure_score: score } = found
  return {
    verdict,
    restsOn,
    reason,
    budget: trendFinding(theRow(result, 'trend', { matrix, followed: 'budget' })),
    shape: shape ? trendFinding(shape) : null,
    structure: structured !== null && distance !== null ? { structured, distance, score } : null,
    observed: Object.fromEntries(
      own
        .filter(({ followed }) => followed !== 'budget' && followed !== 'shape')
        .map((row) => [row.followed, trendFinding(row)]),
    ),
  }
}
