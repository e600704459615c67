/** Which of the two kernels of the limit. */
export type LimitKernelName = 'ntk' | 'nngp'

export const limitKernelNames = ['ntk', 'nngp'] as const satisfies readonly LimitKernelName[]

/** One kernel's entries of a panel, by class; equal classes share one array. */
export interface PanelEntries {
  /** `[last − first, n − first]`: rows first … last − 1, columns first … n − 1. Its leading square is symmetric. */
  readonly right: readonly Float64Array[]
  /** `[n − last, last − first]`: rows last … n − 1, columns first … last − 1, the mirror image of what `right` has beyond its square. */
  readonly below: readonly Float64Array[]
}

/**
 * A piece of symmetric n × n kernels: rows first … last − 1 from the diagonal on and, mirrored, the same columns from the
 * diagonal on. The panels of a kernel, first = 0, …, last = n, cover every entry exactly once.
 */
export interface KernelPanel {
  readonly n: number
  readonly classes: number
  readonly first: number
  readonly last: number
  /** The kernels that were asked for. */
  readonly entries: Readonly<Partial<Record<LimitKernelName, PanelEntries>>>
}

/**
 * Writes one class of a panel to where it belongs in the row-major n × n kernel: `put(at, values)` for every run of
 * consecutive entries, `at` being the index i · n + j of the first. Runs come in the order of their places.
 *
 * @example
 * import { empiricalNtkPanels, createSpec, initialize, matrixOf, placePanel } from 'limn'
 *
 * const network = initialize(createSpec({ sizes: [2, 8, 1] }), 1)
 * const whole = new Float64Array(9)
 * empiricalNtkPanels(network, matrixOf([[1, 0], [0, 1], [1, 1]]), {}, (panel) => {
 *   placePanel(panel, panel.entries.ntk!, 0, (at, values) => whole.set(values, at))
 * })
 * console.log(whole[1] === whole[3], whole.every((entry) => entry !== 0)) // true true
 */
export function placePanel(
  { n, first, last }: KernelPanel,
  { right, below }: PanelEntries,
  c: number,
  put: (at: number, values: Float64Array) => void,
): void {
  const width = n - first
  const height = last - first
  // Whole rows follow one another.
  if (first === 0) put(0, right[c])
  for (let r = 0; first > 0 && r < height; r++) {
    put((first + r) * n + first, right[c].subarray(r * width, (r + 1) * width))
  }
  for (let r = 0; r < n - last; r++) put((last + r) * n + first, below[c].subarray(r * height, (r + 1) * height))
}

/** Rows of panels in multiples of this, where memory allows: whole cache lines. */
const rowUnit = 8

/**
 * How many rows a panel from row `first` on may have, so that it takes at most `entries` numbers for each class and kernel;
 * at least 1.
 */
export function panelRows(n: number, first: number, entries: number): number {
  const width = n - first
  // h rows take h · width + h · (width − h) numbers.
  const rows = entries >= width * width ? width : Math.floor(width - Math.sqrt(width * width - entries))
  if (rows >= width) return width
  return rows >= rowUnit ? rows - (rows % rowUnit) : Math.max(1, rows)
}
