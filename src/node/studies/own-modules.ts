import { FileError } from '../../data/file-error.js'
import { isModulePath } from '../../data/module-path.js'
import type { Named } from '../../data/open-table.js'
import type { Criterion } from '../../prune/criterion.js'
import type { OwnMethod, OwnModule, OwnModules, OwnParts } from '../../study/own-modules.js'
import type { StudyConfig } from '../../study/schema.js'
import { loadActivation, loadCriterion, loadEstimator, loadMetric, type Loaded } from '../files/load-own.js'

/**
 * What a plan must know of the modules among entries that a study names; undefined where there are none.
 *
 * @param about what else the plan must know of one
 * @throws FileError when a module cannot be loaded, or two have one name
 */
async function facts<Entry extends Named, About extends object>(
  said: readonly string[],
  load: (path: string) => Promise<Loaded<Entry>>,
  about: (entry: Entry) => About,
): Promise<readonly (OwnModule & About)[] | undefined> {
  const own: (OwnModule & About)[] = []
  for (const path of said.filter(isModulePath)) {
    const { entry, fingerprint } = await load(path)
    const { name } = entry
    const other = own.find((one) => one.name === name)
    if (other) throw new FileError(path, `expected a name of its own, got '${name}', which ${other.path} has`)
    own.push({ path, name, ...about(entry), fingerprint })
  }
  return own.length > 0 ? own : undefined
}

function aboutMethod({ needsData, limitations = [] }: Criterion): Pick<OwnMethod, 'needsData' | 'limitations'> {
  const said = limitations.map(({ title, text }) => ({ title, text }))
  return { needsData, ...(said.length > 0 && { limitations: said }) }
}

/**
 * What a plan must know of the modules that a study names.
 *
 * @throws FileError when a module cannot be loaded, or two methods or metrics have one name
 */
export async function ownModules({ network, prune, graphon, kernel }: StudyConfig): Promise<OwnModules> {
  const methods = await facts(prune.methods, loadCriterion, aboutMethod)
  const activation = (await facts([network.activation], loadActivation, () => ({})))?.at(0)
  const estimator = (await facts([graphon.estimator], loadEstimator, () => ({})))?.at(0)
  const metrics = await facts(kernel.metrics ?? [], loadMetric, () => ({}))
  return {
    ...(methods && { methods }),
    ...(activation && { activation }),
    ...(estimator && { estimator }),
    ...(metrics && { metrics }),
  }
}

/** @throws FileError when a module is no longer that of the plan */
async function planned<Entry extends Named>(
  modules: readonly OwnModule[],
  load: (path: string) => Promise<Loaded<Entry>>,
): Promise<ReadonlyMap<string, Entry>> {
  const loaded = modules.map(async ({ path, name, fingerprint }) => {
    const { entry, fingerprint: found } = await load(path)
    if (found !== fingerprint) {
      throw new FileError(path, 'has changed since the study was planned; run the study again with this module')
    }
    return [name, entry] as const
  })
  return new Map(await Promise.all(loaded))
}

/**
 * What the modules of a plan define, loaded for its jobs.
 *
 * @throws FileError when a module is no longer that of the plan
 */
export async function plannedModules({
  methods = [],
  activation,
  estimator,
  metrics = [],
}: OwnModules): Promise<OwnParts> {
  return {
    criteria: await planned(methods, loadCriterion),
    activation: activation && (await planned([activation], loadActivation)).get(activation.name),
    estimator: estimator && (await planned([estimator], loadEstimator)).get(estimator.name),
    metrics: await planned(metrics, loadMetric),
  }
}
