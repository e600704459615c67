import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { FileError } from '../../data/file-error.js'
import { kernelArithmetics } from '../../linalg/arithmetic.js'
import { isJobId, type Job } from '../../study/job.js'
import { jobKinds } from '../../study/jobs.js'
import type { OwnMethod, OwnModule } from '../../study/own-modules.js'
import { planStudy, type DataFacts, type StudyPlan } from '../../study/plan.js'
import type { Provenance } from '../../study/provenance.js'
import { studySchema, type StudyConfig } from '../../study/schema.js'
import { scopes, studyScopes } from '../../study/vocabulary.js'
import { readText, writeAtomic } from '../files/files.js'

const whole = z.int().nonnegative()
const jobId = z.string().refine(isJobId, { message: 'expected the id of a job' })

const provenanceSchema = z.strictObject({
  title: z.string(),
  study: z.string(),
  limnVersion: z.string(),
  runtime: z.string(),
  kernelBuild: z.string(),
  seed: whole,
  data: z.string(),
  samples: whole,
  inputs: whole,
  classes: whole,
  classesPresent: whole,
  hiddenLayers: z.array(whole),
  trials: whole,
  bins: whole,
  activation: z.string(),
  convention: z.string(),
  scope: z.enum(studyScopes),
  runs: whole,
}) satisfies z.ZodType<Provenance>

const jobSchema = z.strictObject({
  kind: z.enum(Object.keys(jobKinds)),
  id: jobId,
  method: z.string(),
  density: z.number(),
  scope: z.enum(scopes),
  sizes: z.array(whole),
  width: whole,
  trial: whole.nullable(),
  part: whole.exactOptional(),
  needs: z.record(z.string(), z.array(jobId)),
  cost: z.number(),
}) satisfies z.ZodType<Job>

const ownModuleSchema = z.strictObject({
  path: z.string(),
  name: z.string().regex(/^[\w-]+$/),
  fingerprint: z.string(),
}) satisfies z.ZodType<OwnModule>

const ownMethodSchema = z.strictObject({
  ...ownModuleSchema.shape,
  needsData: z.boolean(),
  limitations: z.array(z.strictObject({ title: z.string(), text: z.string() })).optional(),
}) satisfies z.ZodType<OwnMethod>

const planSchema = z.strictObject({
  config: studySchema,
  provenance: provenanceSchema,
  facts: z.strictObject({
    inputs: whole,
    classes: whole,
    fingerprint: z.string(),
    manyFingerprint: z.string().exactOptional(),
    kernels: z.enum(kernelArithmetics),
    methods: z.array(ownMethodSchema).optional(),
    activation: ownModuleSchema.optional(),
    estimator: ownModuleSchema.optional(),
    metrics: z.array(ownModuleSchema).optional(),
  }) satisfies z.ZodType<DataFacts>,
  jobs: z.array(jobSchema),
})

const remedy = 'run the study again to write it anew'

export const planPath = (directory: string): string => join(directory, 'plan.json')

export function writePlan(directory: string, plan: StudyPlan): void {
  writeAtomic(planPath(directory), `${JSON.stringify(plan, null, 1)}\n`)
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new FileError(file, `expected JSON; ${remedy}`)
  }
}

/** Whether jobs are those of a study: nobody has changed either, and this limn plans as the one that wrote them. */
function areJobsOf(config: StudyConfig, facts: DataFacts, jobs: readonly Job[], file: string): boolean {
  try {
    return isDeepStrictEqual(jobs, planStudy(config, facts))
  } catch (error) {
    if (error instanceof RangeError) throw new FileError(file, `${error.message}; ${remedy}`, 'config')
    throw error
  }
}

/**
 * The plan in a study's folder. It comes from outside as any file does: every key is checked, and the jobs have to be those
 * that the study in it is planned into.
 *
 * @throws FileError naming the key, or when the folder holds no plan
 *
 * @example
 * import { encodeNpz, type Tensor } from 'limn'
 * import { executeStudyIn, prepareStudy, readPlan, writeAtomic } from 'limn/node'
 *
 * const samples = new Map<string, Tensor>([
 *   ['x', { shape: [6, 4], data: Float64Array.from({ length: 24 }, (_, i) => Math.sin(i)) }],
 *   ['y', { shape: [6], data: Int32Array.of(0, 1, 0, 1, 0, 1) }],
 * ])
 * writeAtomic('data.npz', encodeNpz(samples))
 * writeAtomic('study.yaml', `data: { source: data.npz, samples: 6 }
 * trials: 2
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [0.5] }
 * graphon: { bins: 3 }
 * training: { steps: 2 }`)
 * const plan = await prepareStudy('study.yaml')
 * await executeStudyIn('out', plan, { workers: 1 })
 * console.log(readPlan('out').jobs.length === plan.jobs.length) // true
 */
export function readPlan(directory: string): StudyPlan {
  const file = planPath(directory)
  return planFromJson(readText(file), file)
}

/** The plan of a text that {@link writePlan} has written. @throws FileError as {@link readPlan} */
export function planFromJson(text: string, file: string): StudyPlan {
  const parsed = planSchema.safeParse(parse(text, file))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
    const problem = issue.message.replace(/^Invalid \w+: /, '')
    const key = [...issue.path, ...unknown].map(String).join('.')
    const said = `${problem.charAt(0).toLowerCase()}${problem.slice(1)}; ${remedy}`
    throw key === '' ? new FileError(file, said) : new FileError(file, said, key)
  }
  const plan = parsed.data
  if (!areJobsOf(plan.config, plan.facts, plan.jobs, file)) {
    throw new FileError(
      file,
      `expected the jobs that this limn plans for the study in config, got others; ${remedy}`,
      'jobs',
    )
  }
  return plan
}

/** Dotted names of the values in which two plain values differ, at most the first few. */
function differences(a: unknown, b: unknown, name = ''): string[] {
  if (isDeepStrictEqual(a, b)) return []
  const areObjects = [a, b].every((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
  if (!areObjects) return [name]
  const [left, right] = [a, b] as [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
    differences(left[key], right[key], name === '' ? key : `${name}.${key}`),
  )
}

const ownModuleNames = {
  methods: 'a method’s',
  activation: 'the activation’s',
  estimator: 'the estimator’s',
  metrics: 'a metric’s',
} as const

/** What results depend on of modules: not where they lie. */
const texts = (modules: OwnModule | readonly OwnModule[] = []): string[] =>
  [modules].flat().map(({ name, fingerprint }) => `${name} ${fingerprint}`)

/** The keys of the study in which two plans differ, and `the data`; titles change nothing. */
export function planDifferences(before: StudyPlan, now: StudyPlan): string[] {
  const config = (plan: StudyPlan): unknown => JSON.parse(JSON.stringify({ ...plan.config, title: '' }))
  const changed = differences(config(before), config(now))
  const sameSource = isDeepStrictEqual(before.config.data, now.config.data)
  const modules = (['methods', 'activation', 'estimator', 'metrics'] as const)
    .filter((kind) => !isDeepStrictEqual(texts(before.facts[kind]), texts(now.facts[kind])))
    .map((kind) => `${ownModuleNames[kind]} module`)
  const data = sameSource && before.facts.fingerprint !== now.facts.fingerprint ? ['the data'] : []
  const kernels =
    before.facts.kernels !== now.facts.kernels && !changed.includes('kernels') ? ['the kernels’ build'] : []
  return [...changed, ...data, ...kernels, ...modules]
}
