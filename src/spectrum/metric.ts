/** What a spectral metric may look at. */
export interface Spectrum {
  /** Largest first; negative ones, from rounding or an indefinite kernel, included. */
  readonly eigenvalues: ArrayLike<number>
  /** Order of the kernel; more than there are eigenvalues when only the largest are known. Default: all are. */
  readonly n?: number
  /** Sum of the kernel's diagonal. */
  readonly trace: number
}

/** A number, or a record of numbers, that describes a spectrum. Null where it is not defined; never NaN. */
export interface SpectralMetric<Value> {
  /** For tables and figures. */
  readonly label: string
  /** One line: formula and range. */
  readonly description: string
  readonly measure: (spectrum: Spectrum) => Value
}

/** Order of the kernel. */
export const orderOf = ({ eigenvalues, n = eigenvalues.length }: Spectrum): number => n

/** Whether all eigenvalues are known; a metric that needs them is null otherwise. */
export const isComplete = (spectrum: Spectrum): boolean => spectrum.eigenvalues.length === orderOf(spectrum)

/** Eigenvalues up to this are rounding errors of a kernel of n samples: n · 2^-52 · λ₁. */
export function roundingLevel(spectrum: Spectrum): number {
  const { eigenvalues } = spectrum
  return orderOf(spectrum) * 2 ** -52 * Math.max(0, eigenvalues.length > 0 ? eigenvalues[0] : 0)
}
