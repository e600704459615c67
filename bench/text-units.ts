/** Seconds in a unit that keeps the number readable, three digits. */
export function duration(seconds: number): string {
  if (seconds >= 1) return `${seconds.toPrecision(3)} s`
  return seconds >= 1e-3 ? `${(1000 * seconds).toPrecision(3)} ms` : `${(1e6 * seconds).toPrecision(3)} µs`
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}

/** Three digits, without an exponent. */
export function factor(ratio: number): string {
  return ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(3)
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** A case's floor, or a dash where it has none. */
export function floorText(floor: number | undefined): string {
  return floor === undefined ? '–' : `${floor} ×`
}

/** A share in per cent. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}
