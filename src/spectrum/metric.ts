import { entryProblem } from '../data/open-table.js'

/** What a spectral metric may look at. */
export interface Spectrum {
  /** Largest first; negative ones, from rounding or an indefinite kernel, included. */
  readonly eigenvalues: ArrayLike<number>
  /** Order of the kernel; more than there are eigenvalues when only the largest are known. Default: all are. */
  readonly n?: number
  /** Sum of the kernel's diagonal. */
  readonly trace: number
  /** λ_n, or the lowest value known not to be below it where not all are known. Default: the last eigenvalue. */
  readonly smallest?: number
  /** How far eigenvalues may be off by the errors of the entries: `EntryPrecision.error`. Default 0. */
  readonly error?: number
  /** Largest ‖Θ v_k − λ_k v_k‖₂, relative to λ₁. Default 0. */
  readonly residual?: number
}

/** What a metric measures: a number, or a record of numbers. Null where it is not defined; never NaN. */
export type MetricValue = number | null | Readonly<Record<string, number | null>>

/** A number, or a record of numbers, that describes a spectrum. Null where it is not defined; never NaN. */
export interface SpectralMetric<Value = unknown> {
  /** Short and stable: the key in documents and tables. */
  readonly name: string
  /** For tables and figures. */
  readonly label: string
  /** One line: formula and range. */
  readonly description: string
  readonly measure: (spectrum: Spectrum) => Value
  /** Why {@link measure} gives null, or a record with nulls, in words; undefined when it does not. */
  readonly reason: (spectrum: Spectrum) => string | undefined
}

/** Order of the kernel. */
export const orderOf = ({ eigenvalues, n = eigenvalues.length }: Spectrum): number => n

/** Whether all eigenvalues are known; a metric that needs them is null otherwise. */
export const isComplete = (spectrum: Spectrum): boolean => spectrum.eigenvalues.length === orderOf(spectrum)

/** What keeps a value, such as a module's export, from being a {@link SpectralMetric}; undefined for one. */
export const metricProblem = (value: unknown): string | undefined =>
  entryProblem(value, 'a spectral metric', {
    name: 'string',
    label: 'string',
    description: 'string',
    measure: 'function',
    reason: 'function',
  })
