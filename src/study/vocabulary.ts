import { scopes, type Scope } from '../prune/budget.js'

/** How a budget of weights is handed out: shared by all matrices, or each matrix has its own. */
export { scopes, type Scope }

/** A study's scopes: one, or both. */
export const studyScopes = [...scopes, 'both'] as const
export type StudyScope = (typeof studyScopes)[number]

/** What figures and tables show one at a time: a density, how the budget was handed out, and a depth. */
export interface Setting {
  readonly density: number
  readonly scope: Scope
  readonly hiddenLayers: number
}

export const kernelKinds = ['dense', 'graphon', 'energy', 'empirical'] as const

/**
 * `dense`: unpruned infinite width; `graphon`: Graphon NTK with V = W; `energy`: Graphon NTK with measured V;
 * `empirical`: one finite network (trial 0, or the first that is not dead).
 */
export type KernelKind = (typeof kernelKinds)[number]

export const rungs = ['scale', 'shape', 'weights', 'finite-width'] as const

/** The explanation ladder: which kernel predicts. */
export type Rung = (typeof rungs)[number]

/**
 * Why a network was not trained: no path through it is active; its loss left the range of numbers; its loss is zero before
 * the first step, as with the targets of a single class; or its numbers did not allow it.
 */
export const untrainedReasons = ['dead', 'diverged', 'solved', 'impossible'] as const

export type Untrained = (typeof untrainedReasons)[number]
