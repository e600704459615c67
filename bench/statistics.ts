/** The middle value; of an even number, the mean of the two in the middle. @throws RangeError when there is none */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('median: expected at least one value, got none')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** A fitted slope with its standard error, which is 0 when two points leave nothing to estimate it from. */
export interface Fit {
  readonly slope: number
  readonly standardError: number
}

/** Exponent p of y ∝ x^p by least squares of log y on log x. @throws RangeError when there are fewer than two points */
export function fittedExponent(x: readonly number[], y: readonly number[]): Fit {
  if (!(x.length >= 2 && x.length === y.length)) {
    throw new RangeError(`fittedExponent: expected two or more points, got ${x.length} and ${y.length}`)
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [u, v] = [x.map(Math.log), y.map(Math.log)]
  const [meanU, meanV] = [mean(u), mean(v)]
  const spread = u.reduce((sum, value) => sum + (value - meanU) ** 2, 0)
  const slope = u.reduce((sum, value, i) => sum + (value - meanU) * (v[i] - meanV), 0) / spread
  const rest = u.reduce((sum, value, i) => sum + (v[i] - meanV - slope * (value - meanU)) ** 2, 0)
  const standardError = x.length > 2 ? Math.sqrt(rest / (x.length - 2) / spread) : 0
  return { slope, standardError }
}
