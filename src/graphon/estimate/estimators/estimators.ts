import { auto } from './auto.js'
import { candidates } from './candidates.js'
import type { Estimator } from './estimator.js'

/** Every estimator by name. Help texts and schemas read this table. */
export const estimators = { ...candidates, auto } as const satisfies Record<string, Estimator>

export type EstimatorName = keyof typeof estimators

export const estimatorNames = Object.keys(estimators) as readonly EstimatorName[]

export const defaultEstimator: EstimatorName = 'histogram'

/**
 * The estimator of a name.
 *
 * @throws RangeError naming the known ones
 */
export function findEstimator(name: string): Estimator {
  const known = estimatorNames.find((candidate) => candidate === name)
  if (!known) throw new RangeError(`estimator: expected ${estimatorNames.join(', ')}, got '${name}'`)
  return estimators[known]
}
