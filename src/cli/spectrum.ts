import type { Command } from 'commander'
import { inFile } from '../data/file-error.js'
import { decodeNpy } from '../data/npy.js'
import { readBytes } from '../node/files.js'
import { kernelMatrix } from '../ntk/kernel.js'
import { kernelFromTensor } from '../ntk/kernel-file.js'
import { spectrum, type SpectrumDocument } from '../spectrum/spectrum.js'
import { shared } from './options.js'
import { print, printJson, short } from './output.js'
import { useAllCores } from './threads.js'

function describe(document: SpectrumDocument): string[] {
  const { n, trace, decay, effectiveRank, entropyRank, gap, topEnergy, conditionNumber, residual } = document
  const show = (value: number | null) => (value === null ? '–' : short(value))
  return [
    `samples            ${n}`,
    `trace              ${short(trace)}`,
    `decay exponent     ${show(decay.alpha)} ± ${show(decay.standardError)} (k = ${show(decay.from)} … ${show(decay.to)})`,
    `effective rank     ${show(effectiveRank)} (trace / λ₁), ${show(entropyRank)} (entropy)`,
    `spectral gap       ${show(gap)} (λ₁ / λ₂)`,
    `top-5 energy       ${show(topEnergy['5'])}`,
    `condition number   ${conditionNumber === null ? 'singular' : short(conditionNumber)}`,
    `residual           ${show(residual)}`,
  ]
}

function run(file: string, { json }: { json?: boolean }): void {
  const kernel = kernelFromTensor(decodeNpy(readBytes(file), file), file)
  useAllCores()
  const documents = Array.from({ length: kernel.classes }, (_, c) =>
    inFile(file, () => spectrum(kernelMatrix(kernel, c))),
  )
  if (json) {
    printJson(documents.length === 1 ? documents[0] : documents)
    return
  }
  documents.forEach((document, c) => {
    if (documents.length > 1) print(`class ${c}`)
    for (const line of describe(document)) print(`  ${line}`)
  })
}

export function addSpectrum(program: Command): void {
  program
    .command('spectrum')
    .summary('eigenvalues and spectral metrics of a kernel')
    .description('All eigenvalues of a kernel, largest first, and the metrics of its spectrum.')
    .argument('<kernel>', 'kernel .npy, [N, N] or [C, N, N]')
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn spectrum kernel.npy --json')
    .action(run)
}
