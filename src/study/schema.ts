import { z } from 'zod'
import { kernelBuilds } from '../linalg/kernels.js'
import { activationChoices, parseActivation } from '../network/activation.js'
import { nearestName } from '../data/nearest-name.js'
import { isModulePath } from '../data/module-path.js'
import { namedDatasets } from '../data/named.js'
import { namesOrModule } from '../data/open-table.js'
import { estimatorNames } from '../graphon/estimate/estimators/estimators.js'
import { criteria, criteriaThat, criterionNames, hasTemperature } from '../prune/criteria.js'
import { spectralMetricNames } from '../spectrum/metrics.js'
import { conventions } from '../ntk/recursion-plan.js'
import { rescales } from '../ntk/rescale.js'
import { weightChoices } from '../network/weight-choice.js'
import { scopes, studyScopes, type Scope } from './vocabulary.js'

/** A name of an open table, or the path of a module. @param example of a path */
const open = (names: readonly string[], example: string) =>
  z
    .string()
    .refine((text) => isModulePath(text) || names.includes(text), {
      error: ({ input }) => {
        const nearest = nearestName(String(input), names)
        const remedy = nearest === undefined ? '' : ` (did you mean ${nearest}?)`
        return `expected ${namesOrModule(names, example)}${remedy}`
      },
    })
    .describe(namesOrModule(names, example))

const method = open(criterionNames, './my-method.js')

const count = (what: string, most = 1_000_000) => z.int().positive().max(most).describe(what)

const unique = (values: readonly unknown[]) => new Set(values).size === values.length

const density = z
  .number()
  .refine((value) => value > 0 && value <= 1, { message: 'expected a density in (0, 1]' })
  .describe('kept fraction of the weights')

/** What is wrong with an activation's text; undefined where nothing is. */
function activationTextProblem(text: string): string | undefined {
  try {
    parseActivation(text)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

const activation = z
  .string()
  .refine((text) => isModulePath(text) || activationTextProblem(text) === undefined, {
    error: ({ input }) => `${activationTextProblem(String(input))}, or the path of a module such as ./my-activation.js`,
  })
  .describe(`${activationChoices}, or a module of your own such as ./my-activation.js`)

const warm = criteriaThat(hasTemperature)
  .map((name) => criteria[name].label)
  .join(' and ')

const named = Object.keys(namedDatasets).join(', ')

/** The sections of a study file. */
const sections = {
  data: z.strictObject({
    source: z.string().min(1).describe(`${named}, a folder of IDX files, a CIFAR folder, an .npz with x and y`),
    samples: count('samples for kernels and training (class-balanced for a named dataset)').default(256),
    testSamples: z.int().nonnegative().default(1000).describe('test samples for accuracy; 0: none'),
    standardize: z.boolean().default(false).describe('standardise a file (a named dataset always is)'),
  }),
  network: z.strictObject({
    hiddenLayers: z
      .union(
        [
          count('number of hidden layers', 1000),
          z
            .array(count('number of hidden layers', 1000))
            .min(1)
            .refine(unique, { message: 'expected different numbers of hidden layers' }),
        ],
        { error: 'expected a positive integer or a list of them' },
      )
      .default(3)
      .describe('number of hidden layers, or several'),
    widths: z
      .array(count('units of every hidden layer'))
      .min(1)
      .refine(unique, { message: 'expected different widths' })
      .refine((widths) => widths.every((width, i) => i === 0 || width > widths[i - 1]), {
        message: 'expected widths in increasing order',
      })
      .optional()
      .describe('ladder of widths; each gives d, n, …, n, C'),
    sizes: z
      .array(count('layer size'))
      .min(2)
      .optional()
      .describe('one architecture [d, n_1, …, n_L, C] in place of a ladder'),
    activation: activation.default('relu'),
    sigmaW2: z.array(z.number().positive()).optional().describe('σ_w² of each weight matrix'),
    sigmaB2: z.number().nonnegative().default(0).describe('σ_b²'),
    weights: z.enum(weightChoices).default('kept').describe('train the surviving weights, or draw them anew'),
  }),
  prune: z.strictObject({
    methods: z.array(method).min(1).refine(unique, { message: 'expected different methods' }),
    densities: z.array(density).min(1).refine(unique, { message: 'expected different densities' }),
    scope: z
      .enum(studyScopes)
      .default('global')
      .describe('one budget for all matrices, the same density in each, or both ways one after the other'),
    samples: count('samples for data-dependent scores').optional().describe('default: data.samples'),
    temperature: z.number().positive().default(1).describe(`softmax temperature of ${warm}`),
  }),
  graphon: z.strictObject({
    bins: count('bins per hidden layer').default(64),
    estimator: open(estimatorNames, './my-estimator.js').default('histogram'),
  }),
  convergence: z.strictObject({
    tolerance: z.number().positive().max(1).default(0.05).describe('relative distance to the limit that is arrival'),
    simulations: z.int().min(3).optional().describe('simulated trials per width; default: trials, 3 to 8'),
  }),
  kernel: z.strictObject({
    compute: z.boolean().default(true).describe('limit kernels and spectra; false: graphons only'),
    convention: z.enum(conventions).default('masked'),
    rescale: z.enum(rescales).default('none'),
    metrics: z
      .array(open(spectralMetricNames, './my-metric.js'))
      .min(1)
      .refine(unique, { message: 'expected different metrics' })
      .optional()
      .describe('spectral metrics to store beside those of every report'),
  }),
  spectrum: z.strictObject({
    samples: count('samples of the limit kernel whose top eigenvalues are looked for; computed panel by panel'),
    top: count('how many eigenvalues, at most the samples', 10_000).default(20),
    kernel: z.enum(['graphon', 'energy']).default('graphon').describe('which limit kernel, class mean'),
  }),
  training: z.strictObject({
    steps: z.int().nonnegative().max(1_000_000).default(200).describe('full-batch gradient steps; 0: no training'),
    trials: z.int().nonnegative().default(1).describe('how many of the trials are trained'),
    learningRate: z
      .union([z.number().positive(), z.literal('auto')], { error: 'expected a positive number or auto' })
      .default('auto')
      .describe('auto: relativeRate · N / λ_max of each network’s own empirical NTK'),
    relativeRate: z.number().positive().max(2).default(0.5).describe('share of N / λ_max used by learningRate: auto'),
  }),
}

/** A study file: what is varied, what is measured, and on which data. The defaults are those of the quickstart. */
export const studySchema = z.strictObject({
  title: z.string().min(1).default('A study of pruned networks').describe('headline of the report'),
  seed: z.int().nonnegative().default(0).describe('every random draw derives from it'),
  trials: count('independent networks per method, density and width', 10_000).default(3),
  kernels: z
    .enum(['auto', ...kernelBuilds])
    .default('auto')
    .describe('build that computes everything; auto: that of the results in the folder, else the fastest here'),
  data: sections.data,
  network: sections.network,
  prune: sections.prune,
  graphon: sections.graphon.prefault({}),
  convergence: sections.convergence.prefault({}),
  kernel: sections.kernel.prefault({}),
  spectrum: sections.spectrum.optional(),
  training: sections.training.prefault({}),
})

/** A checked study file with every default filled in. */
export type StudyConfig = z.infer<typeof studySchema>

/** The numbers of hidden layers of a study, least first. */
export function depthsOf({ network: { sizes, hiddenLayers } }: StudyConfig): readonly number[] {
  if (sizes) return [sizes.length - 2]
  return typeof hiddenLayers === 'number' ? [hiddenLayers] : [...hiddenLayers].sort((a, b) => a - b)
}

/** The scopes that a study prunes by. */
export function scopesOf({ prune: { scope } }: StudyConfig): readonly Scope[] {
  return scope === 'both' ? scopes : [scope]
}

/** The keys that a study file may have at a path: at its top, or in a section. None elsewhere. */
export function knownKeys(path: readonly PropertyKey[]): string[] {
  if (path.length === 0) return Object.keys(studySchema.shape)
  const [name] = path
  const known = path.length === 1 && Object.hasOwn(sections, name)
  return known ? Object.keys(sections[name as keyof typeof sections].shape) : []
}
