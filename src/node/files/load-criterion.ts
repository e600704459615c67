import { FileError } from '../../data/file-error.js'
import { criteria, criterionNames } from '../../prune/criteria.js'
import { criterionProblem, type Criterion } from '../../prune/criterion.js'
import { definePruning, type PruningDefinition } from '../../prune/define.js'
import { definedIn, loadModule } from './load-module.js'

/** A criterion from a module, and what its results depend on. */
export interface LoadedCriterion {
  readonly criterion: Criterion
  /** Hash of the module's text; what it imports is not followed. */
  readonly fingerprint: string
}

const isDefinition = (value: unknown): value is PruningDefinition =>
  typeof value === 'object' && value !== null && 'score' in value && !('masks' in value) && !('scores' in value)

/** @throws FileError when a value is neither a criterion nor what `definePruning` takes */
function asCriterion(value: unknown, path: string): Criterion {
  if (isDefinition(value)) return definedIn(path, () => definePruning(value))
  const problem = criterionProblem(value)
  if (problem === undefined) return value as Criterion
  throw new FileError(path, `${problem}; export default { name, score }, or what definePruning gives`)
}

/**
 * The pruning criterion that a JavaScript module exports as its default: what `definePruning` gives, or what it takes.
 *
 * @param path relative to the working directory
 * @throws FileError when there is no such file, it cannot be loaded, exports no criterion, or one of a name that limn has
 */
export async function loadCriterion(path: string): Promise<LoadedCriterion> {
  const { value, fingerprint } = await loadModule(path, 'a pruning method')
  const criterion = asCriterion(value, path)
  if (criterionNames.some((name) => name === criterion.name && criteria[name] !== criterion)) {
    throw new FileError(path, `expected a name that limn does not have, got '${criterion.name}'`)
  }
  return { criterion, fingerprint }
}
