import type { Findings, Setting } from '../study/findings.js'
import { closedFormsFigure, closedFormWidthsFigure } from './closed-forms.js'
import { convergenceFigure } from './convergence.js'
import { densitiesFigure } from './densities.js'
import { driftFigure } from './drift.js'
import type { Figure } from './figure.js'
import { graphonsFigure } from './graphons.js'
import { inputsFigure } from './inputs.js'
import { kernelErrorFigure } from './kernel-error.js'
import { manySpectraFigure } from './many-spectra.js'
import { ladderFigure } from './ladder.js'
import { metricsFigure } from './metrics.js'
import { formatList, formatPlural } from './format.js'
import { motifsFigure } from './motifs.js'
import { atSetting } from './select.js'
import { shapeChangesFigure } from './shape-changes.js'
import { spectraFigure } from './spectra.js'
import { trainingFigure } from './training.js'
import { verdictsFigure } from './verdicts.js'
import { widthsFigures } from './widths.js'

/** Draws one figure, or several, from the findings at one setting; null or none when they do not hold what it shows. */
export type FigureMaker = (findings: Findings) => Figure | readonly Figure[] | null

/** All figures of a study, in the order of the report. */
export const figureMakers = {
  densities: densitiesFigure,
  drift: driftFigure,
  graphons: graphonsFigure,
  widths: widthsFigures,
  inputs: inputsFigure,
  verdicts: verdictsFigure,
  convergence: convergenceFigure,
  'shape-changes': shapeChangesFigure,
  motifs: motifsFigure,
  'closed-forms': closedFormsFigure,
  'closed-form-widths': closedFormWidthsFigure,
  'kernel-error': kernelErrorFigure,
  spectra: spectraFigure,
  'many-spectra': manySpectraFigure,
  metrics: metricsFigure,
  training: trainingFigure,
  ladder: ladderFigure,
} as const satisfies Record<string, FigureMaker>

export type FigureKind = keyof typeof figureMakers

export const figureKinds = Object.keys(figureMakers) as readonly FigureKind[]

/** A figure of a study, and which of the table's it is at which setting. */
export interface StudyFigure extends Figure {
  readonly kind: FigureKind
  readonly setting: Setting
}

/** What tells one setting of a study from its others, for ids and titles; empty for a study with one setting. */
export function settingName({ settings }: Findings, setting: Setting): readonly string[] {
  const varies = (key: keyof Setting) => new Set(settings.map((one) => one[key])).size > 1
  return [
    ...(varies('density') ? [`density ${setting.density}`] : []),
    ...(varies('scope') ? [`${setting.scope} scope`] : []),
    ...(varies('hiddenLayers') ? [formatPlural(setting.hiddenLayers, 'hidden layer')] : []),
  ]
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/**
 * Every figure that the findings allow, settings one after another within a kind; ids are unique.
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { studyFigures } from 'limn/plot'
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
 * console.log(studyFigures(findings).some(({ kind }) => kind === 'graphons')) // true
 */
export function studyFigures(findings: Findings): StudyFigure[] {
  return figureKinds.flatMap((kind) =>
    findings.settings.flatMap((setting) => {
      const make: FigureMaker = figureMakers[kind]
      const figures = [make(atSetting(findings, setting)) ?? []].flat()
      const name = settingName(findings, setting)
      return figures.map((figure) => {
        const id = [figure.id, ...name.map((part) => part.replace('density ', '').replaceAll(' ', '-'))].join('-')
        const sentence = name.length > 0 ? `${capitalized(formatList(name))}. ${figure.sentence}` : figure.sentence
        return { ...figure, id, sentence, kind, setting }
      })
    }),
  )
}
