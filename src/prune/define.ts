import { requireFunction, requireName } from '../data/open-table.js'
import { withScratch } from '../linalg/kernels.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import type { Activation } from '../network/activation.js'
import { effectiveWeights } from '../network/forward.js'
import { lossAndGradient, type Batch } from '../network/gradient.js'
import type { Mask } from '../network/mask.js'
import type { Network } from '../network/network.js'
import { randomStream, type RandomStream } from '../random/random.js'
import { keepCount } from './budget.js'
import type { BudgetTie, Chosen, Criterion, CriterionContext } from './criterion.js'
import { limitationsProblem, type Limitation } from './limitation.js'
import { derivativeOptions } from './saliency.js'
import { selectPlaced, type PlacedScores } from './select.js'
import { NumbersError } from '../numbers-error.js'

/** What a score may depend on: the network as pruned so far, as plain matrices `[out, in]`. */
export interface PruningInput {
  /** `[d, n_1, …, n_L, C]` */
  readonly sizes: readonly number[]
  readonly activation: Activation
  /** Effective weights, what the network multiplies by; 0 where pruned. A score may keep or change these arrays. */
  readonly weights: readonly Matrix[]
  /** Which weights are candidates still. */
  readonly masks: readonly Mask[]
  /** Kept fraction that is asked for in the end. */
  readonly density: number
  /** From 1 to `rounds`. */
  readonly round: number
  readonly rounds: number
  /**
   * Gradient of the mean cross-entropy over the samples with respect to the effective weights, computed when it is called for;
   * entries that are pruned have the derivative that they would have at 0.
   *
   * @throws Error when the definition does not say `needsData`
   */
  readonly gradient: () => readonly Matrix[]
  /** A stream of random numbers of the run's seed and these labels. */
  readonly random: (...labels: (string | number)[]) => RandomStream
}

/** A pruning criterion in a few lines. */
export interface PruningDefinition {
  /** Short and stable: files and studies say it. */
  readonly name: string
  /** For figures and prose; default: the name. */
  readonly label?: string
  /** One sentence: what is kept. */
  readonly summary?: string
  /** Where it was published. */
  readonly paper?: string
  /** What graphons cannot know of its masks; reports of studies say it. Default: none. */
  readonly limitations?: readonly Limitation[]
  /** Whether scores depend on samples. Default false. */
  readonly needsData?: boolean
  /**
   * Rounds of scoring and cutting. After round t of n, ⌊total · density^(t / n) + ½⌋ weights are left (Tanaka et al. 2020), and the
   * next round scores what is left. Default 1.
   */
  readonly rounds?: number
  /** One score per weight and matrix, in the order of `weights[l].data`; the largest are kept, equal ones by their place. */
  readonly score: (input: PruningInput) => readonly ArrayLike<number>[]
}

function inputOf(
  network: Network,
  { name, needsData = false }: PruningDefinition,
  context: CriterionContext,
  batch: Batch | undefined,
  round: number,
): PruningInput {
  const { spec, layers } = network
  return {
    sizes: spec.sizes,
    activation: spec.activation,
    weights: effectiveWeights(network),
    masks: layers.map(({ mask }) => mask),
    density: context.density,
    round,
    rounds: context.rounds,
    gradient: () => {
      if (!needsData || !batch) throw new Error(`prune: ${name} asks for a gradient; its definition must say needsData`)
      const { kernels, batchSize } = context
      const options = derivativeOptions({ batchSize, onProgress: () => undefined })
      const { weights } = lossAndGradient(network, batch, { ...options, kernels })
      return layers.map(({ mask: { rows, cols } }, l) => matrix(rows, cols, weights[l]))
    },
    random: (...labels) => randomStream(context.seed, 'prune', name, ...labels),
  }
}

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))

/** Scores in kernel memory. @throws RangeError when there is not one number for each weight */
function place(
  scores: unknown,
  { layers }: Network,
  { name }: PruningDefinition,
  { scratch }: Pick<CriterionContext, 'scratch'>,
): PlacedScores[] {
  const lists: readonly unknown[] = Array.isArray(scores) ? scores : []
  if (lists.length !== layers.length || !lists.every(isList)) {
    const got = Array.isArray(scores) ? `an array of ${scores.length}` : typeof scores
    throw new NumbersError(
      `prune: ${name}: expected ${layers.length} arrays of scores, one for each matrix, got ${got}`,
    )
  }
  return layers.map(({ mask: { rows, cols, data, kept } }, l) => {
    const own = Float64Array.from(lists[l], Number)
    if (own.length !== rows * cols) {
      const expected = `${rows * cols} scores for matrix ${l + 1}, ${rows} × ${cols}`
      throw new NumbersError(`prune: ${name}: expected ${expected}, got ${own.length}`)
    }
    return { rows, cols, at: scratch.put(own), open: kept === data.length ? 0 : scratch.put(data) }
  })
}

function withMasks(network: Network, masks: readonly Mask[]): Network {
  return { ...network, layers: network.layers.map((layer, l) => ({ ...layer, mask: masks[l] })) }
}

/** All rounds: each scores what the one before has left. */
function rounded(
  start: Network,
  definition: PruningDefinition,
  context: CriterionContext,
  batch: Batch | undefined,
): Chosen {
  const { kernels, budgets, density, rounds, onProgress } = context
  let network = start
  let ties: BudgetTie[] = []
  for (let round = 1; round <= rounds; round++) {
    const masks = network.layers.map(({ mask }) => mask)
    ties = []
    withScratch(kernels, (scratch) => {
      const scores = place(definition.score(inputOf(network, definition, context, batch, round)), network, definition, {
        scratch,
      })
      for (const { layers, total, keep } of budgets) {
        const left = layers.reduce((sum, l) => sum + network.layers[l].mask.kept, 0)
        const most = round === rounds ? keep : Math.max(keep, keepCount(total, density ** (round / rounds)))
        const chosen = selectPlaced(
          kernels,
          layers.map((l) => scores[l]),
          Math.min(left, most),
        )
        layers.forEach((l, k) => (masks[l] = chosen.masks[k]))
        if (chosen.tie) ties.push({ layers, ...chosen.tie })
      }
    })
    network = withMasks(network, masks)
    onProgress(round / rounds)
  }
  return { masks: network.layers.map(({ mask }) => mask), ties }
}

/**
 * A pruning criterion from a function that scores weights, for `prune`, for `limn prune --method ./my-method.js` and for studies.
 *
 * Memory: the weights as f64 once more, and the scores twice.
 *
 * @throws TypeError when the name is no text, the score no function or a limitation has no title and text, RangeError when the rounds are no positive integer
 * @example
 * import { createSpec, definePruning, initialize, prune } from 'limn'
 *
 * const scaled = definePruning({
 *   name: 'scaled',
 *   score: ({ weights }) => weights.map(({ cols, data }) => data.map((w) => Math.abs(w) * Math.sqrt(cols))),
 * })
 * const network = initialize(createSpec({ sizes: [4, 5, 2] }), 1)
 * const { masks } = prune(network, { method: scaled, density: 0.5, scope: 'global', seed: 0 })
 * console.log(masks[0].kept + masks[1].kept) // 15
 */
export function definePruning(definition: PruningDefinition): Criterion {
  const {
    name,
    label = name,
    summary = `keeps the weights that ${name} scores highest`,
    paper = '',
    limitations = [],
    rounds = 1,
  } = definition
  requireName('definePruning', name)
  requireFunction('definePruning', definition, 'score', definition.score)
  if (!(Number.isInteger(rounds) && rounds > 0)) {
    throw new NumbersError(`definePruning: ${name}: expected a positive integer of rounds, got ${rounds}`)
  }
  const problem = limitationsProblem(limitations)
  if (problem !== undefined) throw new TypeError(`definePruning: ${name}: ${problem}`)
  return {
    name,
    label,
    summary,
    paper,
    limitations,
    iterative: rounds > 1,
    defaults: rounds > 1 ? { rounds } : {},
    needsData: definition.needsData ?? false,
    masks: (network, context, batch) => rounded(network, definition, context, batch),
  }
}
