import { averageChains } from '../graphon/chain/average.js'
import { chainFromTensors } from '../graphon/chain/chain-file.js'
import type { GraphonChain } from '../graphon/chain/chain.js'
import { distanceChains } from '../graphon/distances/chains.js'
import { simulateNull } from '../graphon/convergence/limit-test/simulate.js'
import { measuresOf, motifReport, motifTable } from '../graphon/motifs/motif-report.js'
import { failureOf, usable } from './failure.js'
import type { Job, JobResult } from './job.js'
import { deriveSeed } from './networks.js'
import { architectures } from './plan.js'
import type { ResultRow } from './rows.js'
import type { StudyConfig } from './schema.js'
import type { StudyData } from './study-data.js'

/** Simulated networks without structure at every width. */
const simulations = 3

/** Motifs whose two densities are put beside the cut norm. */
const countedMotifs = ['edge', 'row-cherry', 'column-cherry', 'path3', 'cycle-4', 'cycle-6'] as const

interface Rung {
  readonly width: number
  readonly sizes: readonly number[]
  readonly runs: readonly JobResult[]
  readonly chains: readonly GraphonChain[]
}

function summary(values: readonly number[]): Pick<ResultRow, 'value' | 'spread'> {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { value: mean, spread: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 }
}

/** t(C₄)/p⁴ of matrix l = 0 … L in every chain that has an edge there. */
function cycleRatios(chains: readonly GraphonChain[], l: number): number[] {
  return chains.flatMap((chain) => {
    const [{ ratio }] = motifTable(chain.W[l], { ...measuresOf(chain, l), names: ['cycle-4'] })
    return ratio === null ? [] : [ratio]
  })
}

function ratioRows(config: StudyConfig, { width, sizes, runs, chains }: Rung): ResultRow[] {
  const rowsOf = (record: string) => runs.map(({ rows }) => rows.filter((row) => row.record === record))
  const densities = rowsOf('layer')
  const means = sizes
    .slice(1)
    .map((_, l) => densities.reduce((sum, rows) => sum + (rows[l].matrix_density ?? 0) / runs.length, 0))
  const { bins, estimator } = config.graphon
  const seed = deriveSeed(config.seed, 'motifs', width)
  const unstructured = simulateNull(sizes, means, simulations, { bins, estimator }, seed)
  const ofMasks = rowsOf('motif').flat()
  return sizes.slice(1).flatMap((_, l): ResultRow[] => {
    const matrix = l + 1
    const own = ofMasks.filter((row) => row.matrix === matrix)
    const named: [string, number[]][] = [...new Set(own.map(({ aspect }) => aspect ?? ''))].map((aspect) => [
      aspect,
      own.filter((row) => row.aspect === aspect).map(({ value }) => value ?? 0),
    ])
    named.push(['cycle-4', cycleRatios(chains, l)], ['cycle-4 unstructured', cycleRatios(unstructured, l)])
    return named
      .filter(([, values]) => values.length > 0)
      .map(([aspect, values]) => ({ record: 'motif-ratio', matrix, width, aspect, ...summary(values) }))
  })
}

/** Densities of motifs at the two largest widths, and the cut norm between them. */
function countingRows(narrow: Rung, wide: Rung): ResultRow[] {
  const [a, b] = [averageChains(narrow.chains), averageChains(wide.chains)]
  const cuts = distanceChains(a, b, { norm: 'cut' })
  const report = motifReport(
    a,
    b,
    cuts.map(({ upper }) => upper),
    { names: countedMotifs },
  )
  return report.flatMap(({ matrix, motifs }, l): ResultRow[] => [
    { record: 'counting', matrix, aspect: 'cut lower', value: cuts[l].lower },
    { record: 'counting', matrix, aspect: 'cut upper', value: cuts[l].upper },
    ...motifs.flatMap((found): ResultRow[] => [
      { record: 'counting', matrix, width: narrow.width, aspect: found.motif, value: found.a },
      { record: 'counting', matrix, width: wide.width, aspect: found.motif, value: found.b },
    ]),
  ])
}

/**
 * Motif densities over those of a constant graphon along a ladder of widths: cherries and paths as the masks have them, of
 * different units; 4-cycles of the estimated chains, with what noise and sorting give them in masks without structure. And
 * the counting lemma between the two largest widths.
 */
export function executeMotifs(config: StudyConfig, data: StudyData, job: Job, inputs: readonly JobResult[]): JobResult {
  usable(job.needs, inputs)
  const facts = { inputs: data.x.cols, classes: data.classes, fingerprint: '' }
  const { trials } = config
  const ladder = architectures(config, facts, job.sizes.length - 2).flatMap(({ width, sizes }, i): Rung[] => {
    const [from, to] = [i * trials, (i + 1) * trials]
    const results = inputs.slice(from, to)
    if (results.every((result) => failureOf(result) !== undefined)) return []
    const runs = usable(job.needs.slice(from, to), results)
    const chains = runs.map(({ result, id }) => chainFromTensors(result.arrays, id))
    return [{ width, sizes, runs: runs.map(({ result }) => result), chains }]
  })
  const [narrow, wide] = ladder.slice(-2)
  const counting = ladder.length > 1 ? countingRows(narrow, wide) : []
  return { arrays: new Map(), rows: [...ladder.flatMap((rung) => ratioRows(config, rung)), ...counting] }
}
