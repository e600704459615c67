import { formatCount, formatList, formatNumber, formatPlural, readsEqual } from '../../plot/format.js'
import { limitKernels, measuredErrors } from '../../plot/kernel-error.js'
import { kernelLabels, methodLabel } from '../../plot/labels.js'
import { atWidest, largest, methodsOf, smallest } from '../../plot/select.js'
import type { Findings } from '../../study/findings.js'
import { listWith, nothing, overSettings, type Answer, type Conclusion } from './answer.js'
import { metricOrders, spectraOfTrained, type MetricOrder } from './metric-order.js'
import { standings } from './training.js'

/** How far the limit kernel that knows most is from the finite network's, and whether width brings it nearer. */
function concludeDistance(findings: Findings): Conclusion {
  const all = measuredErrors(findings.spectra)
  const kind = limitKernels.findLast((kernel) => all.some((item) => item.kernel === kernel))
  if (!kind) {
    const gist = 'no kernel of a finite network was computed'
    return nothing(gist, 'No kernel of a finite network was computed that the limits could be held against.')
  }
  const items = all.filter((item) => item.kernel === kind)
  const last = atWidest(items)
  const methods = methodsOf(findings, last)
  const widths = items.map((item) => item.width)
  const [narrowest, widest] = [Math.min(...widths), Math.max(...widths)]
  const distanceOf = (method: string, at: number) =>
    items.find((item) => item.method === method && item.width === at)?.errorToEmpirical
  const trends = methods.flatMap((method) => {
    const [a, b] = [distanceOf(method, narrowest), distanceOf(method, widest)]
    if (narrowest === widest || a === undefined || b === undefined) return []
    const trend = readsEqual(a, b) ? 'stays' : b < a ? 'falls' : 'rises'
    const numbers = trend === 'stays' ? formatNumber(b) : `${formatNumber(a)} to ${formatNumber(b)}`
    return [{ name: methodLabel(method), trend, numbers }]
  })
  const unmeasured = findings.methods.filter((method) => !trends.some(({ name }) => name === methodLabel(method)))
  const [near, far] = [smallest(last, (s) => s.errorToEmpirical), largest(last, (s) => s.errorToEmpirical)]
  const label = kernelLabels[kind]
  const width = formatCount(last[0].width)
  const range =
    !near || !far || readsEqual(near.errorToEmpirical, far.errorToEmpirical)
      ? `${formatNumber(last[0].errorToEmpirical)} away from that of the finite network for ${formatList(methods.map(methodLabel))}`
      : `${formatNumber(near.errorToEmpirical)} (${methodLabel(near.method)}) to ${formatNumber(far.errorToEmpirical)} (${methodLabel(far.method)}) away from that of the finite network`
  const opening = `At width ${width} the ${label} is ${range}, relative to its norm`
  if (trends.length === 0) {
    const why = narrowest === widest ? 'one width cannot tell' : 'no method was measured at both ends, to tell'
    return {
      gist: `${why} whether limit kernels come nearer`,
      sentences: [`${opening}; ${why} whether that falls.`],
    }
  }
  const groups = (['falls', 'stays', 'rises'] as const).flatMap((trend) => {
    const own = trends.filter((one) => one.trend === trend)
    return own.length > 0 ? [{ trend, own }] : []
  })
  const told = groups.map(
    ({ trend, own }) => `${trend} for ${listWith(own.map(({ name, numbers }) => ({ name, note: numbers })))}`,
  )
  const names = (own: typeof trends) => formatList(own.map(({ name }) => name))
  const missing =
    unmeasured.length > 0 ? `; for ${formatList(unmeasured.map(methodLabel))} it was not measured at both widths` : ''
  return {
    gist: `the distance of the ${label} to the finite network’s ${formatList(groups.map(({ trend, own }) => `${trend} with width for ${names(own)}`))}`,
    sentences: [
      `${opening}.`,
      `From width ${formatCount(narrowest)} to ${formatCount(widest)} that distance ${told.join('; it ')}${missing}. It is of one network at each width, so that chance is in it.`,
    ],
  }
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))

const unknown = (sentence: string): Conclusion => nothing('there is no order for a metric to match', sentence)

/** Which metric orders the methods as training did. */
function concludeOrder(findings: Findings): Conclusion {
  const ranked = standings(findings)
  if (ranked.length === 0) return unknown('Nothing was trained that metrics of the spectrum could be held against.')
  if (ranked.length < 3) {
    const count = ranked.length === 1 ? 'One method was' : 'Two methods were'
    return unknown(`${count} trained: too few to tell a metric that orders methods as training does from chance.`)
  }
  const kind = limitKernels.findLast((kernel) => spectraOfTrained(findings, kernel).length > 0)
  if (!kind)
    return unknown('At the width of the trained networks there is no limit kernel whose metrics could order them.')
  const { pairs, tied, orders } = metricOrders(ranked, spectraOfTrained(findings, kind))
  if (orders.length === 0) return unknown('No metric has a number for every method that was trained.')
  if (pairs === 0)
    return unknown('No two methods’ losses can be told apart, so that there is no order for a metric to match.')
  const seed =
    new Set(atWidest(findings.training).map(({ trial }) => trial)).size === 1 ? ' by the one seed there is' : ''
  const known = `${tied > 0 ? 'the' : 'all'} ${formatPlural(pairs, 'pair')} of methods${tied > 0 ? ' whose losses can be told apart' : ''}`
  const trained = `the ${formatPlural(ranked.length, 'method')} that were trained`
  const best = orders.filter(({ agreeing }) => agreeing === orders[0].agreeing)
  const listed = formatList(best.map(nameOf))
  const of = `Of ${formatPlural(orders.length, 'metric')} of the ${kernelLabels[kind]}`
  if (orders[0].agreeing < pairs) {
    const nearest =
      best.length <= 2
        ? `${best.length === 1 ? 'comes' : 'come'} ${listed}`
        : `come ${formatCount(best.length)} of them`
    return {
      gist: `no metric of the limit kernel orders ${trained} as training does`,
      sentences: [
        `${of} none puts the methods in the order of their losses after training${seed}; nearest ${nearest}, right in ${formatCount(orders[0].agreeing)} of ${tied > 0 ? known : formatPlural(pairs, 'pair')}.`,
      ],
    }
  }
  const chance =
    tied > 0
      ? ''
      : `; a metric that means nothing does so for ${formatCount(ranked.length)} methods in one of ${formatCount(factorial(ranked.length) / 2)} cases`
  const all =
    best.length === orders.length && best.length > 1 ? `all put` : `${listed} put${best.length === 1 ? 's' : ''}`
  return {
    gist: `${best.length <= 2 ? listed : `${formatCount(best.length)} of ${formatPlural(orders.length, 'metric')}`} of the limit kernel order${best.length === 1 ? 's' : ''} ${trained} as training does`,
    sentences: [`${of} ${all} ${known} in the order of their losses after training${seed}${chance}.`],
  }
}

const nameOf = ({ title, isHigherBetter }: MetricOrder): string =>
  `${title.charAt(0).toLowerCase()}${title.slice(1)} (${isHigherBetter ? 'larger' : 'smaller'}: lower loss)`

/** How near limit kernels are to finite networks’, and which of their metrics foretells training. */
export function spectraAnswer(findings: Findings): Answer {
  if (findings.spectra.length === 0) return ['No kernel was computed.']
  const [order] = overSettings(findings, concludeOrder)
  return [...overSettings(findings, concludeDistance), order]
}
