import type { Findings, Setting } from '../findings.js'
import type { StudyPlan } from '../plan.js'
import { differenceOf, type Difference, type Sample } from './difference.js'
import { measureNames, measureOf, type ComparedCell, type MeasureName } from './measures.js'
import { settingDifferences, type SettingDifference } from './settings.js'

/** A finished study with what it found. */
export interface ComparedStudy {
  /** What it is called beside the other: its folder. */
  readonly name: string
  readonly plan: StudyPlan
  readonly findings: Findings
}

/** One number of one method in both studies. */
export interface ComparedNumber extends Difference {
  readonly measure: MeasureName
  readonly method: string
  /** Which of each study's cells were compared; they differ in what each study has one of. */
  readonly cells: { readonly a: ComparedCell; readonly b: ComparedCell }
  readonly a: Sample
  readonly b: Sample
}

/** What the limit test says of one matrix in both studies. */
export interface ComparedVerdict {
  readonly method: string
  readonly cells: { readonly a: Setting; readonly b: Setting }
  /** l = 1 … L + 1 */
  readonly matrix: number
  readonly a: string
  readonly b: string
}

/** Two studies side by side. */
export interface Comparison {
  readonly names: { readonly a: string; readonly b: string }
  readonly titles: { readonly a: string; readonly b: string }
  readonly settings: readonly SettingDifference[]
  readonly methods: {
    readonly both: readonly string[]
    readonly onlyA: readonly string[]
    readonly onlyB: readonly string[]
  }
  /** Jobs of each study, and those whose results are the very same, bit for bit, because nothing that they depend on differs. */
  readonly jobs: { readonly a: number; readonly b: number; readonly same: number }
  /** Whether networks of one method and trial began with the same weights and saw the same data in both. */
  readonly paired: boolean
  readonly numbers: readonly ComparedNumber[]
  readonly verdicts: readonly ComparedVerdict[]
}

const keys = ['density', 'scope', 'hiddenLayers'] as const

/** The settings of two studies that belong together: equal but for what each study has only one of. */
function settingPairs(a: Findings, b: Findings): (readonly [Setting, Setting])[] {
  const valuesOf = ({ settings }: Findings, key: (typeof keys)[number]) => new Set(settings.map((one) => one[key]))
  const compared = keys.filter((key) => valuesOf(a, key).size > 1 || valuesOf(b, key).size > 1)
  return a.settings.flatMap((own) =>
    b.settings
      .filter((other) => compared.every((key) => own[key] === other[key]))
      .map((other) => [own, other] as const),
  )
}

/** The width at which two studies are compared: the largest that both have, else the largest of each. */
function widthsOf(a: Findings, b: Findings): readonly [number, number] {
  const common = a.widths.filter((width) => b.widths.includes(width))
  return common.length > 0 ? [Math.max(...common), Math.max(...common)] : [Math.max(...a.widths), Math.max(...b.widths)]
}

/** Whether the k-th networks of both studies begin with the same weights and see the same data. */
function arePairs({ plan: a }: ComparedStudy, { plan: b }: ComparedStudy): boolean {
  const start = ({ config: { seed, network }, facts }: StudyPlan) => {
    const drawn = { ...network, widths: undefined }
    return JSON.stringify({ seed, drawn, fingerprint: facts.fingerprint })
  }
  return start(a) === start(b)
}

/**
 * Compares two finished studies: what differs in their settings, and what in their numbers, with 95 % intervals where there are
 * networks to take them from. Methods are compared by name, at the same setting, or at the one setting that each study has.
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { compareStudies, buildFindings, executeStudy, inProcessRunner, memoryStore, planFromText, plannedData, type LoadSamples } from 'limn/study'
 *
 * const x = matrixOf([[1, 0], [0, 1], [1, 1], [0, 0.5]])
 * const load: LoadSamples = (name) => ({ name, x, labels: Int32Array.of(0, 1, 0, 1), classes: 2 })
 * const study = async (name: string, density: number) => {
 *   const text = `data: { source: mine, samples: 4 }
 * trials: 2
 * network: { hiddenLayers: 1, widths: [3, 5] }
 * prune: { methods: [random], densities: [${density}] }
 * graphon: { bins: 3 }
 * training: { steps: 2, trials: 2 }`
 *   const plan = await planFromText(text, 'study.yaml', { load, runtime: 'Node' })
 *   const store = memoryStore()
 *   const jobs = new Map(plan.jobs.map((job) => [job.id, job]))
 *   const bench = { config: plan.config, data: await plannedData(plan, load), jobs, store }
 *   await executeStudy({ jobs: plan.jobs, store, runner: inProcessRunner(bench) })
 *   return { name, plan, findings: await buildFindings({ ...plan, store }) }
 * }
 * const comparison = compareStudies(await study('half', 0.5), await study('less', 0.4))
 * console.log(comparison.settings) // [ { key: 'prune.densities', a: '[0.5]', b: '[0.4]' } ]
 */
export function compareStudies(a: ComparedStudy, b: ComparedStudy): Comparison {
  const both = a.findings.methods.filter((method) => b.findings.methods.includes(method))
  const [widthA, widthB] = widthsOf(a.findings, b.findings)
  const paired = widthA === widthB && arePairs(a, b)
  const pairs = settingPairs(a.findings, b.findings)
  const numbers = measureNames.flatMap((measure) =>
    pairs.flatMap(([own, other]) =>
      both.flatMap((method): ComparedNumber[] => {
        const cells = { a: { method, width: widthA, ...own }, b: { method, width: widthB, ...other } }
        const left = measureOf(measure).of(a.findings, cells.a)
        const right = measureOf(measure).of(b.findings, cells.b)
        if (!left || !right) return []
        return [{ measure, method, cells, a: left, b: right, ...differenceOf(left, right, paired) }]
      }),
    ),
  )
  const verdicts = pairs.flatMap(([own, other]) =>
    both.flatMap((method) => {
      const of = ({ convergence }: Findings, setting: Setting) =>
        convergence.filter((one) => one.method === method && keys.every((key) => one[key] === setting[key]))
      const right = of(b.findings, other)
      return of(a.findings, own).flatMap(({ matrix, test }): ComparedVerdict[] => {
        const found = right.find((one) => one.matrix === matrix)
        const cells = { a: own, b: other }
        return found ? [{ method, cells, matrix, a: test.verdict, b: found.test.verdict }] : []
      })
    }),
  )
  const others = new Set(b.plan.jobs.map(({ id }) => id))
  return {
    names: { a: a.name, b: b.name },
    titles: { a: a.plan.config.title, b: b.plan.config.title },
    settings: settingDifferences(a.plan, b.plan),
    methods: {
      both,
      onlyA: a.findings.methods.filter((method) => !both.includes(method)),
      onlyB: b.findings.methods.filter((method) => !both.includes(method)),
    },
    jobs: {
      a: a.plan.jobs.length,
      b: b.plan.jobs.length,
      same: a.plan.jobs.filter(({ id }) => others.has(id)).length,
    },
    paired,
    numbers,
    verdicts,
  }
}
