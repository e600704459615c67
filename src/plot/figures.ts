import type { Findings, Setting } from '../study/findings.js'
import { convergenceFigure } from './convergence.js'
import { densitiesFigure } from './densities.js'
import { driftFigure } from './drift.js'
import type { Figure } from './figure.js'
import { graphonsFigure } from './graphons.js'
import { inputsFigure } from './inputs.js'
import { kernelErrorFigure } from './kernel-error.js'
import { ladderFigure } from './ladder.js'
import { metricsFigure } from './metrics.js'
import { formatList } from './format.js'
import { atSetting } from './select.js'
import { shapeChangesFigure } from './shape-changes.js'
import { spectraFigure } from './spectra.js'
import { trainingFigure } from './training.js'
import { verdictsFigure } from './verdicts.js'
import { widthsFigure } from './widths.js'

/** Draws one figure from the findings at one density; null when they do not hold what it shows. */
export type FigureMaker = (findings: Findings) => Figure | null

/** All figures of a study, in the order of the report. */
export const figureMakers = {
  densities: densitiesFigure,
  drift: driftFigure,
  graphons: graphonsFigure,
  widths: widthsFigure,
  inputs: inputsFigure,
  verdicts: verdictsFigure,
  convergence: convergenceFigure,
  'shape-changes': shapeChangesFigure,
  'kernel-error': kernelErrorFigure,
  spectra: spectraFigure,
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
    ...(varies('hiddenLayers') ? [`${setting.hiddenLayers} hidden layers`] : []),
  ]
}

/** Every figure that the findings allow, settings one after another within a kind; ids are unique. */
export function studyFigures(findings: Findings): StudyFigure[] {
  return figureKinds.flatMap((kind) =>
    findings.settings.flatMap((setting) => {
      const figure = figureMakers[kind](atSetting(findings, setting))
      if (!figure) return []
      const name = settingName(findings, setting)
      const id = [figure.id, ...name.map((part) => part.replace('density ', '').replaceAll(' ', '-'))].join('-')
      const sentence =
        name.length > 0
          ? `${formatList(name)[0].toUpperCase()}${formatList(name).slice(1)}. ${figure.sentence}`
          : figure.sentence
      return [{ ...figure, id, sentence, kind, setting }]
    }),
  )
}
