import type { Findings, KernelKind, SpectrumFinding } from '../study/findings.js'
import { logChannel, methodChannels, widthChannel } from './encode.js'
import type { Figure } from './figure.js'
import { formatCount, formatList, formatNumber } from './format.js'
import { kernelLabels, methodLabel } from './labels.js'
import { atWidest, largest, smallest } from './select.js'
import { panelTitle } from './theme.js'
import { figureSpec, type Panel } from './spec.js'

/** The kernels of pruned networks at infinite width, each knowing more than the one before. The dense kernel lacks the path density and is far from every pruned network's: its distance says nothing of the limit. */
export const limitKernels = ['graphon', 'energy'] as const satisfies readonly KernelKind[]

type Measured = SpectrumFinding & { readonly errorToEmpirical: number }

/** Limit kernels whose distance to the empirical kernel was measured. */
export function measuredErrors(spectra: readonly SpectrumFinding[]): Measured[] {
  return spectra.filter(
    (item): item is Measured =>
      item.kernel !== 'empirical' && item.errorToEmpirical !== null && Number.isFinite(item.errorToEmpirical),
  )
}

/** For which method the best limit kernel is close to the finite network's, and for which it is far. */
export function kernelErrorSentence(spectra: readonly SpectrumFinding[]): string {
  const all = measuredErrors(spectra)
  const kind = limitKernels.findLast((k) => all.some((item) => item.kernel === k))
  const mine = atWidest(all.filter((item) => item.kernel === kind))
  const near = smallest(mine, (s) => s.errorToEmpirical)
  const far = largest(mine, (s) => s.errorToEmpirical)
  if (!kind || !near || !far) return 'No empirical kernel was computed.'
  const opening = `At width ${formatCount(near.width)}, the ${kernelLabels[kind]} is within ${formatNumber(near.errorToEmpirical)} (relative, Frobenius) of the finite network’s kernel for ${methodLabel(near.method)}`
  return near === far
    ? `${opening}.`
    : `${opening}, the closest, and ${formatNumber(far.errorToEmpirical)} away for ${methodLabel(far.method)}, the farthest.`
}

/** Relative distance of each limit kernel to the empirical kernel, against width. */
export function kernelErrorFigure(findings: Findings): Figure | null {
  const items = measuredErrors(findings.spectra).filter(
    ({ kernel, errorToEmpirical }) => errorToEmpirical > 0 && limitKernels.some((kind) => kind === kernel),
  )
  const kinds = limitKernels.filter((kind) => items.some((item) => item.kernel === kind))
  if (kinds.length === 0) return null
  const widths = findings.widths.filter((width) => items.some((item) => item.width === width))
  const { color, shape, strokeDash } = methodChannels(findings.methods)
  const values = items.map(({ errorToEmpirical }) => errorToEmpirical)
  const panel = (kind: (typeof limitKernels)[number], i: number): Panel => ({
    title: panelTitle(kernelLabels[kind]),
    width: 330,
    height: 230,
    data: {
      values: items
        .filter((item) => item.kernel === kind)
        .map((item) => ({ method: methodLabel(item.method), width: item.width, error: item.errorToEmpirical })),
    },
    encoding: {
      x: widthChannel(widths),
      y: { field: 'error', ...logChannel(values, i === 0 ? 'relative Frobenius distance' : null) },
    },
    layer: [
      { mark: { type: 'line' }, encoding: { color, strokeDash } },
      { mark: { type: 'point', filled: true, size: 60, opacity: 1 }, encoding: { color, shape } },
    ],
  })
  return {
    id: 'kernel-error',
    title: 'How far each limit kernel is from the finite network’s',
    sentence: kernelErrorSentence(findings.spectra),
    description: `Relative Frobenius distance to the empirical kernel against width for ${formatList(kinds.map((kind) => kernelLabels[kind]))}.`,
    spec: figureSpec({
      title: 'How far each limit kernel is from the finite network’s kernel',
      spacing: 18,
      hconcat: kinds.map(panel),
    }),
  }
}
