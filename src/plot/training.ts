import { mean } from '../linalg/statistics.js'
import { rungs, type Findings, type Rung, type TrainingFinding } from '../study/findings.js'
import { logChannel, seriesChannels } from './encode.js'
import type { Figure, Row } from './figure.js'
import { formatCount, formatList, formatNumber, formatPlural } from './format.js'
import { methodLabel, rungKernels, rungLabels } from './labels.js'
import { rungStyles } from './palette.js'
import { formatStepSize, methodWithStep } from './step-sizes.js'
import { atWidest, largest, methodsOf, smallest } from './select.js'
import { panelTitle } from './theme.js'
import { figureSpec, type Panel } from './spec.js'

/** Mean error of one rung over the trials of one method; null when no trial has it or one is not finite. */
export function rungError(trials: readonly TrainingFinding[], rung: Rung): number | null {
  const errors = trials.flatMap(({ predictions }) =>
    predictions.filter((p) => p.rung === rung).map((p) => p.relativeError),
  )
  const error = mean(errors)
  return Number.isFinite(error) ? error : null
}

/** How many trials of each method there are: `3 trials`, or `1 to 3 trials` where some could not be trained. */
function trialCounts(methods: readonly string[], trials: readonly TrainingFinding[]): string {
  const counts = methods.map((method) => trials.filter((trial) => trial.method === method).length)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  return least === most ? formatPlural(most, 'trial') : `${formatCount(least)} to ${formatPlural(most, 'trial')}`
}

/** The mean of several curves, over the steps that all of them have. */
export function meanCurve(curves: readonly (readonly number[])[]): number[] {
  const length = Math.min(...curves.map((curve) => curve.length))
  return Number.isFinite(length) ? Array.from({ length }, (_, t) => mean(curves.map((curve) => curve[t]))) : []
}

/** Which method's training the finite network's kernel, or the highest rung there is, predicts best and worst. */
export function trainingSentence(methods: readonly string[], trials: readonly TrainingFinding[]): string {
  const rung = rungs.findLast((r) => trials.some(({ predictions }) => predictions.some((p) => p.rung === r)))
  if (!rung) return 'No training was predicted.'
  const errors = methods.flatMap((method) => {
    const error = rungError(
      trials.filter((trial) => trial.method === method),
      rung,
    )
    return error === null ? [] : [{ method, error }]
  })
  const best = smallest(errors, ({ error }) => error)
  const worst = largest(errors, ({ error }) => error)
  if (!best || !worst) return `The ${rungKernels[rung]} predicts a training that diverges.`
  const opening = `At width ${formatCount(trials[0].width)}, the ${rungKernels[rung]} predicts the measured loss of ${methodWithStep(best.method, trials)} with an error of ${formatNumber(best.error)} of the initial loss`
  return worst === best
    ? `${opening}.`
    : `${opening}, the smallest, and that of ${methodWithStep(worst.method, trials)} with ${formatNumber(worst.error)}, the largest.`
}

/** Points of a curve worth drawing: every step of a short one, about `limit` evenly spaced ones of a long one. */
export function drawnSteps(length: number, limit = 160): number[] {
  const every = Math.max(1, Math.ceil((length - 1) / limit))
  return Array.from({ length }, (_, t) => t).filter((t) => t % every === 0 || t === length - 1)
}

function curveRows(curve: readonly number[], series: Readonly<Record<string, string>>, ceiling: number): Row[] {
  return drawnSteps(curve.length)
    .map((step) => ({ step, loss: curve[step], ...series }))
    .filter(({ loss }) => Number.isFinite(loss) && loss > 0 && loss <= ceiling)
}

const measured = 'measured'

/** Measured and predicted training loss, one panel per method, at the widest networks that were trained. */
export function trainingFigure(findings: Findings): Figure | null {
  const trials = atWidest(findings.training).filter(({ loss }) => loss.length > 0)
  const methods = methodsOf(findings, trials)
  if (methods.length === 0) return null
  const losses = trials.flatMap(({ loss }) => loss).filter((loss) => Number.isFinite(loss) && loss > 0)
  const ceiling = 1.5 * losses.reduce((a, b) => Math.max(a, b), 0)
  const present = rungs.filter((rung) => trials.some(({ predictions }) => predictions.some((p) => p.rung === rung)))
  const names = [measured, ...present.map((rung) => rungLabels[rung])]
  const styles = present.map((rung) => rungStyles[rungs.indexOf(rung)])
  const { lineColor: color, lineDash: strokeDash } = seriesChannels('series', names, [
    { color: 'currentColor', shape: 'circle', dash: [1, 0] },
    ...styles,
  ])
  const perRow = methods.length <= 3 ? methods.length : methods.length === 4 ? 2 : 3
  const drawn = methods.map((method) => {
    const mine = trials.filter((trial) => trial.method === method)
    const predictions = present.flatMap((rung) =>
      curveRows(
        meanCurve(mine.flatMap((trial) => trial.predictions.filter((p) => p.rung === rung).map((p) => p.loss))),
        { series: rungLabels[rung] },
        ceiling,
      ),
    )
    const single = mine.flatMap(({ trial, loss }) => curveRows(loss, { trial: String(trial) }, ceiling))
    return {
      mine,
      predictions,
      single,
      average: curveRows(meanCurve(mine.map(({ loss }) => loss)), { series: measured }, ceiling),
    }
  })
  const y = logChannel(
    drawn.flatMap(({ single, predictions }) => [...single, ...predictions]).map((row) => row['loss'] as number),
    'training loss',
  )
  const panel = (method: string, i: number): Panel => {
    const { mine, predictions, single, average } = drawn[i]
    const errors = present.map((rung) => `${rungLabels[rung]} ${formatNumber(rungError(mine, rung))}`)
    const half = Math.ceil(errors.length / 2)
    return {
      title: panelTitle(
        methodLabel(method),
        [
          `step size ${formatStepSize(mine)}`,
          ...(errors.length > 0 ? [`error: ${errors.slice(0, half).join(' · ')}`, errors.slice(half).join(' · ')] : []),
        ].filter((line) => line !== ''),
      ),
      width: 250,
      height: 200,
      encoding: {
        x: {
          field: 'step',
          type: 'quantitative',
          scale: { nice: false },
          axis: { title: 'gradient descent step', tickCount: 5, grid: false },
        },
        y: { field: 'loss', ...y, axis: { ...y.axis, title: i % perRow === 0 ? y.axis.title : null } },
      },
      layer: [
        {
          data: { values: mine.length > 1 ? single : [] },
          mark: { type: 'line', strokeWidth: 0.8, opacity: 0.45, color: 'currentColor' },
          encoding: { detail: { field: 'trial', type: 'nominal' } },
        },
        {
          data: { values: average },
          mark: { type: 'line', strokeWidth: 5, opacity: 0.4 },
          encoding: { color, strokeDash },
        },
        { data: { values: predictions }, mark: { type: 'line', strokeWidth: 1.8 }, encoding: { color, strokeDash } },
      ],
    }
  }
  return {
    id: 'training',
    title: 'Predicted against measured training',
    sentence: trainingSentence(methods, trials),
    description: `Training loss against gradient descent step: measured, and predicted by ${formatList(present.map((rung) => rungKernels[rung]))}, one panel for each of ${formatList(methods.map(methodLabel))}.`,
    spec: figureSpec({
      title: {
        text: `Predicted against measured training, width ${formatCount(trials[0].width)}`,
        subtitle: `Thick: measured, mean of ${trialCounts(methods, trials)}. Error: root mean square over steps, in units of the initial loss.`,
      },
      columns: perRow,
      spacing: 20,
      concat: methods.map(panel),
    }),
  }
}
