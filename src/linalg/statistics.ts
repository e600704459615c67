/** Σ x / n, summed in order; NaN of none. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]
  return sum / values.length
}

/** √(Σ x² / n); NaN of none. */
export function rootMeanSquare(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i]
  return Math.sqrt(sum / values.length)
}

/** Mean, and standard deviation with the divisor n − 1, which is 0 for one value. */
export function meanAndSd(values: ArrayLike<number>): { readonly mean: number; readonly sd: number } {
  const centre = mean(values)
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += (values[i] - centre) ** 2
  return { mean: centre, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 }
}
