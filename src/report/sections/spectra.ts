import { formatCount, formatNumber, formatSpread } from '../../plot/format.js'
import { kernelLabels } from '../../plot/labels.js'
import { atWidest } from '../../plot/select.js'
import { spectralMetrics } from '../../spectrum/metrics.js'
import type { Findings } from '../../study/findings.js'
import { html, table, type Html } from '../html.js'
import { names } from '../rows.js'
import { spectraAnswer } from '../answers/spectra.js'
import type { Section } from './section.js'

/** Kernels that are zero, or have negative eigenvalues that rounding does not explain; nothing when there are none. */
export function spectraWarnings(findings: Findings): Html {
  const found = atWidest(findings.spectra).flatMap((item) => {
    if (item.warning === null) return []
    const where = names<typeof item>(findings).map(({ title, isName, value }) =>
      isName ? value(item) : `${title} ${value(item)}`,
    )
    return [html`<li>The ${kernelLabels[item.kernel]} of ${where.join(', ')} ${item.warning}.</li> `]
  })
  return found.length === 0
    ? html``
    : html`<ul>
        ${found}
      </ul> `
}

/** All metrics of all kernels at the widest networks. */
function spectraTable(findings: Findings): Html {
  const rows = atWidest(findings.spectra)
  if (rows.length === 0) return html``
  return table(
    `Spectral metrics, width ${formatCount(rows[0].width)}`,
    [
      ...names<(typeof rows)[number]>(findings),
      { title: 'kernel', isName: true, value: ({ kernel }) => kernelLabels[kernel].replace(' NTK', '\u00a0NTK') },
      { title: 'trace', value: ({ trace }) => formatNumber(trace) },
      { title: 'λ₁', value: ({ eigenvalues }) => formatNumber(eigenvalues.at(0) ?? null) },
      { title: 'λ₁ / λ₂', value: ({ gap }) => formatNumber(gap) },
      { title: spectralMetrics.topEnergy.label, value: ({ top5Energy }) => formatNumber(top5Energy) },
      { title: spectralMetrics.effectiveRank.label, value: ({ effectiveRank }) => formatNumber(effectiveRank) },
      { title: spectralMetrics.entropyRank.label, value: ({ entropyRank }) => formatNumber(entropyRank) },
      {
        title: 'decay α',
        value: ({ alpha, alphaStandardError }) => formatSpread(alpha, alphaStandardError),
      },
      { title: spectralMetrics.conditionNumber.label, value: ({ conditionNumber }) => formatNumber(conditionNumber) },
      { title: 'target alignment', value: ({ targetAlignment }) => formatNumber(targetAlignment) },
      { title: 'distance to empirical', value: ({ errorToEmpirical }) => formatNumber(errorToEmpirical) },
      ...[...new Set(rows.flatMap(({ metrics = {} }) => Object.keys(metrics)))].map((name) => ({
        title: name,
        value: ({ metrics }: (typeof rows)[number]) => formatNumber(metrics?.[name] ?? null),
      })),
    ],
    rows,
  )
}

/** The top of spectra on many samples; nothing where the study has no such section. */
function manyTable(findings: Findings): Html {
  const rows = findings.topSpectra
  if (rows.length === 0) return html``
  return table(
    `Top of the ${kernelLabels[rows[0].kernel]}’s spectrum on ${formatCount(rows[0].samples)} samples, width ${formatCount(rows[0].width)}`,
    [
      ...names<(typeof rows)[number]>(findings),
      { title: 'trace / N', value: ({ trace, samples }) => formatNumber(trace / samples) },
      { title: 'λ₁ / N', value: ({ eigenvalues, samples }) => formatNumber(eigenvalues[0] / samples) },
      { title: 'λ₁ / λ₂', value: ({ gap }) => formatNumber(gap) },
      { title: spectralMetrics.topEnergy.label, value: ({ top5Energy }) => formatNumber(top5Energy) },
      { title: spectralMetrics.effectiveRank.label, value: ({ effectiveRank }) => formatNumber(effectiveRank) },
      { title: 'decay α of these', value: ({ alpha, alphaStandardError }) => formatSpread(alpha, alphaStandardError) },
      { title: 'eigenvalues', value: ({ eigenvalues }) => formatCount(eigenvalues.length) },
      { title: 'largest residual / λ₁', value: ({ residual }) => formatNumber(residual) },
    ],
    rows,
  )
}

export const spectra = {
  title: 'Spectra and metrics',
  answer: spectraAnswer,
  opening: html`<p>
    The <em>Graphon NTK</em> is the tangent kernel of the infinitely wide network whose connections follow the graphons;
    the <em>energy</em> Graphon NTK also knows how large the surviving weights are; the <em>empirical</em> NTK is that
    of one finite pruned network, and the <em>dense</em> NTK that of the unpruned infinite one. The trace sets the speed
    of learning, the normalised spectrum its shape.
  </p>`,
  figures: ['kernel-error', 'spectra', 'metrics', 'many-spectra'],
  after: (findings) => html`${spectraTable(findings)}${spectraWarnings(findings)}${manyTable(findings)}`,
} as const satisfies Section
