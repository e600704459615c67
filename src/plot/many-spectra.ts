import type { Findings, TopSpectrumFinding } from '../study/findings.js'
import { logChannel, seriesChannels } from './encode.js'
import type { Figure, Row } from './figure.js'
import { formatCount, formatList, formatNumber } from './format.js'
import { kernelLabels, methodLabel } from './labels.js'
import { kernelStyles } from './palette.js'
import { methodsOf } from './select.js'
import { logRanks } from './spectra.js'
import { figureSpec, type Panel } from './spec.js'
import { panelTitle } from './theme.js'

/** The same kernel on few samples, those of all spectra of the study; undefined where it was not computed. */
const onFew = ({ spectra }: Findings, top: TopSpectrumFinding) =>
  spectra.find(({ method, width, kernel }) => method === top.method && width === top.width && kernel === top.kernel)

/** What many samples change, over the methods. */
export function manySpectraSentence(findings: Findings): string {
  const [{ samples, kernel }] = findings.topSpectra
  const fewer = findings.provenance.samples
  const changes = findings.topSpectra.flatMap((top) => {
    const few = onFew(findings, top)
    const [now, before] = [top.eigenvalues[0] / samples, (few?.eigenvalues[0] ?? Number.NaN) / fewer]
    return now > 0 && before > 0 ? [{ method: top.method, factor: now / before }] : []
  })
  const where = `On ${formatCount(samples)} samples the largest eigenvalue of the ${kernelLabels[kernel]}, divided by their number, is`
  if (changes.length === 0) {
    const values = findings.topSpectra.map(
      ({ method, eigenvalues }) => `${formatNumber(eigenvalues[0] / samples)} for ${methodLabel(method)}`,
    )
    return `${where} ${formatList(values)}.`
  }
  const factors = changes.map(({ method, factor }) => `${formatNumber(factor)} times for ${methodLabel(method)}`)
  return `${where} that on ${formatCount(fewer)} samples ${formatList(factors)}: it is an eigenvalue of the same integral operator, known better.`
}

/** Eigenvalues over N against rank on few and on many samples, one panel for each method. */
export function manySpectraFigure(findings: Findings): Figure | null {
  const methods = methodsOf(findings, findings.topSpectra)
  if (methods.length === 0) return null
  const names = [findings.provenance.samples, findings.topSpectra[0].samples].map((n) => `${formatCount(n)} samples`)
  const rowsOf = (method: string): Row[] =>
    findings.topSpectra
      .filter((top) => top.method === method)
      .flatMap((top) => {
        const few = onFew(findings, top)
        const line = (name: string, eigenvalues: readonly number[], n: number): Row[] =>
          logRanks(eigenvalues.length)
            .map((k) => ({ samples: name, k, lambda: eigenvalues[k - 1] / n }))
            .filter(({ lambda }) => lambda > 0)
        const shown = few ? few.eigenvalues.slice(0, top.eigenvalues.length) : []
        return [...line(names[0], shown, findings.provenance.samples), ...line(names[1], top.eigenvalues, top.samples)]
      })
  const data = methods.map(rowsOf)
  const values = data.flat().map((row) => row['lambda'] as number)
  if (values.length === 0) return null
  const { lineColor: color, lineDash: strokeDash } = seriesChannels('samples', names, [
    kernelStyles[2],
    kernelStyles[1],
  ])
  const ranks = logChannel([1, Math.max(...findings.topSpectra.map(({ eigenvalues }) => eigenvalues.length))], 'rank k')
  const perRow = methods.length <= 3 ? methods.length : methods.length === 4 ? 2 : 3
  const { kernel, samples, width } = findings.topSpectra[0]
  return {
    id: 'many-spectra',
    title: 'The top of the spectrum on many samples',
    sentence: manySpectraSentence(findings),
    description: `The largest eigenvalues divided by the number of samples against rank on logarithmic axes, on ${names.join(' and on ')}, one panel for each of ${formatList(methods.map(methodLabel))}.`,
    spec: figureSpec({
      title: `Top of the ${kernelLabels[kernel]}’s spectrum, ${formatCount(samples)} samples, width ${formatCount(width)}`,
      columns: perRow,
      spacing: 18,
      concat: methods.map((method, i): Panel => ({
        title: panelTitle(methodLabel(method)),
        width: 250,
        height: 190,
        data: { values: data[i] },
        mark: { type: 'line', strokeWidth: 2 },
        encoding: {
          x: { field: 'k', ...ranks },
          y: { field: 'lambda', ...logChannel(values, i % perRow === 0 ? 'k-th eigenvalue over N' : null) },
          color,
          strokeDash,
        },
      })),
    }),
  }
}
