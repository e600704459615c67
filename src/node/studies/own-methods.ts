import { FileError } from '../../data/file-error.js'
import { isModulePath } from '../../data/module-path.js'
import type { OwnCriteria, OwnMethod } from '../../study/own-methods.js'
import type { StudyConfig } from '../../study/schema.js'
import { loadCriterion } from '../files/load-criterion.js'

/**
 * What a plan must know of the modules that a study names as pruning methods; undefined where it names none.
 *
 * @throws FileError when a module cannot be loaded, or two have one name
 */
export async function ownMethods({ prune }: StudyConfig): Promise<readonly OwnMethod[] | undefined> {
  const own: OwnMethod[] = []
  for (const path of prune.methods.filter(isModulePath)) {
    const { criterion, fingerprint } = await loadCriterion(path)
    const { name, needsData } = criterion
    const limitations = (criterion.limitations ?? []).map(({ title, text }) => ({ title, text }))
    const other = own.find((method) => method.name === name)
    if (other) throw new FileError(path, `expected a name of its own, got '${name}', which ${other.path} has`)
    own.push({ path, name, needsData, fingerprint, ...(limitations.length > 0 && { limitations }) })
  }
  return own.length > 0 ? own : undefined
}

/**
 * The methods of a plan, loaded for its jobs.
 *
 * @throws FileError when a module is no longer that of the plan
 */
export async function plannedCriteria(methods: readonly OwnMethod[] = []): Promise<OwnCriteria> {
  const loaded = methods.map(async ({ path, name, fingerprint }) => {
    const { criterion, fingerprint: found } = await loadCriterion(path)
    if (found !== fingerprint) {
      throw new FileError(path, 'has changed since the study was planned; run the study again with this module')
    }
    return [name, criterion] as const
  })
  return new Map(await Promise.all(loaded))
}
