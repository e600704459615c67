import type { Command } from 'commander'
import { Option } from 'commander'
import { FileError, inFile } from '../data/file-error.js'
import { defaultKernels } from '../linalg/kernels.js'
import { openKernel } from '../node/kernel-reader.js'
import { gigabytes, requireFreeMemory } from '../node/memory.js'
import { spectrum, type SpectrumDocument } from '../spectrum/spectrum.js'
import { needsAll, topSpectrum, topSpectrumMemory } from '../spectrum/top-spectrum.js'
import { parseCount, shared } from './options.js'
import { print, printJson, short } from './output.js'
import { startProgress } from './progress.js'
import { useAllCores } from './threads.js'

interface SpectrumFlags {
  readonly top?: number
  readonly json?: boolean
}

/** Numbers of f64 that the whole decomposition with vectors and their residuals takes at a time, in units of n². */
const wholeMatrices = 7
/** How many of these are in the memory of a WebAssembly instance. */
const kernelMatrices = 4

function describe(document: SpectrumDocument, top?: number): string[] {
  const { n, trace, decay, effectiveRank, entropyRank, gap, topEnergy, conditionNumber, residual } = document
  const part = document.eigenvalues.length < n
  const show = (value: number | null) => (value === null ? '–' : short(value))
  const needs = (value: number | null, count: number) =>
    value === null && document.eigenvalues.length < Math.min(n, count)
      ? `– (needs ${count < n ? `${count} eigenvalues` : 'all eigenvalues'})`
      : show(value)
  const condition = conditionNumber === null && !part ? 'singular' : needs(conditionNumber, n)
  return [
    `samples            ${n}`,
    ...(top === undefined ? [] : [`eigenvalues        ${document.eigenvalues.map(short).join(' ')}`]),
    `trace              ${short(trace)}`,
    `decay exponent     ${show(decay.alpha)} ± ${show(decay.standardError)} (k = ${show(decay.from)} … ${show(decay.to)})`,
    `effective rank     ${show(effectiveRank)} (trace / λ₁), ${needs(entropyRank, n)} (entropy)`,
    `spectral gap       ${needs(gap, 2)} (λ₁ / λ₂)`,
    `top-5 energy       ${needs(topEnergy['5'], 5)}`,
    `condition number   ${condition}`,
    `residual           ${show(residual)}`,
  ]
}

function run(file: string, { top, json }: SpectrumFlags): void {
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
  const documents = Array.from({ length: classes }, (_, c) => {
    const matrix = kernel.matrix(c)
    const document = inFile(file, () =>
      top === undefined ? spectrum(matrix, { kernels }) : topSpectrum(matrix, { top, kernels }),
    )
    if (c + 1 < classes) progress.update((c + 1) / classes, `class ${c + 1} of ${classes}`)
    return document
  })
  progress.stop()
  kernel.close()
  if (json) {
    printJson(documents.length === 1 ? documents[0] : documents)
    return
  }
  documents.forEach((document, c) => {
    if (documents.length > 1) print(`class ${c}`)
    for (const line of describe(document, top)) print(`  ${line}`)
  })
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
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn spectrum kernel.npy --json')
    .action(run)
}
