import type { Command } from 'commander'
import { Option } from 'commander'
import { FileError, inFile } from '../data/file-error.js'
import { isModulePath } from '../data/module-path.js'
import { defaultKernels } from '../linalg/kernels.js'
import { openKernel } from '../node/kernels/reader.js'
import { gigabytes, requireFreeMemory } from '../node/files/memory.js'
import { loadMetric } from '../node/files/load-own.js'
import type { SpectralMetric } from '../spectrum/metric.js'
import {
  metricParts,
  spectralMetricNames,
  spectralMetrics,
  type Measurements,
  type SpectralMetricName,
} from '../spectrum/metrics.js'
import { spectrum, type SpectrumDocument } from '../spectrum/spectrum.js'
import { needsAll, topSpectrum, topSpectrumMemory } from '../spectrum/top-spectrum.js'
import { kernelWarnings } from './kernel-warnings.js'
import { parseCount, refuse, shared } from './options.js'
import { print, printJson, short } from './output.js'
import { startProgress } from './progress.js'
import { useAllCores } from './threads.js'

interface SpectrumFlags {
  readonly top?: number
  /** Paths of modules. */
  readonly metric?: readonly string[]
  readonly json?: boolean
}

/** Numbers of f64 that the whole decomposition with vectors and their residuals takes at a time, in units of n². */
const wholeMatrices = 7
/** How many of these are in the memory of a WebAssembly instance. */
const kernelMatrices = 4

/** The first part of a reason; the whole of it is in the warnings and in the JSON document. */
const inShort = (reason: string | undefined): string => `– (${(reason ?? '').split(':')[0]})`

/** α with its error and range, or why there is none. */
function decayLine({ decay: { alpha, standardError, from, to }, reasons }: SpectrumDocument): string {
  if (alpha === null) return inShort(reasons.decay)
  const range = `k = ${from} … ${to}`
  return standardError === null
    ? `${short(alpha)} (${range}; ${reasons.decay})`
    : `${short(alpha)} ± ${short(standardError)} (${range})`
}

const label = (name: SpectralMetricName): string => spectralMetrics[name].label.padEnd(18)

/** Metrics that have a line of their own shape. */
const shaped: readonly string[] = [
  'decay',
  'effectiveRank',
  'entropyRank',
  'rank',
  'gap',
  'topEnergy',
  'conditionNumber',
] satisfies readonly SpectralMetricName[]

/** All other metrics of the table, and those of modules: a line for each number. */
function others(document: SpectrumDocument, own: readonly SpectralMetric[]): string[] {
  const values: Measurements = { ...document, ...document.metrics }
  const reasons: Readonly<Record<string, string>> = document.reasons
  return [...Object.values(spectralMetrics), ...own].flatMap(({ name, label }) =>
    shaped.includes(name)
      ? []
      : metricParts(label, values[name]).map(
          ([part, value]) => `${part.padEnd(18)} ${value === null ? inShort(reasons[name]) : short(value)}`,
        ),
  )
}

function describe(document: SpectrumDocument, own: readonly SpectralMetric[], top?: number): string[] {
  const { n, trace, effectiveRank, entropyRank, rank, gap, topEnergy, conditionNumber, residual, floor } = document
  const { eigenvalues, dtype, reasons } = document
  const known = (name: keyof typeof reasons, value: number | null, ending = '') =>
    value === null ? inShort(reasons[name]) : short(value) + ending
  const ranks =
    reasons.effectiveRank !== undefined && reasons.effectiveRank === reasons.entropyRank
      ? known('effectiveRank', effectiveRank)
      : `${known('effectiveRank', effectiveRank)} (trace / λ₁), ${known('entropyRank', entropyRank)} (entropy)`
  const above = rank === null ? `more than ${eigenvalues.length}` : String(rank)
  return [
    `samples            ${n}`,
    ...(top === undefined ? [] : [`eigenvalues        ${eigenvalues.map(short).join(' ')}`]),
    `trace              ${short(trace)}`,
    `floor              ${short(floor)} (${dtype}); ${above} of ${n} eigenvalues above it`,
    `${label('decay')} ${decayLine(document)}`,
    `${label('effectiveRank')} ${ranks}`,
    `${label('gap')} ${known('gap', gap, ' (λ₁ / λ₂)')}`,
    `${label('topEnergy')} ${known('topEnergy', topEnergy['5'])}`,
    `${label('conditionNumber')} ${known('conditionNumber', conditionNumber)}`,
    ...others(document, own),
    `residual           ${short(residual)}`,
  ]
}

/** The metrics of modules. @throws FileError when one is none, or two have one name */
async function loadMetrics(paths: readonly string[]): Promise<SpectralMetric[]> {
  const own: SpectralMetric[] = []
  for (const path of paths) {
    const { entry } = await loadMetric(path)
    if (own.some(({ name }) => name === entry.name)) {
      throw new FileError(path, `expected a name of its own, got '${entry.name}', which another module has`)
    }
    own.push(entry)
  }
  return own
}

async function run(file: string, { top, metric, json }: SpectrumFlags): Promise<void> {
  const own = await loadMetrics(metric ?? [])
  const kernel = openKernel(file)
  const { n, classes } = kernel
  if (top !== undefined && top > n) throw new FileError(file, `expected --top from 1 to its ${n} samples, got ${top}`)
  if (top === undefined || needsAll(n, top)) {
    const what = `${file}: all eigenvalues of a kernel of ${n} samples`
    const remedy = 'use --top 50 for the largest alone, or fewer samples'
    requireFreeMemory(8 * wholeMatrices * n * n, what, remedy)
    if (8 * kernelMatrices * n * n > 2 ** 32) {
      throw new RangeError(
        `${what}: expected at most 4 GiB of kernel memory, got ${gigabytes(8 * kernelMatrices * n * n)}; ${remedy}`,
      )
    }
  } else {
    const what = `${file}: ${top} eigenvalues of a kernel of ${n} samples`
    requireFreeMemory(topSpectrumMemory(n, top), what, 'use a smaller --top or fewer samples')
  }
  useAllCores()
  const kernels = defaultKernels()
  const progress = startProgress('spectrum')
  const warnings = kernelWarnings(file, classes)
  const documents = Array.from({ length: classes }, (_, c) => {
    const matrix = kernel.matrix(c)
    const precision = kernel.precision?.(c)
    const options = { kernels, ...(precision && { precision }), ...(own.length > 0 && { metrics: own }) }
    const document = inFile(file, () =>
      top === undefined ? spectrum(matrix, options) : topSpectrum(matrix, { top, ...options }),
    )
    if (precision) warnings.addPrecision(c, precision)
    for (const text of document.warnings) warnings.add(c, text)
    if (c + 1 < classes) progress.update((c + 1) / classes, `class ${c + 1} of ${classes}`)
    return document
  })
  progress.stop()
  kernel.close()
  warnings.say()
  if (json) {
    printJson(documents.length === 1 ? documents[0] : documents)
    return
  }
  documents.forEach((document, c) => {
    if (documents.length > 1) print(`class ${c}`)
    for (const line of describe(document, own, top)) print(`  ${line}`)
  })
}

function parseMetric(text: string): string {
  if (isModulePath(text)) return text
  const printed = spectralMetricNames.some((name) => name === text) ? `; ${text} is always measured` : ''
  return refuse('the path of a module such as ./my-metric.js', text, printed)
}

export function addSpectrum(program: Command): void {
  program
    .command('spectrum')
    .summary('eigenvalues and spectral metrics of a kernel')
    .description(
      'Eigenvalues of a kernel, largest first, and the metrics of its spectrum; all of them, or with --top the largest of a large kernel by block Lanczos.',
    )
    .argument('<kernel>', 'kernel .npy, [N, N] or [C, N, N]')
    .addOption(
      new Option('--top <k>', 'the k largest eigenvalues alone; metrics that need all are null').argParser(parseCount),
    )
    .addOption(
      new Option(
        '--metric <module>',
        'a metric of your own beside these: a module such as ./my-metric.js; may be given several times',
      ).argParser((text, before?: readonly string[]) => [...(before ?? []), parseMetric(text)]),
    )
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn spectrum kernel.npy --json')
    .action(run)
}
