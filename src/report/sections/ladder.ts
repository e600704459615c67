import { formatNumber } from '../../plot/format.js'
import { rungLabels } from '../../plot/labels.js'
import { formatStepSize } from '../../plot/step-sizes.js'
import { rungError } from '../../plot/training.js'
import { rungs, type Findings, type Rung, type TrainingFinding } from '../../study/findings.js'
import { html, table, type Html } from '../html.js'
import { names, meanOverTrials } from '../rows.js'
import { trainedRows, type Trained } from '../trained.js'
import { ladderAnswer } from '../answers/ladder.js'
import type { Section } from './section.js'

/** Error and area of every rung. */
function ladderTable(findings: Findings): Html {
  const rows = trainedRows(findings)
  const present = rungs.filter((rung) =>
    rows.some(({ trials }) => trials.some((t) => t.predictions.some((p) => p.rung === rung))),
  )
  const area = (trials: readonly TrainingFinding[], rung: Rung) =>
    meanOverTrials(trials, (t) => t.predictions.find((p) => p.rung === rung)?.area)
  return table(
    'Difference between predicted and measured loss: root mean square (and area between the curves), over the initial loss',
    [
      ...names<Trained>(findings),
      { title: 'step size', value: ({ trials }) => formatStepSize(trials) },
      ...present.map((rung) => ({
        title: rungLabels[rung],
        value: ({ trials }: Trained) =>
          `${formatNumber(rungError(trials, rung))} (${formatNumber(area(trials, rung))})`,
      })),
    ],
    rows,
  )
}

export const ladder = {
  title: 'The explanation ladder',
  answer: ladderAnswer,
  opening: html`<p>
    Why does one mask train faster than another? Each rung predicts the same training curve with more knowledge:
    <strong>scale</strong>, the dense NTK times the path density; <strong>shape</strong>, the Graphon NTK;
    <strong>weights</strong>, the energy Graphon NTK; <strong>finite width</strong>, the finite network’s own NTK with
    all its correlations. What is left at the top is feature learning.
  </p>`,
  figures: ['ladder'],
  after: ladderTable,
} as const satisfies Section
