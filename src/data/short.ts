/** A number with three significant digits. */
export function short(value: number): string {
  return value === 0
    ? '0'
    : Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3
      ? value.toExponential(2)
      : String(Number(value.toPrecision(3)))
}
