import { isModulePath } from '../data/module-path.js'
import { criteria, type CriterionName } from '../prune/criteria.js'
import type { Criterion } from '../prune/criterion.js'
import type { Limitation } from '../prune/limitation.js'

/** A pruning method that a module defines, as the plan of a study knows it. */
export interface OwnMethod {
  /** As the study says it. */
  readonly path: string
  /** As jobs, results and figures say it. */
  readonly name: string
  readonly needsData: boolean
  readonly limitations?: readonly Limitation[] | undefined
  /** Hash of the module: with another one, results are others. */
  readonly fingerprint: string
}

/** The own methods of a study by their names, for its jobs. */
export type OwnCriteria = ReadonlyMap<string, Criterion>

/** What a study calls a method that its file names, by name or by path. */
export function methodName(method: string, own: readonly OwnMethod[] = []): string {
  return own.find(({ path }) => path === method)?.name ?? method
}

/** The criterion of the table that a study's file names; undefined for a module's path. */
export function tabledCriterion(method: string): Criterion | undefined {
  return isModulePath(method) ? undefined : criteria[method as CriterionName]
}

/** What is known of a method of a study that its numbers do not show. */
export interface MethodLimitation extends Limitation {
  /** As findings name it. */
  readonly method: string
}

/** The limitations of all methods that a study's file names, in its order. */
export function methodLimitations(methods: readonly string[], own: readonly OwnMethod[]): MethodLimitation[] {
  return methods.flatMap((written) => {
    const criterion = tabledCriterion(written) ?? own.find(({ path }) => path === written)
    return (criterion?.limitations ?? []).map((one) => ({ method: methodName(written, own), ...one }))
  })
}
