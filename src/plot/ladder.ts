import { rungs, type Findings, type Rung, type TrainingFinding } from '../study/findings.js'
import { logChannel, methodChannels } from './encode.js'
import type { Figure, Row } from './figure.js'
import { formatCount, formatList, formatNumber } from './format.js'
import { methodLabel, rungKernels, rungLabels } from './labels.js'
import { atWidest, largest, methodsOf, smallest } from './select.js'
import { formatStepSize, methodWithStep } from './step-sizes.js'
import { rungError } from './training.js'
import { figureSpec } from './spec.js'

interface Climb {
  readonly method: string
  readonly from: Rung
  readonly to: Rung
  readonly before: number
  readonly after: number
}

/** All pairs of neighbouring rungs with known errors. */
function climbs(methods: readonly string[], trials: readonly TrainingFinding[]): Climb[] {
  return methods.flatMap((method) => {
    const mine = trials.filter((trial) => trial.method === method)
    const known = rungs.flatMap((rung) => {
      const error = rungError(mine, rung)
      return error === null ? [] : [{ rung, error }]
    })
    return known.slice(1).map(({ rung, error }, i) => ({
      method,
      from: known[i].rung,
      to: rung,
      before: known[i].error,
      after: error,
    }))
  })
}

const stepMeaning = {
  scale: 'the path density',
  shape: 'the graphon’s shape',
  weights: 'the weights’ energy',
  'finite-width': 'the finite network itself',
} as const satisfies Record<Rung, string>

/** Which step of the ladder explains most, and for which method the top of the ladder still fails. */
export function ladderSentence(methods: readonly string[], trials: readonly TrainingFinding[]): string {
  const steps = climbs(methods, trials)
  const gain = largest(steps, ({ before, after }) => before - after)
  if (!gain) return 'A single rung cannot show what a further one explains.'
  const rise =
    gain.before > gain.after
      ? `The step that explains most is ${stepMeaning[gain.to]} for ${methodWithStep(gain.method, trials)}: the error falls from ${formatNumber(gain.before)} to ${formatNumber(gain.after)}`
      : 'No step of the ladder lowers the error of any method'
  const loss = smallest(steps, ({ before, after }) => before - after)
  const worse =
    loss && loss.after > loss.before
      ? `; the step that hurts most is ${stepMeaning[loss.to]} for ${methodWithStep(loss.method, trials)}, from ${formatNumber(loss.before)} to ${formatNumber(loss.after)}`
      : ''
  return `${rise}${worse}.`
}

/** Error of every rung of the explanation ladder by method: a dot per trial, a line through the means. */
export function ladderFigure(findings: Findings): Figure | null {
  const trials = atWidest(findings.training)
  const methods = methodsOf(findings, trials)
  const rows: Row[] = []
  const dots: Row[] = []
  for (const method of methods) {
    const mine = trials.filter((trial) => trial.method === method)
    for (const rung of rungs) {
      const error = rungError(mine, rung)
      if (error !== null && error > 0) rows.push({ method: methodLabel(method), rung: rungLabels[rung], error })
      for (const { predictions } of mine) {
        const single = predictions.find((p) => p.rung === rung)?.relativeError ?? Number.NaN
        if (single > 0 && Number.isFinite(single))
          dots.push({ method: methodLabel(method), rung: rungLabels[rung], error: single })
      }
    }
  }
  if (rows.length === 0) return null
  const present = rungs.filter((rung) => rows.some((row) => row['rung'] === rungLabels[rung]))
  const stepSizes = methods.map(
    (method) => `${methodLabel(method)} ${formatStepSize(trials.filter((trial) => trial.method === method))}`,
  )
  const { color, shape, strokeDash } = methodChannels(findings.methods)
  return {
    id: 'ladder',
    title: 'The explanation ladder',
    sentence: ladderSentence(methods, trials),
    description: `Error of the predicted training curve on the rungs ${formatList(present.map((rung) => rungKernels[rung]))}, for ${formatList(methods.map(methodLabel))}.`,
    spec: figureSpec({
      title: {
        text: `The explanation ladder: error of each prediction of the training curve, width ${formatCount(trials[0].width)}`,
        subtitle: [
          'Each rung knows all that the one to its left knows, and one thing more. Small dots are single trials.',
          `Step size: ${stepSizes.join(', ')}.`,
        ],
      },
      width: 640,
      height: 290,
      encoding: {
        x: {
          field: 'rung',
          type: 'ordinal',
          scale: { domain: present.map((rung) => rungLabels[rung]) },
          sort: null,
          axis: { title: 'what the predicting kernel knows', labelAngle: 0, labelFontSize: 12, grid: true },
        },
        y: {
          field: 'error',
          ...logChannel(
            dots.map((row) => row['error'] as number),
            'r.m.s. error / initial loss',
          ),
        },
      },
      layer: [
        { data: { values: dots }, mark: { type: 'point', filled: true, size: 14, opacity: 0.55 }, encoding: { color } },
        { data: { values: rows }, mark: { type: 'line' }, encoding: { color, strokeDash } },
        {
          data: { values: rows },
          mark: { type: 'point', filled: true, size: 80, opacity: 1 },
          encoding: { color, shape },
        },
      ],
    }),
  }
}
