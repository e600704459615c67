import { z } from 'zod'
import { averageChains } from '../../graphon/chain/average.js'
import { chainFromTensors } from '../../graphon/chain/chain-file.js'
import type { GraphonChain } from '../../graphon/chain/chain.js'
import { simulateNull } from '../../graphon/convergence/limit-test/simulate.js'
import { distanceChains } from '../../graphon/distances/chains.js'
import { measuresOf, motifReport, motifTable } from '../../graphon/motifs/motif-report.js'
import { countingBound } from '../../graphon/motifs/motifs.js'
import { settingOf } from '../job.js'
import { meanAndSd } from '../../linalg/statistics.js'
import { estimatorOfStudy } from '../own-modules.js'
import { deriveSeed } from '../seeds.js'
import type { Setting } from '../vocabulary.js'
import { meanDensities, runsByWidth, type RunsOfWidth } from './convergence.js'
import type { Finished } from './finished.js'
import { jobKind, type Work } from './kind.js'
import { byKey, ladderKeys, ladderName, weightCount } from './ladders.js'
import { matrixColumn, record, type RecordsOf } from './record.js'
import { followedMotifs, run } from './run.js'

/** Simulated networks without structure at every width. */
export const nullSimulations = 3

/** Motifs whose two densities are put beside the cut norm. */
const countedMotifs = ['edge', 'row-cherry', 'column-cherry', 'path3', 'cycle-4', 'cycle-6'] as const

const ratioMotifs = [...followedMotifs, 'cycle-4'] as const

const density = (what: string) => z.number().describe(what)

const motifRecords = {
  'motif-ratio': record(
    'matrix, width and motif',
    z.strictObject({
      matrix: matrixColumn,
      width: z.int().positive().describe('of the networks'),
      motif: z.enum(ratioMotifs).describe('small subgraph'),
      motif_ratio: density('mean over trials of the density over p^edges'),
      spread: density('its standard deviation over trials; 0 for one'),
      unstructured: z
        .number()
        .nullable()
        .describe('the mean that noise and sorting give without structure; none where the ratio is free of both'),
    }),
  ),
  cut: record(
    'matrix, between the mean graphons of the two largest widths',
    z.strictObject({
      matrix: matrixColumn,
      width_from: z.int().positive().describe('the narrower'),
      width_to: z.int().positive().describe('the wider'),
      cut_lower: density('lower bound on the cut norm'),
      cut_upper: density('upper bound on the cut norm'),
    }),
  ),
  counting: record(
    'matrix and motif, in the same two',
    z.strictObject({
      matrix: matrixColumn,
      motif: z.enum(countedMotifs).describe('small subgraph'),
      density_from: density('homomorphism density in the narrower'),
      density_to: density('homomorphism density in the wider'),
    }),
  ),
}

type MotifRows = RecordsOf<typeof motifRecords>

/** Density of one motif over p^e, that of a constant graphon of equal density. */
export interface MotifRatio {
  readonly motif: string
  readonly width: number
  /** Over trials. */
  readonly mean: number
  readonly sd: number
  /** The mean that noise and sorting give in masks without structure; null where the ratio is free of both. */
  readonly unstructured: number | null
}

/** The counting lemma between the graphons of the two largest widths. */
export interface CountingFinding {
  readonly from: number
  readonly to: number
  readonly cutLower: number
  readonly cutUpper: number
  readonly motifs: readonly {
    readonly motif: string
    readonly from: number
    readonly to: number
    /** e(F) times `cutUpper`, at most 1: the two densities cannot differ by more. */
    readonly bound: number
  }[]
}

/** Small subgraphs in one matrix of one method, over the ladder of widths. */
export interface MotifFinding extends Setting {
  readonly method: string
  readonly matrix: number
  readonly ratios: readonly MotifRatio[]
  /** null with one width */
  readonly counting: CountingFinding | null
}

interface Rung extends RunsOfWidth {
  readonly chains: readonly GraphonChain[]
}

/** t(C₄)/p⁴ of matrix l = 0 … L in every chain that has an edge there. */
function cycleRatios(chains: readonly GraphonChain[], l: number): number[] {
  return chains.flatMap((chain) => {
    const [{ ratio }] = motifTable(chain.W[l], { ...measuresOf(chain, l), names: ['cycle-4'] })
    return ratio === null ? [] : [ratio]
  })
}

function ratioRows(
  { config, data }: Pick<Work, 'config' | 'data'>,
  { width, sizes, runs, chains }: Rung,
): MotifRows['motif-ratio'] {
  const estimate = { bins: config.graphon.bins, estimator: estimatorOfStudy(config, data.own) }
  const nullSeed = deriveSeed(config.seed, 'motifs', width)
  const without = simulateNull(sizes, meanDensities(runs), nullSimulations, estimate, nullSeed)
  return sizes.slice(1).flatMap((_, l) => {
    const matrix = l + 1
    const row = (motif: (typeof ratioMotifs)[number], values: readonly number[], noise: readonly number[]) => {
      if (values.length === 0) return []
      const { mean, sd } = meanAndSd(values)
      const unstructured = noise.length > 0 ? meanAndSd(noise).mean : null
      return [{ matrix, width, motif, motif_ratio: mean, spread: sd, unstructured }]
    }
    const followed = followedMotifs.flatMap((motif) => {
      const own = runs.flatMap(({ records }) =>
        records.motif.filter((found) => found.matrix === matrix && found.motif === motif),
      )
      return row(
        motif,
        own.map((found) => found.motif_ratio),
        [],
      )
    })
    return [...followed, ...row('cycle-4', cycleRatios(chains, l), cycleRatios(without, l))]
  })
}

/** Densities of motifs at the two largest widths, and the cut norm between them. */
function countingRows(narrow: Rung, wide: Rung): Pick<MotifRows, 'cut' | 'counting'> {
  const [a, b] = [averageChains(narrow.chains), averageChains(wide.chains)]
  const cuts = distanceChains(a, b, { norm: 'cut' })
  const report = motifReport(
    a,
    b,
    cuts.map(({ upper }) => upper),
    { names: countedMotifs },
  )
  return {
    cut: report.map(({ matrix }, l) => ({
      matrix,
      width_from: narrow.width,
      width_to: wide.width,
      cut_lower: cuts[l].lower,
      cut_upper: cuts[l].upper,
    })),
    counting: report.flatMap(({ matrix, motifs: found }) =>
      countedMotifs.map((motif) => {
        const { a: from, b: to } = found.find((one) => one.motif === motif)!
        return { matrix, motif, density_from: from, density_to: to }
      }),
    ),
  }
}

function countingFinding(records: MotifRows, matrix: number): CountingFinding | null {
  const cut = records.cut.find((row) => row.matrix === matrix)
  if (!cut) return null
  return {
    from: cut.width_from,
    to: cut.width_to,
    cutLower: cut.cut_lower,
    cutUpper: cut.cut_upper,
    motifs: records.counting
      .filter((row) => row.matrix === matrix)
      .map(({ motif, density_from: from, density_to: to }) => ({
        motif,
        from,
        to,
        bound: Math.min(1, countingBound(motif, cut.cut_upper)),
      })),
  }
}

function findings({ job, records }: Finished<typeof motifRecords>): { motifs: MotifFinding[] } {
  const ratios = records['motif-ratio']
  return {
    motifs: [...new Set(ratios.map(({ matrix }) => matrix))].map((matrix) => ({
      method: job.method,
      ...settingOf(job),
      matrix,
      ratios: ratios
        .filter((row) => row.matrix === matrix)
        .map(({ motif, width, motif_ratio: mean, spread: sd, unstructured }) => ({
          motif,
          width,
          mean,
          sd,
          unstructured,
        })),
      counting: countingFinding(records, matrix),
    })),
  }
}

/**
 * Motif densities over those of a constant graphon along a ladder of widths: cherries and paths as the masks have them, of
 * different units; 4-cycles of the estimated chains, with what noise and sorting give them in masks without structure. And
 * the counting lemma between the two largest widths.
 */
export const motifs = jobKind({
  label: 'motifs',
  about: 'Densities of small subgraphs at all widths of one method and density.',
  version: 1,
  records: motifRecords,
  needs: { runs: run },
  plan(planning) {
    const runs = byKey(planning.jobsOf('run'), ladderName)
    return ladderKeys(planning).map(({ architectures, ...key }) => ({
      ...key,
      dependsOn: {},
      needs: { runs: runs(key) },
      cost: architectures.reduce((sum, { sizes }) => sum + 0.05 + weightCount(sizes) / 12e6, 0),
    }))
  },
  execute({ config, data, inputs }) {
    const ladder = runsByWidth(inputs.runs).map((one): Rung => ({
      ...one,
      chains: one.runs.map(({ arrays, job }) => chainFromTensors(arrays, job.id)),
    }))
    const [narrow, wide] = ladder.slice(-2)
    const counting = ladder.length > 1 ? countingRows(narrow, wide) : { cut: [], counting: [] }
    return {
      arrays: new Map(),
      records: { 'motif-ratio': ladder.flatMap((rung) => ratioRows({ config, data }, rung)), ...counting },
    }
  },
  gives: ['motifs'],
  findings,
})
