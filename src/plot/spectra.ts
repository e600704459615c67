import { kernelKinds, type Findings, type SpectrumFinding } from '../study/findings.js'
import { logChannel, seriesChannels } from './encode.js'
import type { Figure, Row } from './figure.js'
import { formatCount, formatList, formatNumber } from './format.js'
import { kernelLabels, methodLabel } from './labels.js'
import { kernelStyles } from './palette.js'
import { atWidest, largest, methodsOf, smallest } from './select.js'
import { panelTitle } from './theme.js'
import { figureSpec, type Panel } from './spec.js'

/** Below this fraction of λ₁ an eigenvalue is rounding error. */
const relativeFloor = 1e-12

/** At most about `limit` ranks out of 1 … n, evenly spaced on a logarithmic axis, with both ends. */
export function logRanks(n: number, limit = 90): number[] {
  const ranks = new Set<number>()
  for (let i = 0; i < limit; i++) ranks.add(Math.round(n ** (i / (limit - 1))))
  return [...ranks].filter((k) => k >= 1 && k <= n)
}

interface Pair {
  readonly method: string
  readonly width: number
  readonly factor: number
}

/** λ₁ of kernel `kind` divided by λ₁ of the reference kernel, per method. */
function largestEigenvalueRatios(items: readonly SpectrumFinding[], kind: string, reference: string): Pair[] {
  return items
    .filter((item) => item.kernel === kind)
    .flatMap(({ method, width, eigenvalues }) => {
      const other = items.find((item) => item.method === method && item.kernel === reference && item.width === width)
      const factor = eigenvalues[0] / (other?.eigenvalues[0] ?? Number.NaN)
      return factor > 0 && Number.isFinite(factor) ? [{ method, width, factor }] : []
    })
}

/** How far the largest eigenvalue of the limit is from the finite network's, by method. */
export function spectraSentence(items: readonly SpectrumFinding[]): string {
  for (const [kind, reference] of [
    ['energy', 'empirical'],
    ['graphon', 'empirical'],
    ['graphon', 'dense'],
  ] as const) {
    const pairs = largestEigenvalueRatios(items, kind, reference)
    const off = ({ factor }: Pair) => Math.abs(Math.log(factor))
    const far = largest(pairs, off)
    const near = smallest(pairs, off)
    if (!far || !near) continue
    const subject = `the largest eigenvalue of the ${kernelLabels[kind]} is ${formatNumber(near.factor)} times that of the ${kernelLabels[reference]} for ${methodLabel(near.method)}`
    const contrast =
      far === near
        ? ''
        : ` and ${formatNumber(far.factor)} times for ${methodLabel(far.method)}, nearest to and farthest from 1`
    return `At width ${formatCount(near.width)}, ${subject}${contrast}.`
  }
  return 'There are no two kernels whose spectra could be compared.'
}

/** Eigenvalues against rank, log–log: one panel per method, one line per kernel, at the widest networks. */
export function spectraFigure(findings: Findings): Figure | null {
  const items = atWidest(findings.spectra)
  const methods = methodsOf(findings, items)
  const kinds = kernelKinds.filter((kind) => items.some((item) => item.kernel === kind))
  const rowsOf = (method: string): Row[] =>
    items
      .filter((item) => item.method === method)
      .flatMap(({ kernel, eigenvalues }) =>
        logRanks(eigenvalues.length)
          .map((k) => ({ kernel: kernelLabels[kernel], k, lambda: eigenvalues[k - 1] }))
          .filter(({ lambda }) => Number.isFinite(lambda) && lambda > 0 && lambda > relativeFloor * eigenvalues[0]),
      )
  const data = methods.map(rowsOf)
  const values = data.flat().map((row) => row['lambda'] as number)
  if (values.length === 0) return null
  const styles = kinds.map((kind) => kernelStyles[kernelKinds.indexOf(kind)])
  const { lineColor: color, lineDash: strokeDash } = seriesChannels(
    'kernel',
    kinds.map((kind) => kernelLabels[kind]),
    styles,
  )
  const ranks = logChannel([1, Math.max(...items.map(({ eigenvalues }) => eigenvalues.length))], 'rank k')
  const perRow = methods.length <= 3 ? methods.length : methods.length === 4 ? 2 : 3
  const panel = (method: string, i: number): Panel => ({
    title: panelTitle(methodLabel(method)),
    width: 250,
    height: 190,
    data: { values: data[i] },
    mark: { type: 'line', strokeWidth: 2 },
    encoding: {
      x: { field: 'k', ...ranks },
      y: { field: 'lambda', ...logChannel(values, i % perRow === 0 ? 'k-th eigenvalue λ' : null) },
      color,
      strokeDash,
    },
  })
  return {
    id: 'spectra',
    title: 'Kernel spectra',
    sentence: spectraSentence(items),
    description: `Eigenvalues against rank on logarithmic axes for ${formatList(kinds.map((kind) => kernelLabels[kind]))}, one panel for each of ${formatList(methods.map(methodLabel))}.`,
    spec: figureSpec({
      title: `Kernel spectra: eigenvalues against rank, width ${formatCount(items[0].width)}`,
      columns: perRow,
      spacing: 18,
      concat: methods.map(panel),
    }),
  }
}
