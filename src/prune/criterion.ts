import { entryProblem } from '../data/open-table.js'
import type { Kernels, Scratch } from '../linalg/kernels.js'
import type { Batch } from '../network/gradient.js'
import type { Mask } from '../network/mask.js'
import type { Network } from '../network/network.js'
import type { Budget } from './budget.js'
import { limitationsProblem, type Limitation } from './limitation.js'
import type { PlacedScores, Tie } from './select.js'

/** Options of a criterion, with the values used when none is given. */
export interface CriterionDefaults {
  /** Logits are divided by it before the cross-entropy. */
  readonly temperature?: number
  /** Pruning rounds. */
  readonly rounds?: number
}

/** What a criterion is given besides the network. */
export interface CriterionContext extends Required<CriterionDefaults> {
  readonly kernels: Kernels
  /** Where scores go; released when pruning ends. */
  readonly scratch: Scratch
  readonly density: number
  /** How many weights each group of matrices keeps. */
  readonly budgets: readonly Budget[]
  readonly seed: number
  /** Samples held in memory at a time; undefined leaves the choice to the gradient. */
  readonly batchSize: number | undefined
  /** Called with the share of the work that is done, in [0, 1]. */
  readonly onProgress: (share: number) => void
}

export interface CriterionFacts {
  /** Short and stable: what files, studies and options say. */
  readonly name: string
  /** Name for figures and prose. */
  readonly label: string
  /** One sentence: what is kept. */
  readonly summary: string
  /** True when weights are removed over several rounds. */
  readonly iterative: boolean
  /** Options that the criterion takes, with their defaults; one that is not named here has no effect. */
  readonly defaults: CriterionDefaults
  /** Where it was published. */
  readonly paper: string
  /** What graphons cannot know of its masks, for reports. Default: nothing is known to be missing. */
  readonly limitations?: readonly Limitation[]
}

/** Gives every weight one score in f64, `[out, in]` per matrix, in kernel memory; the largest are kept. */
export type ScoringCriterion =
  | { readonly needsData: false; readonly scores: (network: Network, context: CriterionContext) => PlacedScores[] }
  | {
      readonly needsData: true
      readonly scores: (network: Network, context: CriterionContext, batch: Batch) => PlacedScores[]
    }

/** A cut inside equal scores among matrices that share a budget. */
export interface BudgetTie extends Tie {
  readonly layers: readonly number[]
}

/** Masks of all matrices, and where a cut fell inside equal scores. */
export interface Chosen {
  readonly masks: readonly Mask[]
  readonly ties: readonly BudgetTie[]
}

/** Chooses the masks itself, exactly as many per group as the budgets say. */
export interface ChoosingCriterion {
  readonly needsData: boolean
  /** @param batch given where data are needed */
  readonly masks: (network: Network, context: CriterionContext, batch: Batch | undefined) => Chosen
}

/**
 * A pruning criterion. Weights are effective weights (σ_w w / √n_in in the NTK parameterisation), so that a criterion
 * means the same in both parameterisations; pruned weights of the given network are never candidates.
 */
export type Criterion = CriterionFacts & (ScoringCriterion | ChoosingCriterion)

/** What keeps a value, such as a module's export, from being a {@link Criterion}; undefined for one. */
export function criterionProblem(value: unknown): string | undefined {
  const kinds = {
    name: 'string',
    label: 'string',
    summary: 'string',
    needsData: 'boolean',
    defaults: 'object',
  } as const
  const problem = entryProblem(value, 'a criterion', kinds)
  if (problem !== undefined) return problem
  const { masks, scores, limitations } = value as Partial<Record<string, unknown>>
  const unsaid = limitationsProblem(limitations)
  if (unsaid !== undefined) return unsaid
  if (typeof masks === 'function' || typeof scores === 'function') return undefined
  return 'expected a criterion, with a function masks or scores, got neither'
}
