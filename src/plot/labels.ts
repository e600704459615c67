import { criteria, criterionNames } from '../prune/criteria.js'
import { spectralMetrics, type SpectralMetricName } from '../spectrum/metrics.js'
import type { KernelKind, Rung } from '../study/findings.js'
import { superscript } from './format.js'

/** The name of a pruning method as its authors write it; a method unknown here keeps its own name. */
export function methodLabel(method: string): string {
  const known = criterionNames.find((name) => name === method)
  return known ? criteria[known].label : method
}

/** The name of a spectral metric at the head of a panel. */
export function metricTitle(name: SpectralMetricName): string {
  const { label } = spectralMetrics[name]
  return label.charAt(0).toUpperCase() + label.slice(1)
}

export const kernelLabels = {
  dense: 'dense NTK',
  graphon: 'Graphon NTK',
  energy: 'energy Graphon NTK',
  empirical: 'empirical NTK',
} as const satisfies Record<KernelKind, string>

export const rungLabels = {
  scale: 'scale',
  shape: '+ shape',
  weights: '+ weights',
  'finite-width': '+ finite width',
} as const satisfies Record<Rung, string>

/** The kernel that predicts on each rung of the explanation ladder. */
export const rungKernels = {
  scale: 'dense NTK × path density',
  shape: 'Graphon NTK',
  weights: 'energy Graphon NTK',
  'finite-width': 'empirical NTK of the finite network',
} as const satisfies Record<Rung, string>

/** `W²` for weight matrix l = 2. */
export function matrixLabel(l: number, letter: 'W' | 'V' = 'W'): string {
  return letter + superscript(l)
}
