import { mean } from '../linalg/statistics.js'
import type { Command } from 'commander'
import { Option } from 'commander'
import type { GraphonChain } from '../graphon/chain/chain.js'
import { finiteKernels } from '../node/kernels/finite-kernels.js'
import { limitKernels } from '../node/kernels/limit-kernels.js'
import type { FiniteKernelOptions, LimitKernelOptions } from '../node/kernels/options.js'
import type { ResumedKernel } from '../node/kernels/output.js'
import { kernelFiles, planOutputs } from '../node/kernels/several.js'
import type { KernelTasks } from '../node/kernels/task.js'
import type { WrittenKernel } from '../node/kernels/writer.js'
import { applies } from './applies.js'
import { requireDestination } from './destination.js'
import { commonFacts } from './facts.js'
import { kernelWarnings } from './kernel-warnings.js'
import { limited, refuseIdle, type Facts, type Limit } from './limits.js'
import { parameterizations } from '../network/network.js'
import { parseClasses, parseSizes, shared } from './options.js'
import { print, printJson, say, short } from './output.js'
import { startProgress } from './progress.js'
import { sayReading } from './reading-lines.js'
import { useAllCores } from './threads.js'
import { conventions } from '../ntk/recursion-plan.js'
import { rescales } from '../ntk/rescale.js'
import { sayAll } from './warnings.js'

interface NtkFlags extends LimitKernelOptions, FiniteKernelOptions {
  readonly empirical?: boolean
  readonly memory?: number
  readonly out: string
  readonly force?: boolean
  readonly fresh?: boolean
  readonly json?: boolean
}

/** A kernel whose trace is 0 is zero: nothing is learned, and no spectrum is left. */
function sayZeros(out: string, trace: readonly number[]): void {
  const warnings = kernelWarnings(out, trace.length)
  trace.forEach((sum, c) => {
    if (sum === 0) warnings.add(c, 'is zero: no path is active, or weights and data are too small for float64')
  })
  warnings.say()
}

/** Shape and mean diagonal of a kernel, over all its classes and, where they differ, from the least to the largest. */
function describe({ shape, trace }: WrittenKernel, n: number): string {
  const ofClass = trace.map((sum) => sum / n)
  const [least, most] = [Math.min(...ofClass), Math.max(...ofClass)].map(short)
  const classes = least === most ? '' : ` over ${ofClass.length} classes (${least} … ${most})`
  return `kernel [${shape.join(', ')}], mean diagonal ${short(mean(ofClass))}${classes}`
}

/** What chains say on which the use of options depends. */
function chainFacts(chains: readonly GraphonChain[], files: readonly string[], flags: NtkFlags): Facts {
  const ntkAlone = chains.every(
    ({ network }) => (flags.parameterization ?? network?.parameterization ?? 'ntk') === 'ntk',
  )
  return {
    file: files.join(', '),
    energies: chains.some(({ V }) => V !== undefined),
    ...(ntkAlone && { parameterization: 'ntk' }),
  }
}

/** The kernels that are asked for, once options without effect are refused. */
function kernelsOf(files: readonly string[], flags: NtkFlags, command: Command): KernelTasks {
  const check = (facts: Facts): void => refuseIdle(command, facts)
  return flags.empirical
    ? finiteKernels(files, flags, (checkpoints) => check(commonFacts(checkpoints, files.join(', '))))
    : limitKernels(files, flags, (chains) => check(chainFacts(chains, files, flags)))
}

/** Tells that a part of a kernel is there already. */
export function sayResumed({ folder, firstRow, share, damaged }: ResumedKernel): void {
  if (damaged) {
    const where = `rows ${damaged.from} … ${damaged.to - 1} in ${folder}`
    say(`ntk: ${where} do not have their checksum; they are computed anew, with those after them`)
  }
  if (firstRow > 0) say(`ntk: goes on at ${Math.floor(100 * share)} % from ${folder}`)
}

function run(files: readonly string[], flags: NtkFlags, command: Command): void {
  const outs = kernelFiles(files, flags.out)
  const inputs = [...files, flags.data]
  for (const out of outs) requireDestination({ command: 'ntk', kind: 'kernel', inputs, ...flags, out })
  const several = files.length > 1
  const kernels = kernelsOf(files, flags, command)
  const plans = planOutputs(kernels, outs, { ...flags, onResume: sayResumed })
  kernels.tasks.forEach(({ source, checkpoint, warnings = [], notes = [] }) => {
    if (checkpoint) sayReading(source, checkpoint, flags, { computes: true })
    notes.forEach(say)
    sayAll(warnings, several ? `${source}: ` : '')
  })
  useAllCores()
  const found: WrittenKernel[] = []
  for (const { which, open } of plans) {
    const { done, compute } = open()
    const progress = startProgress(several && which.length === 1 ? `ntk ${outs[which[0]]}` : 'ntk', done)
    const written = compute((share, label) => progress.update(share, label))
    progress.stop()
    which.forEach((t, k) => {
      found[t] = written[k]
      sayZeros(outs[t], found[t].trace)
      if (!flags.json) print(`${describe(written[k], kernels.tasks[t].n)} → ${outs[t]}`)
    })
  }
  if (!flags.json) return
  const documents = found.map(({ shape, trace }, t) => ({
    ...(several && { file: files[t], out: outs[t] }),
    shape,
    trace: shape.length === 2 ? trace[0] : trace,
  }))
  printJson(several ? documents : documents[0])
}

const ofChains: Limit = {
  only: 'on graphon chains, without --empirical',
  when: ({ flags }) => flags['empirical'] !== true,
}

const ofNetworks: Limit = {
  only: 'on networks, with --empirical',
  when: ({ flags }) => flags['empirical'] === true,
}

export function addNtk(program: Command): void {
  program
    .command('ntk')
    .summary('Graphon NTK of a chain, or the empirical NTK of a finite network')
    .description(
      'Tangent kernel on given samples: of the infinitely wide network that follows a graphon chain, or with --empirical of one finite masked network. Of several files on the same samples, small kernels in one pass, each as it is alone.',
    )
    .argument('<files...>', 'graphon chains .npz; with --empirical masks and weights (.safetensors, .npz, .pt)')
    .addOption(new Option('--empirical', 'the kernel of a finite network from its surviving weights'))
    .addOption(shared.data().makeOptionMandatory())
    .addOption(shared.samples())
    .addOption(limited(shared.standardize(), applies.unnamedData))
    .addOption(
      limited(
        new Option('--convention <name>', 'whether the own-layer term carries the density W')
          .choices([...conventions])
          .default('masked'),
        ofChains,
      ),
    )
    .addOption(
      limited(
        new Option('--rescale <how>', 'divide σ_w² by the layer’s density or by each unit’s fan-in')
          .choices([...rescales])
          .default('none'),
        ofChains,
      ),
    )
    .addOption(
      limited(shared.keptWeights('kept: use V when the chain has it; redrawn: V = W'), ofChains, applies.energies),
    )
    .addOption(limited(shared.layers(), ofNetworks))
    .addOption(limited(shared.zeros(), ofNetworks, applies.bare))
    .addOption(
      limited(
        new Option(
          '--parameterization <name>',
          'coordinates of the parameters; default: those of the network that the chain comes from, else ntk',
        ).choices([...parameterizations]),
        ofChains,
      ),
    )
    .addOption(
      limited(
        new Option('--sizes <list>', 'layer sizes d,n_1,…,n_L,C; default: what the chain says').argParser(parseSizes),
        ofChains,
        {
          only: 'in the standard parameterisation, whose kernel knows widths',
          when: ({ facts }) => facts.parameterization !== 'ntk',
        },
      ),
    )
    .addOption(shared.activation())
    .addOption(limited(shared.sigmaW2(), applies.scaled))
    .addOption(limited(shared.sigmaB2(), applies.biases, applies.scaled))
    .addOption(
      new Option('--classes <which>', 'output classes: all, their mean as one kernel, or a list such as 0,3')
        .argParser(parseClasses)
        .default('all'),
    )
    .addOption(shared.memory())
    .addOption(shared.seed())
    .addOption(shared.out('kernel .npy, float64; of several files a folder, where each gets its file’s name'))
    .addOption(shared.force())
    .addOption(
      new Option(
        '--fresh',
        'start anew; else a kernel of 64 MiB or more goes on where it was interrupted (<out>.partial)',
      ),
    )
    .addOption(shared.json())
    .addHelpText(
      'after',
      '\nExample:\n  limn ntk chain.npz --data mnist --samples 256 --out kernel.npy\n  limn ntk snip.npz synflow.npz --data mnist --samples 256 --out kernels/',
    )
    .action(run)
}
