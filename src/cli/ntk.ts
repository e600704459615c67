import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { Option } from 'commander'
import { decodeNpz } from '../data/npz.js'
import { FileError } from '../data/file-error.js'
import type { GraphonChain } from '../graphon/chain.js'
import { chainFromTensors } from '../graphon/chain-file.js'
import type { Activation } from '../network/activation.js'
import { readBytes, requireWritable } from '../node/files.js'
import { loadData } from '../node/load-data.js'
import { empiricalNtkPanels, leastEmpiricalMemory } from '../ntk/empirical-ntk.js'
import { graphonNtkPanels } from '../ntk/graphon-ntk.js'
import { readNetwork, requireInputs } from './checkpoint.js'
import { UsageError } from './fail.js'
import { planOutput, type KernelTask } from './kernel-output.js'
import { parseClasses, shared, type ClassChoice } from './options.js'
import { print, printJson, short } from './output.js'
import { startProgress } from './progress.js'
import { useAllCores } from './threads.js'

/** What a process and its threads take before the first panel: tiles, code, weights of the chain. */
const fixedMemory = 2 ** 28
/** Panels in memory at a time: the one at hand, and one that waits to be collected. */
const panelCopies = 2

interface NtkFlags {
  readonly empirical?: boolean
  readonly data: string
  readonly samples?: number
  readonly standardize?: boolean
  readonly convention: 'masked' | 'variance'
  readonly rescale: 'none' | 'layer' | 'fan-in'
  readonly weights: 'kept' | 'redrawn'
  readonly activation?: Activation
  readonly sigmaW2?: number[]
  readonly sigmaB2?: number
  readonly classes: ClassChoice
  readonly memory?: number
  readonly seed: number
  readonly out: string
  readonly json?: boolean
}

/** Positions of the file's classes that were asked for. @throws UsageError when there is no such class */
function chosenClasses(choice: ClassChoice, classes: number, file: string): readonly number[] | 'mean' {
  if (choice === 'mean') return choice
  if (choice === 'all') return Array.from({ length: classes }, (_, c) => c)
  const missing = choice.find((c) => c >= classes)
  if (missing === undefined) return choice
  throw new UsageError(`ntk: expected --classes from 0 to ${classes - 1} as ${file} has ${classes}, got ${missing}`)
}

/** Whether all classes have the same rows in the last matrix, so that one kernel is all there is. */
function classesAgree({ W, V }: GraphonChain): boolean {
  return [W, V ?? W].every((matrices) => {
    const { cols, data } = matrices[matrices.length - 1]
    return data.every((value, k) => value === data[k % cols])
  })
}

function limitKernel(file: string, flags: NtkFlags, onProgress: (share: number) => void): KernelTask {
  const { convention, rescale, weights, activation, sigmaW2, sigmaB2 } = flags
  const chain = chainFromTensors(decodeNpz(readBytes(file), file), file)
  const classes = chosenClasses(flags.classes, chain.W[chain.W.length - 1].rows, file)
  const { x, name } = loadData(flags.data, flags)
  const inputs = chain.W[0].cols
  if (x.cols !== inputs) throw new FileError(name, `expected ${inputs} inputs per sample as ${file} has, got ${x.cols}`)
  if (sigmaW2 && sigmaW2.length !== chain.W.length) {
    throw new UsageError(
      `ntk: expected ${chain.W.length} numbers in --sigma-w2, one per matrix of ${file}, got ${sigmaW2.length}`,
    )
  }
  const n = x.rows
  const taken = classes !== 'mean' && classesAgree(chain) ? classes.slice(0, 1) : classes
  const count = taken === 'mean' ? 1 : taken.length
  // Samples laid out anew, before and in kernel memory; variances and their roots; the diagonal.
  const positions = chain.W.reduce((sum, { rows }) => sum + rows, 0)
  const fixed = fixedMemory + 16 * n * inputs + 16 * n * positions + 8 * n * count
  return {
    source: file,
    classes: count,
    n,
    least: fixed + panelCopies * 16 * n * count,
    run(memory, sink) {
      const options = {
        kernelNames: ['ntk'],
        classes: taken,
        memory: Math.max(16 * n * count, Math.floor((memory - fixed) / panelCopies)),
        convention,
        rescale,
        weights,
        onProgress,
        ...(activation && { activation }),
        ...(sigmaW2 && { sigmaW2 }),
        ...(sigmaB2 !== undefined && { sigmaB2 }),
      } as const
      graphonNtkPanels(chain, x, options, sink)
    },
  }
}

function finiteKernel(file: string, flags: NtkFlags, onProgress: (share: number) => void): KernelTask {
  const network = readNetwork(file, flags)
  const { sizes } = network.spec
  const classes = chosenClasses(flags.classes, sizes[sizes.length - 1], file)
  const { x, name } = loadData(flags.data, flags)
  requireInputs(network, x.cols, name)
  return {
    source: file,
    classes: classes === 'mean' ? 1 : classes.length,
    n: x.rows,
    least: leastEmpiricalMemory(network, x.rows, classes, availableParallelism()),
    run: (memory, sink) => empiricalNtkPanels(network, x, { classes, memory, onProgress }, sink),
  }
}

function run(file: string, flags: NtkFlags): void {
  requireWritable(flags.out)
  const progress = startProgress('ntk')
  const task = (flags.empirical ? finiteKernel : limitKernel)(file, flags, (share) => progress.update(share))
  const compute = planOutput(task, flags.out, flags.memory)
  useAllCores()
  const { shape, trace } = compute()
  progress.stop()
  if (flags.json) printJson({ shape, trace: shape.length === 2 ? trace[0] : trace })
  else print(`kernel [${shape.join(', ')}], mean diagonal ${short(trace[0] / task.n)} → ${flags.out}`)
}

export function addNtk(program: Command): void {
  program
    .command('ntk')
    .summary('Graphon NTK of a chain, or the empirical NTK of a finite network')
    .description(
      'Tangent kernel on given samples: of the infinitely wide network that follows a graphon chain, or with --empirical of one finite masked network.',
    )
    .argument('<file>', 'graphon chain .npz; with --empirical masks and weights .safetensors')
    .addOption(new Option('--empirical', 'the kernel of a finite network from its surviving weights'))
    .addOption(shared.data().makeOptionMandatory())
    .addOption(shared.samples())
    .addOption(shared.standardize())
    .addOption(
      new Option('--convention <name>', 'whether the own-layer term carries the density W')
        .choices(['masked', 'variance'])
        .default('masked'),
    )
    .addOption(
      new Option('--rescale <how>', 'divide σ_w² by the layer’s density or by each unit’s fan-in')
        .choices(['none', 'layer', 'fan-in'])
        .default('none'),
    )
    .addOption(
      new Option('--weights <which>', 'kept: use V when the chain has it; redrawn: V = W')
        .choices(['kept', 'redrawn'])
        .default('kept'),
    )
    .addOption(shared.activation())
    .addOption(shared.sigmaW2())
    .addOption(shared.sigmaB2())
    .addOption(
      new Option('--classes <which>', 'output classes: all, their mean as one kernel, or a list such as 0,3')
        .argParser(parseClasses)
        .default('all'),
    )
    .addOption(shared.memory())
    .addOption(shared.seed())
    .addOption(shared.out('kernel .npy, float64'))
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn ntk chain.npz --data mnist --samples 256 --out kernel.npy')
    .action(run)
}
