import type { LimitAgreement } from '../graphon/limits/compare.js'
import type { GraphonChain } from '../graphon/chain/chain.js'
import type { Matrix } from '../linalg/matrix.js'
import type { Verdict } from '../graphon/convergence/limit-test/verdict.js'
import type { Job } from './job.js'
import type { SpectralSummary } from '../spectrum/summary.js'

export const scopes = ['global', 'layer'] as const
export type Scope = (typeof scopes)[number]

/** A study's scopes: one, or both. */
export const studyScopes = [...scopes, 'both'] as const
export type StudyScope = (typeof studyScopes)[number]

/** What figures and tables show one at a time: a density, how the budget was handed out, and a depth. */
export interface Setting {
  readonly density: number
  readonly scope: Scope
  readonly hiddenLayers: number
}

/**
 * Everything a report shows of a finished study, as plain data. Figures and pages are functions of this alone. It holds
 * no times, so that an interrupted and resumed study gives the same report, byte for byte.
 */
export interface Findings {
  readonly provenance: Provenance
  readonly methods: readonly string[]
  readonly widths: readonly number[]
  readonly densities: readonly number[]
  /** All combinations that were run. */
  readonly settings: readonly Setting[]
  readonly pruning: readonly PruningFinding[]
  readonly graphons: readonly GraphonFinding[]
  readonly convergence: readonly ConvergenceFinding[]
  readonly motifs: readonly MotifFinding[]
  readonly closedForms: readonly ClosedFormFinding[]
  readonly spectra: readonly SpectrumFinding[]
  readonly training: readonly TrainingFinding[]
  /** Networks that should have been trained and could not be. */
  readonly untrained: readonly UntrainedFinding[]
  /** What could not be computed; whatever else there is stands without it. */
  readonly failed: readonly FailedFinding[]
  readonly protocol: Protocol
}

/** How all networks were made and trained. */
export interface Protocol {
  /** Full-batch gradient descent steps; 0: no training. */
  readonly steps: number
  /** Trials of each cell that were trained. */
  readonly trainedTrials: number
  /** One step size for all, or a share of N / λ_max of each network's own empirical NTK. */
  readonly stepSize: { readonly fixed: number } | { readonly share: number }
  /** null: 1, 2, …, 2, 1 for ReLU, else 1 */
  readonly sigmaW2: readonly number[] | null
  /** 0: no biases */
  readonly sigmaB2: number
  readonly weights: 'kept' | 'redrawn'
  readonly rescale: string
  readonly estimator: string
  /** Whether some method looked at samples, and at how many. */
  readonly pruningSamples: number | null
  /** null where no method has one */
  readonly temperature: number | null
  readonly testSamples: number
  readonly standardized: boolean
}

/** One job that could not be computed, and why. */
export interface FailedFinding extends Setting {
  readonly kind: Job['kind']
  readonly method: string
  readonly width: number
  /** null for what rests on all trials. */
  readonly trial: number | null
  readonly reason: string
}

export interface Provenance {
  readonly title: string
  /** The study file's text, as it was run. */
  readonly study: string
  readonly limnVersion: string
  readonly nodeVersion: string
  readonly kernelBuild: string
  readonly seed: number
  readonly data: string
  readonly samples: number
  readonly inputs: number
  readonly classes: number
  /** Classes that occur in the samples used. */
  readonly classesPresent: number
  readonly hiddenLayers: readonly number[]
  readonly trials: number
  readonly bins: number
  readonly activation: string
  readonly convention: string
  readonly scope: StudyScope
  readonly runs: number
}

/** One matrix of one method at one width, averaged over trials. */
export interface PruningFinding extends Setting {
  readonly method: string
  readonly width: number
  /** Per weight matrix l = 1 … L + 1. */
  readonly layerDensity: readonly number[]
  /** Standard deviation over trials of `layerDensity`; 0 for one trial. */
  readonly layerDensitySd: readonly number[]
  /** Fraction of hidden units with no input or no output, per hidden layer l = 1 … L. */
  readonly deadFraction: readonly number[]
}

/** The estimated chain of one method at one width: mean over trials. */
export interface GraphonFinding extends Setting {
  readonly method: string
  readonly width: number
  readonly chain: GraphonChain
  /** ∫ Π_l W^l du, one entry per class averaged. */
  readonly pathDensity: number
}

/** How far one matrix's graphon is from other widths', in L2 over [0,1]², with what pure noise would give. */
export interface ConvergenceFinding extends Setting {
  readonly method: string
  /** Weight matrix l = 1 … L + 1. */
  readonly matrix: number
  readonly points: readonly ConvergencePoint[]
  readonly test: VerdictFinding
}

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

/** What the closed form of a method says of one matrix, against one network's mask, with the cut norm of the difference. */
export interface ClosedFormMatrix extends LimitAgreement {
  readonly cutLower: number
  readonly cutUpper: number
}

/** A method's closed form at one width against its first trial. */
export interface ClosedFormFinding extends Setting {
  readonly method: string
  readonly width: number
  readonly matrices: readonly ClosedFormMatrix[]
  /** The graphons themselves, binned alike, at the largest width alone. */
  readonly graphons: { readonly predicted: readonly Matrix[]; readonly estimate: readonly Matrix[] } | null
}

export const kernelKinds = ['dense', 'graphon', 'energy', 'empirical'] as const

/**
 * `dense`: unpruned infinite width; `graphon`: Graphon NTK with V = W; `energy`: Graphon NTK with measured V;
 * `empirical`: one finite network (trial 0, or the first that is not dead).
 */
export type KernelKind = (typeof kernelKinds)[number]

/** Spectrum of the class-mean kernel. */
export interface SpectrumFinding extends SpectralSummary, Setting {
  readonly method: string
  readonly width: number
  readonly kernel: KernelKind
  /** Largest first, all of them. */
  readonly eigenvalues: readonly number[]
  /** Kernel–target alignment with the centred one-hot targets; null for a zero kernel. */
  readonly targetAlignment: number | null
  /** Relative Frobenius distance to the empirical kernel of the same method, width; null when that was not computed. */
  readonly errorToEmpirical: number | null
}

export const rungs = ['scale', 'shape', 'weights', 'finite-width'] as const

/** The explanation ladder: which kernel predicts. */
export type Rung = (typeof rungs)[number]

export interface Prediction {
  readonly rung: Rung
  /** `steps + 1` entries. */
  readonly loss: readonly number[]
  /** Root mean square over steps of the difference to the measured loss, divided by the measured loss at step 0. */
  readonly relativeError: number
  /** Area between the two loss curves over step / steps, divided by the measured loss at step 0. */
  readonly area: number
}

/** One pruned network trained by full-batch gradient descent, with every rung's prediction at the same step size. */
export interface TrainingFinding extends Setting {
  readonly method: string
  readonly width: number
  readonly trial: number
  readonly learningRate: number
  /** `steps + 1` entries: loss 1/(2N) Σ ‖f − y‖² before each step and after the last. */
  readonly loss: readonly number[]
  /** null with one class */
  readonly trainAccuracy: number | null
  readonly testAccuracy: number | null
  /** ‖Θ_after − Θ_before‖_F / ‖Θ_before‖_F of the empirical NTK; null when not measured. */
  readonly laziness: number | null
  readonly predictions: readonly Prediction[]
}

/**
 * Why a network was not trained: no path through it is active; its loss left the range of numbers; its loss is zero before
 * the first step, as with the targets of a single class; or its numbers did not allow it.
 */
export const untrainedReasons = ['dead', 'diverged', 'solved', 'impossible'] as const

export type Untrained = (typeof untrainedReasons)[number]

/** One pruned network whose training was asked for and is not there. */
export interface UntrainedFinding extends Setting {
  readonly method: string
  readonly width: number
  readonly trial: number
  readonly why: Untrained
  readonly reason: string
}
