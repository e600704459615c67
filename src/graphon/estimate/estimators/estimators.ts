import { auto } from './auto.js'
import { candidateProblem, type Candidate } from './candidate.js'
import { candidates } from './candidates.js'
import type { Estimator, GraphonEstimator } from './estimator.js'
import { NumbersError } from '../../../numbers-error.js'

/** Every estimator by name. Help texts and schemas read this table. */
export const estimators = { ...candidates, auto } as const satisfies Record<string, Estimator>

export type EstimatorName = keyof typeof estimators

export const estimatorNames = Object.keys(estimators) as readonly EstimatorName[]

export const defaultEstimator: EstimatorName = 'histogram'

/** An estimator as options say it: a name of the table, or one of one's own (see `defineEstimator`). */
export type EstimatorChoice = EstimatorName | GraphonEstimator

/** What files and warnings call a choice. */
export const estimatorName = (choice: EstimatorChoice): string => (typeof choice === 'string' ? choice : choice.name)

/**
 * The estimator of a name.
 *
 * @throws RangeError naming the known ones
 */
export function findEstimator(name: string): Estimator | Candidate {
  const known = estimatorNames.find((candidate) => candidate === name)
  if (!known) throw new NumbersError(`estimator: expected ${estimatorNames.join(', ')}, got '${name}'`)
  return estimators[known]
}

/**
 * The estimator of a name, or the estimator itself; `undefined` for `auto`, which is whichever errs least on the masks at hand.
 *
 * @throws RangeError when it is neither
 */
export function estimatorOf(choice: EstimatorChoice): Candidate | undefined {
  if (typeof choice === 'string') {
    const found = findEstimator(choice)
    return 'search' in found ? found : undefined
  }
  if (choice === auto) return undefined
  const problem = candidateProblem(choice)
  if (problem !== undefined) throw new NumbersError(`estimator: ${problem}; make one with defineEstimator`)
  return choice as Candidate
}
