import { datasetsThat, namedDataset } from '../data/named.js'
import { criteriaThat, hasTemperature } from '../prune/criteria.js'
import type { Criterion } from '../prune/criterion.js'
import { tabledCriterion } from './own-modules.js'
import type { StudyConfig } from './schema.js'

type Section<Name extends keyof StudyConfig> =
  NonNullable<StudyConfig[Name]> extends object
    ? NonNullable<StudyConfig[Name]> extends readonly unknown[]
      ? Name
      : `${Name}.${keyof NonNullable<StudyConfig[Name]> & string}`
    : Name

/** Every key of a study file, `section.key` within a section. */
export type StudyKey = { [Name in keyof StudyConfig]-?: Section<Name> }[keyof StudyConfig]

/** When a key of a study file has an effect. */
export interface KeyUse {
  /** The studies that the key applies to; null for all. */
  readonly appliesTo: string | null
  /** Why the key has no effect in this study; undefined where it has one. */
  readonly unused: (config: StudyConfig) => string | undefined
}

const always: KeyUse = { appliesTo: null, unused: () => undefined }

function only(appliesTo: string, unused: KeyUse['unused']): KeyUse {
  return { appliesTo, unused }
}

/** The methods that have a temperature. */
const warm = criteriaThat(hasTemperature).join(' or ')

type Method = StudyConfig['prune']['methods'][number]

const anyMethod = ({ prune }: StudyConfig, has: (criterion: Criterion, method: Method) => boolean): boolean =>
  // Of a module nothing is known before it is loaded: it may use everything.
  prune.methods.some((method) => {
    const criterion = tabledCriterion(method)
    return criterion === undefined || has(criterion, method)
  })

/** Why nothing is trained; undefined where networks are. */
function untrained({ training }: StudyConfig): string | undefined {
  if (training.steps === 0) return 'training.steps is 0'
  return training.trials === 0 ? 'training.trials is 0' : undefined
}

/** Whether the study stops at masks and graphons: weights, activations and data then only matter where a method uses them. */
const masksOnly = (config: StudyConfig): boolean =>
  !config.kernel.compute && !config.spectrum && untrained(config) !== undefined

const withoutHiddenLayer = ({ network }: StudyConfig): string | undefined =>
  network.sizes?.length === 2 ? 'network.sizes has no hidden layer' : undefined

const withoutKernels = ({ kernel, spectrum }: StudyConfig): string | undefined =>
  kernel.compute || spectrum ? undefined : 'kernel.compute is false'

/** Why widths cannot be compared with `fewest` trials each; undefined where they can. */
function withoutLadder({ network, trials }: StudyConfig, fewest: number): string | undefined {
  if (network.sizes) return 'network.sizes is one width'
  if ((network.widths?.length ?? 0) < 2) return 'there is one width'
  return trials < fewest ? `trials is ${trials}, and it takes ${fewest}` : undefined
}

function withoutUse(config: StudyConfig, uses: Parameters<typeof anyMethod>[1], whose: string): string | undefined {
  return masksOnly(config) && !anyMethod(config, uses)
    ? `no kernel is computed, nothing is trained, and no method ${whose}`
    : undefined
}

/**
 * What every key of a study file applies to. One that was written and has no effect is refused with the reason; the
 * descriptions of the schema say the same. Values that switch something off (0 test samples, 0 trained trials) are never
 * refused: they say what is so.
 */
export const keyUses: Readonly<Record<StudyKey, KeyUse>> = {
  title: always,
  seed: always,
  trials: always,
  kernels: always,
  'data.source': always,
  'data.samples': always,
  'data.testSamples': only(`${datasetsThat('hasTestSet').join(' or ')}, in a study that trains`, (config) => {
    if (config.data.testSamples === 0) return undefined
    return namedDataset(config.data.source)?.hasTestSet
      ? untrained(config)
      : `data.source has no test set: ${datasetsThat('hasTestSet').join(' and ')} alone has one here`
  }),
  'data.standardize': only('files and folders', ({ data }) =>
    namedDataset(data.source)?.isStandardized
      ? `${data.source} is always standardised, by its training set`
      : undefined,
  ),
  'network.hiddenLayers': only('network.widths', ({ network: { sizes } }) =>
    sizes ? `network.sizes says how many there are: ${sizes.length - 2}` : undefined,
  ),
  'network.widths': always,
  'network.sizes': always,
  'network.activation': only(
    'networks with hidden layers, in a study with kernels, training or a method that uses the data',
    (config) => withoutHiddenLayer(config) ?? withoutUse(config, ({ needsData }) => needsData, 'uses the data'),
  ),
  'network.sigmaW2': only('a study with kernels, training or a method that looks at weights', (config) =>
    withoutUse(config, (_, method) => method !== 'random', 'looks at weights'),
  ),
  'network.sigmaB2': only('a study with kernels, training or a method that looks at biases', (config) =>
    withoutUse(config, (_, method) => method !== 'random' && method !== 'magnitude', 'looks at biases'),
  ),
  'network.weights': always,
  'prune.methods': always,
  'prune.densities': always,
  'prune.scope': always,
  'prune.samples': only('methods that use the data', (config) =>
    anyMethod(config, ({ needsData }) => needsData) ? undefined : 'no method uses the data',
  ),
  'prune.temperature': only(warm, (config) =>
    anyMethod(config, hasTemperature) ? undefined : `${warm} is not among the methods`,
  ),
  'graphon.bins': only('networks with hidden layers', withoutHiddenLayer),
  'graphon.estimator': always,
  'convergence.tolerance': only('two widths or more, of two trials or more', (config) => withoutLadder(config, 2)),
  'convergence.simulations': only('two widths or more, of three trials or more', (config) => withoutLadder(config, 3)),
  'kernel.compute': always,
  'kernel.convention': only('kernel.compute: true, or a section spectrum', withoutKernels),
  'kernel.rescale': only('kernel.compute: true, or a section spectrum', withoutKernels),
  'kernel.metrics': only('kernel.compute: true', ({ kernel }) =>
    kernel.compute ? undefined : 'kernel.compute is false',
  ),
  'spectrum.samples': always,
  'spectrum.top': always,
  'spectrum.kernel': always,
  'training.steps': only('training.trials above 0', ({ training }) =>
    training.steps > 0 && training.trials === 0 ? 'training.trials is 0' : undefined,
  ),
  'training.trials': only('training.steps above 0', ({ training }) =>
    training.trials > 0 && training.steps === 0 ? 'training.steps is 0' : undefined,
  ),
  'training.learningRate': only('a study that trains', untrained),
  'training.relativeRate': only(
    'learningRate: auto',
    (config) =>
      untrained(config) ??
      (config.training.learningRate === 'auto'
        ? undefined
        : `training.learningRate is fixed at ${config.training.learningRate}`),
  ),
}

const isKey = (path: string): path is StudyKey => Object.hasOwn(keyUses, path)

/** The keys that a study file wrote, as far as they are keys of a study. */
function writtenKeys(file: unknown): StudyKey[] {
  return Object.entries(file ?? {}).flatMap(([name, value]: [string, unknown]) => {
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value)
    return (isSection ? Object.keys(value).map((key) => `${name}.${key}`) : [name]).filter(isKey)
  })
}

/**
 * The keys that were written and have no effect, with the reason.
 *
 * @param file the study file's own value, without defaults
 */
export function unusedKeys(file: unknown, config: StudyConfig): { readonly key: StudyKey; readonly reason: string }[] {
  return writtenKeys(file).flatMap((key) => {
    const reason = keyUses[key].unused(config)
    return reason === undefined ? [] : [{ key, reason }]
  })
}
