import { formatCount, formatList, formatNumber, formatPercent, formatPlural } from '../../plot/format.js'
import { atWidest, sameSetting } from '../../plot/select.js'
import { formatStepSize } from '../../plot/step-sizes.js'
import type { Findings, Untrained } from '../../study/findings.js'
import { html, table, type Html } from '../html.js'
import { names, rowsOf, meanOverTrials, type OfMethod } from '../rows.js'
import type { Trained } from '../trained.js'
import { stepSizeTable } from '../what-was-run.js'
import { trainingAnswer } from '../answers/training.js'
import type { Section } from './section.js'

interface Attempted extends Trained {
  readonly failed: number
}

/** {@link trainedRows} with those that could not be trained at the same width. */
function attemptedRows(findings: Findings): Attempted[] {
  const trained = atWidest(findings.training)
  const width = trained.at(0)?.width
  const failed = findings.untrained.filter((run) => run.width === width)
  return rowsOf<OfMethod>(findings, [...trained, ...failed]).map((row) => {
    const here = (run: OfMethod) => run.method === row.method && sameSetting(run, row)
    const { method, density, scope, hiddenLayers } = row
    const setting = { density, scope, hiddenLayers }
    return { method, ...setting, trials: trained.filter(here), failed: failed.filter(here).length }
  })
}

const untrainedLabels = {
  dead: 'with no active path from the inputs to the outputs',
  diverged: 'whose loss left the range of numbers',
  solved: 'with a loss of zero before the first step, as the targets of one class are',
  impossible: 'whose numbers did not allow it',
} as const satisfies Record<Untrained, string>

/** How many networks could not be trained, and why; nothing when all were. */
function untrainedSentence({ training, untrained }: Findings): Html {
  if (untrained.length === 0) return html``
  const kinds = Object.entries(untrainedLabels).flatMap(([why, label]) => {
    const count = untrained.filter((run) => run.why === why).length
    return count > 0 ? [`${formatCount(count)} ${label}`] : []
  })
  const all = training.length + untrained.length
  return html`<p>
    ${formatCount(untrained.length)} of ${formatPlural(all, 'network')} could not be trained: ${formatList(kinds)};
    means are over the trials that were.
  </p> `
}

/** What training really did. */
function trainingTable(findings: Findings): Html {
  const rows = attemptedRows(findings)
  const width = atWidest(findings.training).at(0)?.width
  return table(
    `Measured training, mean over trials${width === undefined ? '' : `, width ${formatCount(width)}`}`,
    [
      ...names<Attempted>(findings),
      ...(findings.untrained.length > 0
        ? [
            {
              title: 'trained',
              value: ({ trials, failed }: Attempted) =>
                `${formatCount(trials.length)} of ${formatPlural(trials.length + failed, 'trial')}`,
            },
          ]
        : []),
      { title: 'step size', value: ({ trials }) => formatStepSize(trials) },
      { title: 'loss before', value: ({ trials }) => formatNumber(meanOverTrials(trials, (t) => t.loss.at(0))) },
      { title: 'loss after', value: ({ trials }) => formatNumber(meanOverTrials(trials, (t) => t.loss.at(-1))) },
      { title: 'train accuracy', value: ({ trials }) => formatPercent(meanOverTrials(trials, (t) => t.trainAccuracy)) },
      { title: 'test accuracy', value: ({ trials }) => formatPercent(meanOverTrials(trials, (t) => t.testAccuracy)) },
      { title: 'laziness', value: ({ trials }) => formatNumber(meanOverTrials(trials, (t) => t.laziness)) },
    ],
    rows,
  )
}

export const training = {
  title: 'Predicted against measured training',
  answer: trainingAnswer,
  opening: html`<p>
    Pruned networks were trained by full-batch gradient descent. Every kernel predicts the same curve from its
    eigenvalues alone, at that network’s own step size. <em>Laziness</em> is the relative change of the empirical NTK
    during training: the predictions assume that it is small.
  </p>`,
  figures: ['training'],
  after: (findings) => html`${untrainedSentence(findings)}${trainingTable(findings)}${stepSizeTable(findings)}`,
} as const satisfies Section
