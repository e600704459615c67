import { criterionProblem, type Criterion } from './criterion.js'
import { grasp } from './grasp.js'
import { magnitude } from './magnitude.js'
import { random } from './random.js'
import { snip } from './snip.js'
import { synflow } from './synflow.js'
import { NumbersError } from '../numbers-error.js'

/** Every pruning criterion: one file and one line each. */
export const criteria = { random, magnitude, snip, grasp, synflow } as const satisfies Record<string, Criterion>

export type CriterionName = keyof typeof criteria

export const criterionNames = Object.keys(criteria) as readonly CriterionName[]

/** The names of the criteria of which something holds, for help texts and refusals. */
export const criteriaThat = (holds: (criterion: Criterion) => boolean): readonly CriterionName[] =>
  criterionNames.filter((name) => holds(criteria[name]))

/** Whether the scores of a criterion have a softmax temperature. */
export const hasTemperature = ({ defaults }: Criterion): boolean => defaults.temperature !== undefined

/** The criterion of a name, or the criterion itself. @throws RangeError when it is neither */
export function criterionOf(method: CriterionName | Criterion): Criterion {
  if (typeof method === 'string') return criteria[parseCriterion(method)]
  const problem = criterionProblem(method)
  if (problem !== undefined) throw new NumbersError(`prune: method: ${problem}; make one with definePruning`)
  return method
}

/**
 * @throws RangeError when `name` is not in the table
 */
export function parseCriterion(name: string): CriterionName {
  const method = criterionNames.find((candidate) => candidate === name)
  if (!method) throw new NumbersError(`prune: expected a method of ${criterionNames.join(', ')}, got '${name}'`)
  return method
}
