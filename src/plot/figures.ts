import type { Findings } from '../study/findings.js'
import { convergenceFigure } from './convergence.js'
import { densitiesFigure } from './densities.js'
import { driftFigure } from './drift.js'
import type { Figure } from './figure.js'
import { graphonsFigure } from './graphons.js'
import { inputsFigure } from './inputs.js'
import { kernelErrorFigure } from './kernel-error.js'
import { ladderFigure } from './ladder.js'
import { metricsFigure } from './metrics.js'
import { atDensity } from './select.js'
import { spectraFigure } from './spectra.js'
import { trainingFigure } from './training.js'

/** Draws one figure from the findings at one density; null when they do not hold what it shows. */
export type FigureMaker = (findings: Findings) => Figure | null

/** All figures of a study, in the order of the report. */
export const figureMakers = {
  densities: densitiesFigure,
  drift: driftFigure,
  graphons: graphonsFigure,
  inputs: inputsFigure,
  convergence: convergenceFigure,
  'kernel-error': kernelErrorFigure,
  spectra: spectraFigure,
  metrics: metricsFigure,
  training: trainingFigure,
  ladder: ladderFigure,
} as const satisfies Record<string, FigureMaker>

export type FigureKind = keyof typeof figureMakers

export const figureKinds = Object.keys(figureMakers) as readonly FigureKind[]

/** A figure of a study, and which of the table's it is at which density. */
export interface StudyFigure extends Figure {
  readonly kind: FigureKind
  readonly density: number
}

/** Every figure that the findings allow, densities one after another within a kind; ids are unique. */
export function studyFigures(findings: Findings): StudyFigure[] {
  return figureKinds.flatMap((kind) =>
    findings.densities.flatMap((density) => {
      const figure = figureMakers[kind](atDensity(findings, density))
      if (!figure) return []
      const id = findings.densities.length > 1 ? `${figure.id}-${density}` : figure.id
      return [{ ...figure, id, kind, density }]
    }),
  )
}
