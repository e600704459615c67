const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** A non-negative integer in superscript digits, for names such as W². */
export function superscript(n: number): string {
  return String(n).replaceAll(/\d/g, (digit) => superscripts[Number(digit)])
}

/** An absent or non-finite value, in sentences and tables. */
export const absent = '–'

/** Three significant digits, with a power of ten outside [10⁻³, 10⁵); {@link absent} for null and for non-finite values. */
export function formatNumber(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return absent
  if (value === 0) return '0'
  const sign = value < 0 ? '−' : ''
  const [mantissa, power] = Math.abs(value).toExponential(2).split('e')
  const exponent = Number(power)
  if (exponent < -3 || exponent >= 5) {
    return `${sign}${mantissa} × 10${exponent < 0 ? '⁻' : ''}${superscript(Math.abs(exponent))}`
  }
  return sign + (exponent >= 2 ? String(Number(`${mantissa}e${power}`)) : Math.abs(value).toFixed(2 - exponent))
}

/** Whether two numbers read the same where {@link formatNumber} writes them. */
export function readsEqual(a: number, b: number): boolean {
  return formatNumber(a) === formatNumber(b)
}

/** A spread below this share of its value is rounding of f64, as an exact fit leaves it. */
const rounding = 1e-12

/**
 * A value and its uncertainty, both to the second significant digit of the uncertainty: `0.2041 ± 0.0043`. The value
 * alone where the uncertainty is only that of rounding.
 */
export function formatSpread(value: number | null, spread: number | null): string {
  if (value === null || spread === null || !(spread > 0 && Number.isFinite(spread) && Number.isFinite(value))) {
    return formatNumber(value)
  }
  if (spread <= rounding * Math.abs(value)) return formatNumber(value)
  const digits = 1 - Math.floor(Math.log10(spread))
  if (digits < 0 || digits > 6) return `${formatNumber(value)} ± ${formatNumber(spread)}`
  return `${value.toFixed(digits).replace('-', '−')} ± ${spread.toFixed(digits)}`
}

/** A setting as it was written: the shortest text that means the number. */
export function formatSetting(value: number): string {
  return Number.isFinite(value) ? String(value).replace('-', '−') : absent
}

/** A fraction as a percentage with three significant digits at most and no digit below 0.1 %. */
export function formatPercent(fraction: number | null): string {
  if (fraction === null || !Number.isFinite(fraction)) return absent
  const percent = 100 * fraction
  if (percent !== 0 && Math.abs(percent) < 0.05) return percent < 0 ? '> −0.1 %' : '< 0.1 %'
  return `${percent.toFixed(Math.abs(percent) >= 99.95 || percent === 0 ? 0 : 1).replace('-', '−')} %`
}

/** An integer; from five digits on, its thousands are set apart by a narrow no-break space. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return absent
  const digits = String(Math.round(value))
  return digits.length > 4 ? digits.replaceAll(/\B(?=(\d{3})+$)/g, '\u202f') : digits
}

/** `a`, `a and b`, `a, b and c`. */
export function formatList(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`
}

/** `1 trial`, `3 trials`. */
export function formatPlural(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`
}
