import { metrics } from '../../plot/metrics.js'
import type { Findings, SpectrumFinding } from '../../study/findings.js'
import { differs, pairedDifference } from './paired.js'
import type { Standing } from './training.js'

/** How one metric of a kernel orders methods, held against their losses after training. */
export interface MetricOrder {
  readonly title: string
  /** Whether more of the metric goes with a lower loss. */
  readonly isHigherBetter: boolean
  /** Pairs of methods in the order of their losses, at the better of both directions. */
  readonly agreeing: number
}

export interface OrderedPairs {
  readonly pairs: number
  /** Pairs that were left out, because seeds differ more than the methods. */
  readonly tied: number
  /** The metrics that have a number for every method, the best first. */
  readonly orders: readonly MetricOrder[]
}

/**
 * Holds every metric of the table against training: of each pair of methods whose losses can be told apart (or of which
 * one seed knows only one order), does the metric order them so?
 *
 * @param ranked methods by their loss after training, the lowest first
 * @param spectra one kernel for each of them
 */
export function metricOrders(ranked: readonly Standing[], spectra: readonly SpectrumFinding[]): OrderedPairs {
  const all = ranked.flatMap((better, i) => ranked.slice(i + 1).map((worse) => ({ better, worse })))
  const told = all.filter(
    ({ better, worse }) => differs(pairedDifference(better.losses, worse.losses)) !== false && better.loss < worse.loss,
  )
  const orders = Object.values(metrics).flatMap(({ title, value }) => {
    const numbers = new Map(spectra.map((item) => [item.method, value(item)]))
    const of = ({ method }: Standing) => numbers.get(method) ?? NaN
    if (!ranked.every((one) => Number.isFinite(of(one)))) return []
    const higher = told.filter(({ better, worse }) => of(better) > of(worse)).length
    const lower = told.filter(({ better, worse }) => of(better) < of(worse)).length
    return [{ title, isHigherBetter: higher >= lower, agreeing: Math.max(higher, lower) }]
  })
  return { pairs: told.length, tied: all.length - told.length, orders: orders.sort((a, b) => b.agreeing - a.agreeing) }
}

/** The spectra of one kind of kernel at the width of the trained networks. */
export function spectraOfTrained({ spectra, training }: Findings, kind: SpectrumFinding['kernel']): SpectrumFinding[] {
  const width = Math.max(...training.map((run) => run.width))
  return spectra.filter((item) => item.kernel === kind && item.width === width)
}
