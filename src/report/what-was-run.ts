import { missingClasses } from '../data/classes-present.js'
import { formatCount, formatList, formatPlural, formatSetting } from '../plot/format.js'
import { methodLabel } from '../plot/labels.js'
import { formatStepSize, stepRule, stepSizeFactor } from '../plot/step-sizes.js'
import type { Findings, Provenance } from '../study/findings.js'
import { html, table, type Html } from './html.js'
import { names, rowsOf } from './rows.js'

/** `10 classes`, or of how many only some occur in the samples. */
function classesText({ classes, classesPresent }: Provenance): string {
  const missing = missingClasses(classesPresent, classes)
  return missing === undefined ? ` in ${formatPlural(classes, 'class', 'classes')}` : `; ${missing}`
}

/** How the networks were trained; null where none were meant to be. */
function protocolEntries(findings: Findings): (readonly [string, string])[] {
  const { protocol: p, provenance, training } = findings
  if (p.steps === 0) return [['training', 'none']]
  const tested = p.testSamples > 0 ? `; test accuracy on ${formatPlural(p.testSamples, 'sample')}` : ''
  const factor = stepSizeFactor(training)
  const found = training.length > 0 && 'share' in p.stepSize ? `: ${formatStepSize(training)}` : ''
  const apart = factor === null ? '' : `, a factor of ${factor} apart`
  return [
    [
      'training',
      `${formatPlural(p.steps, 'step')} of full-batch gradient descent (SGD without momentum or decay); ${formatCount(Math.min(p.trainedTrials, provenance.trials))} of ${formatPlural(provenance.trials, 'trial')} of every cell${tested}`,
    ],
    [
      'loss',
      '1/(2N) Σ ‖f(x) − f₀(x) − y‖²: squared, of the network minus itself at the start, with centred one-hot targets y',
    ],
    ['step size', `${stepRule(findings)}${found}${apart}`],
  ]
}

/** What was run: every setting that the numbers depend on. */
export function provenanceTable(findings: Findings): Html {
  const { provenance: p, protocol, methods, widths, densities } = findings
  const scores =
    protocol.pruningSamples === null ? '' : `; scores from ${formatPlural(protocol.pruningSamples, 'sample')}`
  const temperature =
    protocol.temperature === null
      ? ''
      : `, ${formatList(protocol.temperature.methods.map(methodLabel))} at temperature ${formatSetting(protocol.temperature.value)}`
  const variances =
    protocol.sigmaW2 === null ? `those of ${p.activation} by default` : formatList(protocol.sigmaW2.map(formatSetting))
  const networks = p.hiddenLayers.map((count) =>
    [p.inputs, ...Array.from({ length: count }, () => 'n'), p.classes].join(' – '),
  )
  const entries: readonly (readonly [string, string])[] = [
    [
      'data',
      `${p.data}: ${formatPlural(p.samples, 'sample')} of ${formatPlural(p.inputs, 'input')}${classesText(p)}, ${protocol.standardized ? 'standardised' : 'as they are'}`,
    ],
    ['networks', `${formatList(networks)} with n = ${formatList(widths.map(formatCount))}, activation ${p.activation}`],
    [
      'parameters',
      `NTK parameterisation, σ_w² ${variances}, ${protocol.sigmaB2 > 0 ? `biases with σ_b² = ${formatSetting(protocol.sigmaB2)}` : 'no biases'}; survivors of pruning ${protocol.weights === 'kept' ? 'keep their weights' : 'are drawn anew'}`,
    ],
    [
      'pruning',
      `${formatList(methods.map(methodLabel))}, density ${formatList(densities.map(formatSetting))}, ${p.scope === 'both' ? 'global and layer' : p.scope} scope${scores}${temperature}`,
    ],
    ['trials', `${formatCount(p.trials)} for every method, density and width; seed ${p.seed}`],
    [
      'graphons',
      `step graphons of ${formatPlural(p.bins, 'bin')} for each hidden layer, ${protocol.estimator} estimator, mean over trials`,
    ],
    ...protocolEntries(findings),
    [
      'kernel',
      `Graphon NTK, ${p.convention} convention${protocol.rescale === 'none' ? '' : `, rescaled by ${protocol.rescale}`}`,
    ],
    ['runs', formatCount(p.runs)],
    ['program', `limn ${p.limnVersion}, ${p.kernelBuild} kernels, ${p.runtime}`],
  ]
  return html`<dl class="facts">
    ${entries.map(
      ([term, text]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${text}</dd>
        </div> `,
    )}
  </dl> `
}

/** What a reader must not take to be the same for all methods. */
export function fairnessSentence(findings: Findings): Html {
  const factor = stepSizeFactor(findings.training)
  const same = 'Everything in this list was the same for all methods'
  if (factor === null) return html`<p>${same}.</p> `
  return html`<p>
    ${same}, with one exception: the step size of training follows each network’s own kernel, and the largest is
    ${factor} times the least. It stands beside every number that compares methods after training.
  </p> `
}

/** Step sizes of all trained networks by width; nothing where one was given to all. */
export function stepSizeTable(findings: Findings): Html {
  if ('fixed' in findings.protocol.stepSize) return html``
  const rows = rowsOf(findings, findings.training)
  const widths = findings.widths.filter((width) => findings.training.some((run) => run.width === width))
  return table(
    `Step size of every trained network: ${stepRule(findings)}`,
    [
      ...names<(typeof rows)[number]>(findings),
      ...widths.map((width) => ({
        title: `n = ${formatCount(width)}`,
        value: ({ items }: (typeof rows)[number]) => formatStepSize(items.filter((run) => run.width === width)),
      })),
    ],
    rows,
  )
}
