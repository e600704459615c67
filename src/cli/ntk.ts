import type { Command } from 'commander'
import { Option } from 'commander'
import { requireWritable } from '../node/files.js'
import { planOutput } from './kernel-output.js'
import { finiteKernel, limitKernel, type KernelFlags } from './kernel-task.js'
import { parseClasses, shared } from './options.js'
import { print, printJson, short } from './output.js'
import { startProgress } from './progress.js'
import { useAllCores } from './threads.js'

interface NtkFlags extends KernelFlags {
  readonly empirical?: boolean
  readonly memory?: number
  readonly out: string
  readonly fresh?: boolean
  readonly json?: boolean
}

function run(file: string, flags: NtkFlags): void {
  requireWritable(flags.out)
  const task = (flags.empirical ? finiteKernel : limitKernel)(file, flags)
  const open = planOutput(task, flags.out, flags)
  useAllCores()
  const { done, compute } = open()
  const progress = startProgress('ntk', done)
  const { shape, trace } = compute((share, label) => progress.update(share, label))
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
    .addOption(
      new Option(
        '--fresh',
        'start anew; else a kernel of 64 MiB or more goes on where it was interrupted (<out>.partial)',
      ),
    )
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn ntk chain.npz --data mnist --samples 256 --out kernel.npy')
    .action(run)
}
