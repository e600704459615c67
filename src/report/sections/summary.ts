import type { Verdict } from '../../graphon/convergence/limit-test/verdict.js'
import { formatCount, formatList, formatNumber, formatPercent, formatPlural, formatSetting } from '../../plot/format.js'
import { settingName } from '../../plot/figures.js'
import { matrixLabel, methodLabel, rungLabels } from '../../plot/labels.js'
import { atSetting, atWidest, smallest } from '../../plot/select.js'
import { formatStepSize } from '../../plot/step-sizes.js'
import { rungError } from '../../plot/training.js'
import { rungs, type Findings, type Setting, type SpectrumFinding } from '../../study/findings.js'
import { html, type Html } from '../html.js'
import { kernelErrorThreshold, lazinessThreshold } from '../limits.js'
import { meanOverTrials } from '../rows.js'
import { summaryAnswer } from '../answers/summary.js'
import type { FigureLink, Section } from './section.js'

const verdictOrder: readonly Verdict[] = ['converged', 'converging', 'drifting', 'undecided']

function verdictPhrase(verdict: Verdict, count: number): string {
  if (verdict === 'converged') return count === 1 ? 'has converged' : 'have converged'
  return `${count === 1 ? 'is' : 'are'} ${verdict}`
}

/** What a method's graphons tend to, as far as the widths of the study tell. */
function limitSentence({ convergence, widths }: Findings, method: string): string {
  const own = convergence.filter((found) => found.method === method)
  if (widths.length < 2 || own.length === 0) return 'There is one width, in which no limit can be seen.'
  const of = (verdict: Verdict) => own.filter(({ test }) => test.verdict === verdict)
  const parts = verdictOrder.flatMap((verdict) => {
    const found = of(verdict)
    if (found.length === 0) return []
    const which = formatList(found.map(({ matrix }) => matrixLabel(matrix)))
    return [`${formatCount(found.length)} ${verdictPhrase(verdict, found.length)} (${which})`]
  })
  const matrices = formatPlural(own.length, 'weight matrix', 'weight matrices')
  const same = verdictOrder.find((verdict) => of(verdict).length === own.length)
  const verdicts = same ? `All its ${matrices} ${verdictPhrase(same, 2)}` : `Of its ${matrices} ${formatList(parts)}`
  const structured = own.filter(({ test }) => test.structure?.structured === true)
  const known = own.filter(({ test }) => test.structure !== null)
  const shape =
    known.length === 0
      ? ''
      : structured.length === 0
        ? '; none is told from a mask without structure'
        : `; structure beyond chance in ${formatList(structured.map(({ matrix }) => matrixLabel(matrix)))}`
  return `${verdicts} up to width ${formatCount(Math.max(...widths))}${shape}.`
}

const kernelOf = (spectra: readonly SpectrumFinding[], method: string, kind: SpectrumFinding['kernel']) =>
  atWidest(spectra.filter((one) => one.method === method && one.kernel === kind)).at(0)

/** What pruning does to the kernel, and how near the limit is to the finite network. */
function kernelSentence(findings: Findings, whole: Findings, method: string, hiddenLayers: number): string | null {
  const limit = kernelOf(findings.spectra, method, 'energy') ?? kernelOf(findings.spectra, method, 'graphon')
  if (!limit) return null
  if (limit.trace === 0) return 'Its limit kernel is zero: nothing can be learned.'
  const dense = whole.spectra.find((one) => one.kernel === 'dense' && one.hiddenLayers === hiddenLayers)
  const share =
    dense && dense.trace > 0
      ? `has ${formatNumber(limit.trace / dense.trace)} of the trace of the unpruned network’s`
      : `has trace ${formatNumber(limit.trace)}`
  const unpruned = dense?.effectiveRank ?? null
  const rank =
    limit.effectiveRank === null
      ? ''
      : ` and effective rank ${formatNumber(limit.effectiveRank)}${unpruned === null ? '' : ` (unpruned ${formatNumber(unpruned)})`}`
  const error = limit.errorToEmpirical
  const distance =
    error === null ? '' : `; the finite network’s own is ${formatNumber(error)} away, relative to its norm`
  return `Its limit kernel ${share}${rank}${distance}.`
}

/** How a method's networks trained. */
function trainingSentence({ training, untrained, protocol }: Findings, method: string): string | null {
  if (protocol.steps === 0) return null
  const own = atWidest(training.filter((run) => run.method === method))
  const failed = untrained.filter((run) => run.method === method)
  if (own.length === 0) return failed.length === 0 ? null : 'None of its networks could be trained.'
  const [before, after] = [0, -1].map((at) => formatNumber(meanOverTrials(own, (run) => run.loss.at(at))))
  const tested = meanOverTrials(own, (run) => run.testAccuracy)
  const accuracy = tested === null ? '' : `, to a test accuracy of ${formatPercent(tested)}`
  return `At width ${formatCount(own[0].width)} its loss went from ${before} to ${after} in ${formatPlural(protocol.steps, 'step')} of size ${formatStepSize(own)}${accuracy}.`
}

/** How far the kernels' account of the training is to be trusted. */
function trustSentence({ training, spectra }: Findings, method: string): string | null {
  const own = atWidest(training.filter((run) => run.method === method))
  const errors = rungs.flatMap((rung) => {
    const error = rungError(own, rung)
    return error === null || !Number.isFinite(error) ? [] : [{ rung, error }]
  })
  const best = smallest(errors, ({ error }) => error)
  if (!best) return null
  const moved = meanOverTrials(own, (run) => run.laziness)
  const error = kernelOf(spectra, method, 'energy')?.errorToEmpirical ?? null
  const doubts = [
    ...(moved !== null && moved > lazinessThreshold
      ? [`its kernel changed by ${formatNumber(moved)} of its norm while it trained, which no fixed kernel follows`]
      : []),
    ...(error !== null && error > kernelErrorThreshold ? ['the limit kernel is not that of the finite network'] : []),
  ]
  const found = `The training is predicted best by the rung ‘${rungLabels[best.rung].replace(/^\+ /, '')}’, to ${formatPercent(best.error)} of the initial loss`
  return `${found}${doubts.length === 0 ? '; nothing measured here speaks against it' : `, but ${formatList(doubts)}`}.`
}

function methodsList(findings: Findings, setting: Setting, link: FigureLink): Html {
  const here = atSetting(findings, setting)
  const cards = findings.methods.flatMap((method) => {
    const sentences = [
      ['Limit', limitSentence(here, method), 'verdicts'],
      ['Kernel', kernelSentence(here, findings, method, setting.hiddenLayers), 'kernel-error'],
      ['Training', trainingSentence(here, method), 'training'],
      ['Trust', trustSentence(here, method), 'ladder'],
    ] as const
    return [
      html`<div>
        <dt>${methodLabel(method)}</dt>
        <dd>
          ${sentences.flatMap(([name, text, kind]) =>
            text === null ? [] : [html`<p>${link(kind, setting, name)} ${text}</p> `],
          )}
        </dd>
      </div> `,
    ]
  })
  return html`<dl class="facts brief">${cards}</dl> `
}

/** What a reader takes along who reads no further: per method its limit, its kernel, its training, and the trust due to it. */
export const summary = {
  title: 'In short',
  answer: summaryAnswer,
  opening: html``,
  figures: [],
  before: (findings, link) => {
    const { settings } = findings
    const lists = settings.map((setting, i) => {
      const list = methodsList(findings, setting, link)
      if (settings.length === 1) return list
      const name = settingName(findings, setting).join(', ') || `density ${formatSetting(setting.density)}`
      return html`<details class="setting" ${i === 0 ? html`open` : html``}>
        <summary>${name.charAt(0).toUpperCase() + name.slice(1)}</summary>
        ${list}
      </details> `
    })
    return html`${lists}`
  },
} as const satisfies Section
