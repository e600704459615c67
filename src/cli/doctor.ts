import { availableParallelism, cpus, totalmem } from 'node:os'
import type { Command } from 'commander'
import { loadSharedKernels, supportedKernelBuilds } from '../linalg/kernels.js'
import { measurePeak } from '../linalg/peak.js'
import { mnistFolder } from '../node/samples/mnist.js'
import { availableMemory, freeMemory } from '../node/files/memory.js'
import { version } from '../version.js'
import { shared } from './options.js'
import { oneLine } from './fail.js'
import { print, printJson, short } from './output.js'

const gibibytes = (bytes: number) => bytes / 2 ** 30

function mnist(): { found: boolean; where: string } {
  try {
    return { found: true, where: mnistFolder() }
  } catch (error) {
    return { found: false, where: oneLine(error) }
  }
}

function run({ json }: { json?: boolean }): void {
  const builds = supportedKernelBuilds()
  const data = mnist()
  const facts = {
    limn: version,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    cores: cpus().length,
    processor: cpus().at(0)?.model.trim() ?? 'unknown',
    memoryGiB: gibibytes(totalmem()),
    memoryLimitGiB: availableMemory() < totalmem() ? gibibytes(availableMemory()) : null,
    freeMemoryGiB: gibibytes(freeMemory()),
    kernelBuild: builds.at(0) ?? null,
    kernelBuilds: builds,
    threads: availableParallelism(),
    sharedMemoryGiB: builds.length > 0 ? gibibytes(loadSharedKernels().kernels.maximumMemory) : null,
    gflops: builds.length > 0 ? { f32: measurePeak('f32'), f64: measurePeak('f64') } : null,
    mnist: data,
  }
  if (json) {
    printJson(facts)
    return
  }
  const { gflops } = facts
  print(`limn ${version} on Node ${facts.node}, ${facts.platform}`)
  print(`  processor   ${facts.cores} × ${facts.processor}`)
  const limit = facts.memoryLimitGiB === null ? '' : `, ${short(facts.memoryLimitGiB)} GiB of it allowed`
  print(`  memory      ${short(facts.memoryGiB)} GiB${limit}, ${short(facts.freeMemoryGiB)} GiB free`)
  print(`  kernels     ${facts.kernelBuild ?? 'none: this engine has no WebAssembly SIMD'}`)
  if (facts.sharedMemoryGiB !== null) {
    print(`  threads     ${facts.threads} share one kernel memory of at most ${short(facts.sharedMemoryGiB)} GiB`)
  }
  if (gflops)
    print(
      `  speed       ${short(gflops.f32)} GFLOP/s f32, ${short(gflops.f64)} GFLOP/s f64 (dense product, one thread)`,
    )
  print(`  mnist       ${data.found ? data.where : data.where}`)
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('what this machine offers')
    .description('Reports the engine, processor, memory, kernel build, measured speed, and whether MNIST is at hand.')
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn doctor')
    .action(run)
}
