import type { Machine } from './machine.js'
import type { CaseResult, Growth, LargeResult, LibraryResult } from './results.js'
import { duration, factor, floorText, mebibytes, percent, table } from './text-units.js'

/** Whether the floor, if there is one, is reached, can be, or cannot. */
function verdict({ ratio, floor, bound }: CaseResult): string {
  if (floor === undefined || ratio === undefined || bound?.ratio === undefined) return '–'
  if (ratio >= floor) return 'reached'
  if (bound.productsRatio! < floor) return 'out of reach: the least products or bytes alone take longer'
  if (bound.ratio < floor) return 'out of reach with duals of this speed'
  return 'open'
}

/** Least times of every case at the speeds of the run. */
export function boundTable(cases: readonly CaseResult[]): string {
  const time = (seconds: number) => (seconds === 0 ? '–' : duration(seconds))
  const rows = cases.flatMap((result) => {
    const { name, bound, limn, floor } = result
    if (!bound) return []
    const { native, products, duals, bytes, seconds, share, ratio } = bound
    return [
      [
        name,
        ...[native, products, duals, bytes].map(time),
        `**${duration(seconds)}**`,
        duration(limn.median),
        percent(share),
        ratio === undefined ? '–' : `${factor(ratio)} ×`,
        floorText(floor),
        verdict(result),
      ],
    ]
  })
  const head = ['case', 'arithmetic, native', 'arithmetic, limn', 'duals', 'bytes', 'bound', 'limn', 'share of bound']
  return table([...head, 'ratio at the bound', 'floor', 'verdict'], rows)
}

const fullSize = 2048

/** JavaScript's eigensolvers, with what a cubic law makes of their largest measured size. */
export function librariesTable(libraries: readonly LibraryResult[], cases: readonly CaseResult[]): string {
  const full = cases.find(({ name, parameters }) => name === 'eigenvectors' && parameters['samples'] === fullSize)
  const rows = libraries.map(({ name, sizes, limn, library, ratio, check, problem }) => {
    const last = sizes.length - 1
    if (ratio === undefined) return [name, 'did not run', '', '', '', '', problem?.split('\n')[0] ?? '–']
    const cubic = library[last] * (fullSize / sizes[last]) ** 3
    const beyond = full ? ` (${factor(cubic / full.limn.median)} ×)` : ''
    return [
      name,
      sizes.map((n, i) => `${n}: ${duration(library[i])}`).join(', '),
      sizes.map((n, i) => `${n}: ${duration(limn[i])}`).join(', '),
      `**${factor(ratio)} ×** at ${sizes[last]}`,
      sizes[last] >= fullSize ? '–' : `≈ ${duration(cubic)}${beyond}`,
      check ? check.difference.toExponential(1) : '–',
      problem === undefined ? '' : `ended: ${problem.split('\n')[0]}`,
    ]
  })
  const head = ['library', 'its time at n', 'limn, full decomposition', 'ratio']
  return table([...head, `extrapolated by n³ to ${fullSize}, not measured`, '|λ − λ′| / λ₁', ''], rows)
}

/** Exponents of time, with the points that they are fitted to. */
export function growthTable(scaling: readonly Growth[]): string {
  const rows = scaling.map(({ name, along, fixed, values, seconds, peakBytes, exponent }) => [
    name,
    along,
    Object.entries(fixed)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ') || '–',
    `${exponent.slope.toFixed(2)} ± ${exponent.standardError.toFixed(2)}`,
    values.map((value, i) => `${value}: ${duration(seconds[i])}`).join(', '),
    mebibytes(peakBytes[peakBytes.length - 1]),
  ])
  return table(['case', 'along', 'with', 'exponent ± standard error', 'best times', 'memory at the end'], rows)
}

export function largeTable(large: LargeResult): string {
  const { samples, bins, hiddenLayers, classes, top, kernelSeconds, eigenSeconds, residual, peakBytes } = large
  return table(
    [
      'N',
      'bins',
      'hidden layers',
      'classes',
      'Graphon NTK',
      `top ${top} eigenvalues of a class`,
      'largest residual / λ₁',
      'memory',
    ],
    [
      [
        ...[samples, bins, hiddenLayers, classes].map(String),
        ...[duration(kernelSeconds), duration(eigenSeconds), residual.toExponential(1), mebibytes(peakBytes)],
      ],
    ],
  )
}

const GiB = 2 ** 30

/** Bytes that grow with the square of N, and what they must fit into. */
const memories = [
  { what: '`graphonNtk`, ten classes: Θ and K', perSquare: 160, within: 'machine' },
  { what: '`graphonNtkPanels`: one class of Θ kept, the others passed on', perSquare: 8, within: 'machine' },
  { what: '`symmetricEigen`, eigenvalues', perSquare: 8, within: 'kernel' },
  { what: '`symmetricEigen`, with vectors', perSquare: 40, within: 'kernel' },
  { what: '`topEigenpairs`', perSquare: 4, within: 'kernel' },
] as const

/** The largest N by the bytes that each function documents. */
export function memoryTable({ memoryGiB }: Machine): string {
  const rows = memories.map(({ what, perSquare, within }) => {
    const limit = within === 'kernel' ? 4 : memoryGiB
    return [
      what,
      `${perSquare} N² bytes`,
      within === 'kernel' ? 'the 4 GiB that a kernel instance addresses' : `the machine's ${memoryGiB} GiB`,
      String(Math.floor(Math.sqrt((limit * GiB) / perSquare) / 100) * 100),
    ]
  })
  return table(['function', 'grows like', 'within', 'N at the end'], rows)
}
