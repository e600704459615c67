import { hashText } from '../hash.js'
import type { StudyPlan } from '../plan.js'

/** One thing in which the settings of two studies differ. */
export interface SettingDifference {
  /** Dotted, as in the study file: `prune.densities`; or `data`, `limn`, `the kernels’ build`, a module. */
  readonly key: string
  /** null where the study has none. */
  readonly a: string | null
  readonly b: string | null
}

const textOf = (value: unknown): string | null =>
  value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value)

/** The values below a plain object by their dotted names; lists are values. */
function flat(value: unknown, name = ''): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[name, value]]
  return Object.entries(value).flatMap(([key, entry]) => flat(entry, name === '' ? key : `${name}.${key}`))
}

/** What a study depends on beside its file: the numbers of its data, its program, modules. */
function beside({ facts, provenance }: StudyPlan): readonly (readonly [string, unknown])[] {
  const { methods = [], activation, estimator, metrics = [] } = facts
  const modules = [...methods, ...(activation ? [activation] : []), ...(estimator ? [estimator] : []), ...metrics]
  return [
    ['the numbers of the data', hashText(`${facts.fingerprint} ${facts.manyFingerprint ?? ''}`).slice(0, 12)],
    ['limn', provenance.limnVersion],
    ['the kernels’ build', facts.kernels],
    ...modules.map(({ name, fingerprint }) => [`the module of ${name}`, fingerprint.slice(0, 12)] as const),
  ]
}

/**
 * Everything in which two studies' settings differ, defaults included; titles make no difference.
 *
 * @returns in the order of the study file, A's keys first
 */
export function settingDifferences(a: StudyPlan, b: StudyPlan): SettingDifference[] {
  const [left, right] = [a, b].map(
    (plan) => new Map([...flat(JSON.parse(JSON.stringify({ ...plan.config, title: undefined }))), ...beside(plan)]),
  )
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) => {
    const [own, other] = [textOf(left.get(key)), textOf(right.get(key))]
    return own === other ? [] : [{ key, a: own, b: other }]
  })
}
