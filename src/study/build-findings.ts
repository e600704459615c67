import type { FailedFinding, Findings, FoundBy, StudyFacts } from './findings.js'
import { settingOf, type Job, type ResultStore } from './job.js'
import { jobKinds } from './jobs.js'
import { fromResult, type Finished } from './jobs/finished.js'
import type { JobKinds, Lists } from './jobs/kind.js'
import { jobOf, kindOf } from './jobs/table.js'
import { methodLimitations, nameOf, type OwnModules } from './own-modules.js'
import { protocolOf } from './protocol.js'
import type { Provenance } from './provenance.js'
import { depthsOf, scopesOf, type StudyConfig } from './schema.js'
import type { Setting } from './vocabulary.js'

/** Depths, then scopes, then densities as the study file has them. */
function settingsOf(config: StudyConfig): Setting[] {
  return depthsOf(config).flatMap((hiddenLayers) =>
    scopesOf(config).flatMap((scope) => config.prune.densities.map((density) => ({ density, scope, hiddenLayers }))),
  )
}

function failedFinding({ job, failed }: Finished, label: string): FailedFinding[] {
  const { kind, method, width, trial } = job
  return failed === undefined ? [] : [{ kind, label, method, ...settingOf(job), width, trial, reason: failed }]
}

/** Jobs by method as the study names them, then depth, scope, density, width and trial. */
function inOrder(jobs: readonly Job[], methods: readonly string[]): Job[] {
  const rank = ({ method, sizes, scope, density, width, trial, part }: Job) => [
    methods.indexOf(method),
    sizes.length,
    scope === 'layer' ? 1 : 0,
    density,
    width,
    trial ?? -1,
    part ?? -1,
  ]
  return [...jobs].sort((a, b) => rank(a).reduce((found, value, i) => found || value - rank(b)[i], 0))
}

/** Adds what a kind gives to the lists of the same names. */
function append(lists: ReadonlyMap<string, unknown[]>, found: Lists, kind: string): void {
  for (const [name, items] of Object.entries(found)) {
    const list = lists.get(name)
    if (!list) throw new RangeError(`${kind}: expected its \`gives\` to name ${name}, which its findings have`)
    for (const item of items) list.push(item)
  }
}

/** The parts of a finished study that its findings are made of. */
export interface FinishedStudy<Kinds extends JobKinds = typeof jobKinds> {
  readonly config: StudyConfig
  readonly provenance: Provenance
  readonly jobs: readonly Job[]
  readonly store: ResultStore
  /** What modules define. */
  readonly own?: OwnModules
  /** The table that the jobs were planned with. Default {@link jobKinds}. */
  readonly kinds?: Kinds
}

/**
 * Collects a finished study's results into what its report shows. A pure function of the stored results: the same
 * results give the same findings, however and wherever they were computed.
 *
 * @throws Error when a job's result is missing
 * @throws RangeError naming job, record and column when a result does not hold what its kind stores
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { buildFindings, executeStudy, inProcessRunner, memoryStore, planFromText, plannedData, type LoadSamples } from 'limn/study'
 *
 * const x = matrixOf([[1, 0], [0, 1], [1, 1], [0, 0.5]])
 * const load: LoadSamples = (name) => ({ name, x, labels: Int32Array.of(0, 1, 0, 1), classes: 2 })
 * const text = `data: { source: mine, samples: 4 }
 * trials: 2
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [0.5] }
 * graphon: { bins: 3 }
 * training: { steps: 2 }`
 * const plan = await planFromText(text, 'study.yaml', { load, runtime: 'Node' })
 * const store = memoryStore()
 * const jobs = new Map(plan.jobs.map((job) => [job.id, job]))
 * const bench = { config: plan.config, data: await plannedData(plan, load), jobs, store }
 * await executeStudy({ jobs: plan.jobs, store, runner: inProcessRunner(bench) })
 * const findings = await buildFindings({ ...plan, store })
 * console.log(findings.training.map(({ width }) => width)) // [ 3, 5 ]
 */
export async function buildFindings<Kinds extends JobKinds = typeof jobKinds>({
  config,
  provenance,
  jobs,
  store,
  own = {},
  kinds = jobKinds as unknown as Kinds,
}: FinishedStudy<Kinds>): Promise<Findings & FoundBy<Kinds>> {
  const there = await Promise.all(jobs.map(({ id }) => store.has(id)))
  const missing = there.filter((isThere) => !isThere).length
  if (missing > 0) throw new Error(`findings: ${missing} of ${jobs.length} results are missing; run the study first`)
  const methods = config.prune.methods.map((method) => nameOf(method, own.methods))
  const byId = new Map(jobs.map((job) => [job.id, job]))
  const read = async (job: Job) => fromResult(kindOf(kinds, job).records, job, await store.read(job.id))
  const failed: FailedFinding[] = []
  const lists = new Map(
    Object.values(kinds).flatMap(({ gives }) => gives.map((name): [string, unknown[]] => [name, []])),
  )
  for (const job of inOrder(jobs, methods)) {
    const result = await read(job)
    failed.push(...failedFinding(result, kindOf(kinds, job).label))
    const inputs: Record<string, () => Promise<Finished[]>> = {}
    for (const [name, ids] of Object.entries(job.needs)) {
      inputs[name] = () => Promise.all(ids.map((id) => read(jobOf(byId, id))))
    }
    append(lists, await kindOf(kinds, job).findings(result, inputs), job.kind)
  }
  const facts: StudyFacts = {
    provenance,
    methods,
    limitations: methodLimitations(config.prune.methods, own.methods ?? []),
    widths: [...new Set(jobs.filter(({ kind }) => kind === 'run').map(({ width }) => width))].sort((a, b) => a - b),
    densities: config.prune.densities,
    settings: settingsOf(config),
    protocol: protocolOf(config, own),
    failed,
  }
  return { ...Object.fromEntries(lists), ...facts } as unknown as Findings & FoundBy<Kinds>
}
