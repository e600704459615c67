import { formatNumber } from '../plot/format.js'

/** Two bounds, or one number where they read alike. */
export const formatInterval = (lower: number, upper: number): string =>
  formatNumber(lower) === formatNumber(upper) ? formatNumber(upper) : `${formatNumber(lower)} … ${formatNumber(upper)}`
