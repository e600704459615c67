import { lastSteps, movingThreshold } from '../plot/convergence.js'
import { formatCount, formatList, formatNumber, formatPercent, formatPlural, formatSetting } from '../plot/format.js'
import { limitKernels, measuredErrors } from '../plot/kernel-error.js'
import { matrixLabel, methodLabel } from '../plot/labels.js'
import { atWidest } from '../plot/select.js'
import { formatStepSize, stepSizeFactor } from '../plot/step-sizes.js'
import type { Findings } from '../study/findings.js'
import type { Limitation } from '../prune/limitation.js'
import { meanOverTrials, rowsOf } from './rows.js'

/** Above this relative Frobenius distance a limit kernel is not the kernel of the finite network. */
export const kernelErrorThreshold = 0.3

/** Above this relative change of the empirical NTK, training is not governed by the kernel it began with. */
export const lazinessThreshold = 0.1

/** One thing that the study does not show, and why. */
export interface Limit {
  readonly title: string
  readonly text: string
  /** Whether this study’s own numbers, methods or gaps speak of it; else it holds for every study. */
  readonly isWarning: boolean
}

type Said = Pick<Limit, 'text' | 'isWarning'>
type LimitMaker = (findings: Findings) => Said | null

const holds = (text: string): Said => ({ text, isWarning: false })
const warns = (text: string): Said => ({ text, isWarning: true })

function widthLimit({ widths, provenance }: Findings): Said {
  if (widths.length < 2) {
    return warns(
      `There is one width, ${formatList(widths.map(formatCount))}: no limit can be seen in it, and nothing here says whether the graphons converge.`,
    )
  }
  return holds(
    `Widths go from ${formatCount(Math.min(...widths))} to ${formatCount(Math.max(...widths))}. The distance to the widest network falls for any sequence that stops there, and with ${formatCount(provenance.bins)} bins the sampling noise of a bin falls like 1/n for any graphon; only a successive distance that stays near its noise floor speaks for convergence, and even that only up to the largest width.`,
  )
}

function movingLimit({ convergence }: Findings): Said | null {
  const moving = lastSteps(convergence).filter(({ ratio }) => ratio >= movingThreshold)
  if (moving.length === 0) return null
  const shown = moving.toSorted((a, b) => b.ratio - a.ratio).slice(0, 6)
  const names = shown.map(
    (s) => `${methodLabel(s.method)}’s ${matrixLabel(s.matrix)} (${formatNumber(s.ratio)} floors)`,
  )
  const more = moving.length - shown.length
  return warns(
    `Between the two largest widths ${formatList(more > 0 ? [...names, `${formatCount(more)} more`] : names)} moved by ${movingThreshold} noise floors or more. What is drawn as their graphon is a stage on the way, not a limit, and so are the kernels made of it.`,
  )
}

function trialsLimit({ provenance: { trials } }: Findings): Said {
  if (trials < 2)
    return warns('One network was pruned for each method and width: no spread between networks can be stated.')
  return holds(
    `Means and standard deviations rest on ${formatPlural(trials, 'trial')}; a standard deviation from so few is itself uncertain by about ${formatPercent(1 / Math.sqrt(2 * (trials - 1)))}. Empirical kernels are those of one network each.`,
  )
}

function sortingLimit(): Said {
  return holds(
    'Units are sorted by their degrees, and sorting bends even a constant graphon at its corners: a gentle slope, such as random masks show, is the work of the estimator and not a structure of the mask.',
  )
}

function kernelLimit(findings: Findings): Said {
  const errors = atWidest(
    measuredErrors(findings.spectra).filter(({ kernel }) => limitKernels.some((kind) => kind === kernel)),
  )
  if (errors.length === 0)
    return warns(
      'No empirical kernel was computed, so nothing says how far the limit kernels are from those of real networks.',
    )
  const best = new Map<string, number>()
  for (const { method, items } of rowsOf(findings, errors)) {
    const better = Math.min(...items.map(({ errorToEmpirical }) => errorToEmpirical))
    // Of several settings the worst.
    best.set(method, Math.max(better, best.get(method) ?? 0))
  }
  const list = (entries: readonly (readonly [string, number])[]) =>
    formatList(entries.map(([method, error]) => `${methodLabel(method)} (${formatNumber(error)})`))
  const far = [...best].filter(([, error]) => !(error <= kernelErrorThreshold))
  const width = formatCount(errors[0].width)
  if (far.length === 0) {
    return holds(
      `At width ${width} the better of the two limit kernels is within ${formatSetting(kernelErrorThreshold)} of the empirical one for every method: ${list([...best])}. The rest is finite width and chance; it does not shrink by itself in any other study.`,
    )
  }
  return warns(
    `At width ${width} even the better of the two limit kernels is more than ${formatSetting(kernelErrorThreshold)} away from the empirical one for ${list(far)}: for such networks the Graphon NTK is not the kernel that trains them.`,
  )
}

/** What the criteria say of themselves, methods that say the same together. */
function methodLimits({ limitations }: Findings): Limit[] {
  const same = (a: Limitation, b: Limitation) => a.title === b.title && a.text === b.text
  const kinds = limitations.filter((one, i) => limitations.findIndex((other) => same(other, one)) === i)
  return kinds.map(({ title, text }) => {
    const methods = limitations.filter((one) => same(one, { title, text })).map(({ method }) => methodLabel(method))
    return { title, ...warns(`This holds for ${formatList(methods)}. ${text}`) }
  })
}

function lazinessLimit({ training }: Findings): Said | null {
  const trials = atWidest(training)
  if (trials.length === 0) return null
  const measured = [...new Set(trials.map(({ method }) => method))].flatMap((method) => {
    const own = trials.filter((t) => t.method === method)
    const change = meanOverTrials(own, (t) => t.laziness)
    return change !== null && Number.isFinite(change) ? [{ method, change, step: formatStepSize(own) }] : []
  })
  if (measured.length === 0)
    return warns(
      'The change of the empirical kernel during training was not measured: whether training was lazy, as every prediction here assumes, is unknown.',
    )
  const list = (items: typeof measured) =>
    formatList(
      items.map(({ method, change, step }) => `${methodLabel(method)} (${formatNumber(change)} at step size ${step})`),
    )
  const moved = measured.filter(({ change }) => change > lazinessThreshold)
  if (moved.length === 0)
    return holds(
      `The empirical kernel changed by at most ${formatNumber(Math.max(...measured.map(({ change }) => change)))} of its norm during training; a longer training or a larger step may leave this lazy regime.`,
    )
  return warns(
    `During training the empirical kernel changed by more than ${formatSetting(lazinessThreshold)} of its norm under ${list(moved)}. There features were learned, which no fixed kernel predicts; a small error is then partly luck.`,
  )
}

function stepLimit({ training, protocol }: Findings): Said | null {
  const factor = stepSizeFactor(training)
  if (factor === null || !('share' in protocol.stepSize)) return null
  return warns(
    `Step sizes are not the same: ${formatStepSize(training)}, a factor of ${factor}: each is a share of N/λ_max of its own network’s kernel, so that one with a large kernel takes small steps. What stands after equally many steps compares networks as this rule trains them; at one step size for all (training.learningRate: a number) their order may be another.`,
  )
}

function inputsLimit({ provenance: { inputs } }: Findings): Said {
  return holds(
    `The recursion averages the first layer over masks before the activation, though a unit sees one mask of the ${formatCount(inputs)} inputs. The bias is of order 1/d = ${formatNumber(1 / inputs)} at any width, larger at low densities and for images with many empty pixels.`,
  )
}

function scopeLimit({ provenance: p, densities }: Findings): Said {
  return holds(
    `All this is one data set (${p.data}, ${formatCount(p.samples)} samples), one shape of network with ${p.activation} activation, ${densities.length === 1 ? 'one density' : `${formatCount(densities.length)} densities`} (${formatList(densities.map(formatSetting))}), full-batch gradient descent on a squared loss, and one seed (${p.seed}). Losses are those of the training samples; how well a network generalises does not follow from them.`,
  )
}

const limitsOfMasks = {
  'The limit itself': widthLimit,
  'Graphons that still move': movingLimit,
  'Few trials': trialsLimit,
  'The bend of sorted units': sortingLimit,
  'Limit kernel and real kernel': kernelLimit,
} as const satisfies Record<string, LimitMaker>

const limitsOfTraining = {
  'Lazy training': lazinessLimit,
  'Unequal steps': stepLimit,
  'A finite number of inputs': inputsLimit,
  'One setting': scopeLimit,
} as const satisfies Record<string, LimitMaker>

/** What cannot be concluded from a study, as far as its own numbers and its methods' criteria tell. */
export function studyLimits(findings: Findings): Limit[] {
  const made = (makers: Readonly<Record<string, LimitMaker>>) =>
    Object.entries(makers).flatMap(([title, make]) => {
      const said = make(findings)
      return said === null ? [] : [{ title, ...said }]
    })
  return [...made(limitsOfMasks), ...methodLimits(findings), ...made(limitsOfTraining)]
}
