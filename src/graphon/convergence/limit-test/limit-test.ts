import { averageChains } from '../../chain/average.js'
import type { GraphonChain } from '../../chain/chain.js'
import type { EstimateOptions } from '../../estimate/estimate.js'
import { shapeTrend, type ShapeTrend } from './shape-trend.js'
import { constantShape, layerDensity, shapeVectors } from './shapes.js'
import { simulateChains, simulateNull, withoutBias } from './simulate.js'
import { meanNoise, squaredDistance, type Trials } from './squared-distance.js'
import type { Estimate } from './statistics.js'
import { studentQuantile } from './student.js'
import { trendOf, type Trend } from './trend.js'
import { defaultTolerance, realChange, worst, type Judgement } from './verdict.js'
import { NumbersError } from '../../../numbers-error.js'

/** Further numbers of one network, by name: one per weight matrix, null where a matrix has none. */
export type Observed = Readonly<Record<string, readonly (number | null)[]>>

/** What was measured on the independent trials of one width. */
export interface LadderRung {
  readonly width: number
  /** `[d, n_1, …, n_L, C]` */
  readonly sizes: readonly number[]
  /** One estimate per trial, all with the same bins. */
  readonly chains: readonly GraphonChain[]
  /** Kept fraction of each matrix, per trial; default the chains' own means. */
  readonly densities?: readonly (readonly number[])[]
  /** Any further numbers to follow, per trial: dead units, motif densities, … Those that every trial of every width has are followed. */
  readonly observed?: readonly Observed[]
}

export interface LimitTestOptions extends EstimateOptions {
  /** Every simulation derives from it. */
  readonly seed: number
  /** Simulated trials of each width, at least 3; default as many as measured, at most 8. */
  readonly simulations?: number
  /** Relative distance to the limit that counts as arrived. Default 0.05. */
  readonly tolerance?: number
  /** Estimates from Erdős–Rényi masks of every width's sizes and densities, at least 3 each; default simulated here. */
  readonly constant?: readonly (readonly GraphonChain[])[]
}

/** Is the widest graphon anything but constant? */
export interface Structure {
  /** Whether the distance to the constant is more than what Erdős–Rényi masks of equal sizes and densities give. */
  readonly structured: boolean
  /** L2 distance of W/ρ to 1 without noise and sorting bias; 0 where they explain all. */
  readonly distance: number
  /** How many standard errors the squared distance lies above the null. */
  readonly score: number
}

/** Spread of single trials about their mean, W/ρ in L2. */
export interface Spread {
  /** Measured between trials. */
  readonly observed: number
  /** Between masks drawn independently from the widest mean graphon at this width. */
  readonly sampled: number
}

/** A change between two widths, W/ρ in L2. */
export interface ShapeChange {
  /** As measured between the means of trials. */
  readonly distance: number
  /** What noise and sorting bias alone give: root of the part subtracted. */
  readonly floor: number
  /** Squared distance with that part subtracted. */
  readonly squared: Estimate
}

export interface LayerTest extends Judgement {
  /** Weight matrix l = 1 … L + 1. */
  readonly matrix: number
  /** Which of the two decided: `budget`, `shape`, or `both`. */
  readonly restsOn: 'budget' | 'shape' | 'both'
  /** The layer's density: what a global threshold hands to it. */
  readonly budget: Trend
  /** The normalised graphon W/ρ; null without enough trials, or where some mask of the layer is empty. */
  readonly shape: ShapeTrend | null
  readonly structure: Structure | null
  /** To the next smaller width, one fewer than widths; empty where shape is null. */
  readonly successive: readonly ShapeChange[]
  /** To the widest, one fewer than widths. */
  readonly toWidest: readonly ShapeChange[]
  /** Per width; empty where shape is null. */
  readonly spread: readonly Spread[]
  /** Trends of this matrix's further numbers. */
  readonly observed: Readonly<Record<string, Trend>>
}

const fewestTrials = 3
const mostSimulations = 8

function checkLadder(ladder: readonly LadderRung[]): void {
  if (ladder.length === 0) throw new NumbersError('testLimit: expected at least one width, got none')
  ladder.forEach(({ width, chains, sizes }, i) => {
    if (!(width > (i > 0 ? ladder[i - 1].width : 0))) {
      throw new NumbersError(`testLimit: expected increasing positive widths, got ${width} at place ${i}`)
    }
    if (chains.length === 0)
      throw new NumbersError(`testLimit: expected at least one trial at width ${width}, got none`)
    if (sizes.length !== chains[0].W.length + 1) {
      throw new NumbersError(
        `testLimit: expected ${chains[0].W.length + 1} sizes at width ${width}, got [${sizes.join(', ')}]`,
      )
    }
  })
}

/** A further number of one matrix, per width and trial; undefined where some trial has none. */
function followed(ladder: readonly LadderRung[], name: string, index: number): number[][] | undefined {
  const values = ladder.map(({ observed = [], chains }) => chains.map((_, trial) => observed[trial]?.[name]?.[index]))
  const isNumber = (value: number | null | undefined): value is number => typeof value === 'number'
  return values.every((trials) => trials.every(isNumber)) ? values : undefined
}

/** ‖E x − E y‖² of measurements minus the same of simulations, with what was subtracted. */
function change(x: Trials, y: Trials, simulatedX: Trials, simulatedY: Trials): ShapeChange {
  const [measured, bias] = [squaredDistance(x, y), squaredDistance(simulatedX, simulatedY)]
  const noise = meanNoise(x) + meanNoise(y)
  return {
    distance: Math.sqrt(Math.max(0, measured.value + noise)),
    floor: Math.sqrt(Math.max(0, noise + bias.value)),
    squared: {
      value: measured.value - bias.value,
      standardError: Math.hypot(measured.standardError, bias.standardError),
    },
  }
}

interface Simulated {
  /** Drawn from the widest mean chain, freed of its bias, per width. */
  readonly structured: readonly (readonly GraphonChain[])[]
  /** Erdős–Rényi masks, per width. */
  readonly constant: readonly (readonly GraphonChain[])[]
}

interface ShapeFindings {
  readonly shape: ShapeTrend
  readonly structure: Structure
  readonly successive: readonly ShapeChange[]
  readonly toWidest: readonly ShapeChange[]
  readonly spread: readonly Spread[]
}

function shapeFindings(
  ladder: readonly LadderRung[],
  simulated: Simulated,
  index: number,
  { tolerance = defaultTolerance, seed }: LimitTestOptions,
): ShapeFindings | null {
  const last = ladder.length - 1
  const widest = shapeVectors(ladder[last].chains, simulated.constant[last], index)
  if (!widest) return null
  const ones = constantShape(ladder[last].chains[0], index)
  const [real, none] = [squaredDistance(widest.a, ones), squaredDistance(widest.b, ones)]
  const standardError = Math.hypot(real.standardError, none.standardError)
  const excess = real.value - none.value
  const score = standardError > 0 ? excess / standardError : excess > 0 ? Infinity : 0
  const limit = studentQuantile(realChange, widest.a.length + widest.b.length - 2)
  const structure = { structured: score > limit, distance: Math.sqrt(Math.max(0, excess)), score }

  // Sorting bends what is constant more than what has degrees of its own: the null follows the structure.
  const drawn = structure.structured ? simulated.structured : simulated.constant
  const between = (i: number, j: number): ShapeChange | null => {
    const measured = shapeVectors(ladder[i].chains, ladder[j].chains, index)
    const none = shapeVectors(drawn[i], drawn[j], index)
    return measured && none && change(measured.a, measured.b, none.a, none.b)
  }
  const steps = ladder.slice(1).map((_, k) => between(k, k + 1))
  const far = ladder.slice(0, last).map((_, k) => (k === last - 1 ? steps[k] : between(k, last)))
  const alone = ladder.map(({ chains }, i) => shapeVectors(chains, drawn[i], index))
  if ([...steps, ...far, ...alone].some((found) => found === null)) return null
  const [successive, toWidest] = [steps, far].map((found) => found.filter((one) => one !== null))

  const zero = new Float64Array(ones.length)
  const norm = squaredDistance(widest.a, zero).value
  const spread = alone.map((found): Spread => ({
    observed: Math.sqrt(meanNoise(found!.a) * found!.a.length),
    sampled: Math.sqrt(meanNoise(found!.b) * found!.b.length),
  }))
  const shape = shapeTrend(
    {
      widths: ladder.map(({ width }) => width),
      successive: successive.map(({ squared }) => squared),
      whole: toWidest.length > 0 ? toWidest[0].squared : { value: 0, standardError: 1 },
      scale: Math.sqrt(Math.max(1, norm)),
      trials: Math.min(...ladder.map(({ chains }) => chains.length)),
    },
    { tolerance, seed },
  )
  return { shape, structure, successive, toWidest, spread }
}

function judge(
  budget: Trend,
  found: ShapeFindings | null,
  why: string,
): Pick<LayerTest, 'verdict' | 'reason' | 'restsOn'> {
  if (!found) {
    const verdict = budget.verdict === 'drifting' ? 'drifting' : 'undecided'
    const restsOn = verdict === 'drifting' ? 'budget' : 'shape'
    return { verdict, restsOn, reason: verdict === 'drifting' ? `budget: ${budget.reason}` : `shape: ${why}` }
  }
  const { shape } = found
  const verdict = worst([budget.verdict, shape.verdict])
  const restsOn = budget.verdict === shape.verdict ? 'both' : budget.verdict === verdict ? 'budget' : 'shape'
  const reasons = {
    budget: `budget: ${budget.reason}`,
    shape: `shape: ${shape.reason}`,
    both: `budget: ${budget.reason}; shape: ${shape.reason}`,
  }
  return { verdict, restsOn, reason: reasons[restsOn] }
}

/**
 * Do the masks of growing networks approach a graphon? For every weight matrix one verdict, from two questions that are
 * kept apart:
 *
 * - *budget*: does the layer's density change with the width (a global threshold re-divides the budget while inputs and
 *   classes stay as many)? See `trendOf`;
 * - *shape*: does the normalised graphon W/ρ change? Squared L2 distances between widths are taken free of noise (from the
 *   spread of trials) and of sorting bias (the same distance between masks simulated at both widths and densities from one
 *   graphon: the widest mean, or the constant where that is all there is), and judged by `shapeTrend`.
 *
 * The distance to the widest network alone falls for any sequence; no verdict rests on it.
 *
 * @param ladder independent trials of increasing widths; three widths and three trials are the least that can be judged
 * @throws RangeError when widths do not increase, sizes do not fit, or chains are not comparable
 *
 * @example
 * import { chainOf, constantChain, sampleMasks } from 'limn'
 * import { testLimit } from 'limn/graphon'
 *
 * const graphon = constantChain({ inputs: 8, classes: 4, hidden: [1, 1] }, 0.3)
 * const ladder = [24, 48, 96].map((width) => ({
 *   width,
 *   sizes: [8, width, width, 4],
 *   chains: [1, 2, 3].map((seed) => chainOf(sampleMasks(graphon, [width, width], seed), { bins: 4 })),
 * }))
 * const tests = testLimit(ladder, { seed: 1, bins: 4, simulations: 3 })
 * console.log(tests.map(({ matrix, verdict }) => `W${matrix} ${verdict === 'drifting' ? 'drifts' : 'does not drift'}`))
 * // [ 'W1 does not drift', 'W2 does not drift', 'W3 does not drift' ]
 */
export function testLimit(ladder: readonly LadderRung[], options: LimitTestOptions): LayerTest[] {
  checkLadder(ladder)
  const { bins, estimator, seed, tolerance = defaultTolerance } = options
  const widths = ladder.map(({ width }) => width)
  const fewest = Math.min(...ladder.map(({ chains }) => chains.length))
  const simulations = options.simulations ?? Math.max(fewestTrials, Math.min(fewest, mostSimulations))
  if (!(simulations >= fewestTrials)) {
    throw new NumbersError(`testLimit: expected at least ${fewestTrials} simulations, got ${simulations}`)
  }
  const matrices = ladder[0].chains[0].W.map((_, i) => i)
  const densities = ladder.map(
    ({ densities: given, chains }) => given ?? chains.map((chain) => matrices.map((i) => layerDensity(chain, i))),
  )
  const means = densities.map((trials) =>
    matrices.map((i) => trials.reduce((sum, values) => sum + values[i], 0) / trials.length),
  )
  const estimate: EstimateOptions = { ...(bins && { bins }), ...(estimator && { estimator }) }
  const last = ladder.length - 1
  const enough = fewest >= fewestTrials
  const simulated = enough ? simulate() : undefined
  function simulate(): Simulated {
    const draw = (chain: GraphonChain, i: number, part: number) =>
      simulateChains(chain, ladder[i].sizes, means[i], simulations, estimate, (trial) => seed + 1000 * part + trial)
    const found = averageChains(ladder[last].chains)
    const reference = withoutBias(found, averageChains(draw(found, last, ladder.length)))
    return {
      structured: ladder.map((_, i) => draw(reference, i, i)),
      constant:
        options.constant ??
        ladder.map(({ sizes }, i) => simulateNull(sizes, means[i], simulations, estimate, seed + i)),
    }
  }
  return matrices.map((index): LayerTest => {
    const budget = trendOf(
      widths,
      densities.map((trials) => trials.map((values) => values[index])),
      { tolerance, seed, resolution: ladder.map(({ sizes }) => 1 / (sizes[index] * sizes[index + 1])) },
    )
    const found = simulated ? shapeFindings(ladder, simulated, index, options) : null
    const why = enough ? 'some mask keeps no weight of this matrix' : `fewer than ${fewestTrials} trials`
    const observed: Record<string, Trend> = {}
    for (const name of Object.keys(ladder[0].observed?.[0] ?? {})) {
      const values = followed(ladder, name, index)
      if (values) observed[name] = trendOf(widths, values, { tolerance, seed })
    }
    return {
      matrix: index + 1,
      ...judge(budget, found, why),
      budget,
      shape: found?.shape ?? null,
      structure: found?.structure ?? null,
      successive: found?.successive ?? [],
      toWidest: found?.toWidest ?? [],
      spread: found?.spread ?? [],
      observed,
    }
  })
}
