import type { Command } from 'commander'
import { Option } from 'commander'
import { decodeNpz } from '../data/npz.js'
import { encodeNpy } from '../data/npy.js'
import { FileError } from '../data/file-error.js'
import { chainFromTensors } from '../graphon/chain-file.js'
import type { Activation } from '../network/activation.js'
import { readBytes, requireWritable, writeAtomic } from '../node/files.js'
import { loadData } from '../node/load-data.js'
import { requireMemory } from '../node/memory.js'
import { empiricalNtk } from '../ntk/empirical-ntk.js'
import { graphonNtk } from '../ntk/graphon-ntk.js'
import type { Kernel } from '../ntk/kernel.js'
import { kernelToTensor } from '../ntk/kernel-file.js'
import { readNetwork, requireInputs } from './checkpoint.js'
import { UsageError } from './fail.js'
import { shared } from './options.js'
import { print, printJson, short } from './output.js'
import { startProgress } from './progress.js'
import { useAllCores } from './threads.js'

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
  readonly seed: number
  readonly out: string
  readonly json?: boolean
}

/** The kernel itself in f64, `[C, N, N]`. @throws RangeError when it cannot fit into memory */
function requireKernelMemory(classes: number, samples: number, dataName: string): void {
  const bytes = 8 * classes * samples ** 2
  requireMemory(bytes, `${dataName}: a kernel [${classes}, ${samples}, ${samples}]`, 'use fewer --samples')
}

/** @throws FileError when the kernel left the range of f64 */
function requireFiniteKernel({ n, data }: Kernel, file: string): void {
  const bad = data.findIndex((value) => !Number.isFinite(value))
  if (bad < 0) return
  const place = `[${Math.floor(bad / n) % n}, ${bad % n}]`
  throw new FileError(
    file,
    `expected a kernel within the range of f64, got ${data[bad]} at ${place}; scale the weights or the data down`,
  )
}

function limitKernel(file: string, flags: NtkFlags, onProgress: (share: number) => void): Kernel {
  const { convention, rescale, weights, activation, sigmaW2, sigmaB2 } = flags
  const chain = chainFromTensors(decodeNpz(readBytes(file), file), file)
  const data = loadData(flags.data, flags)
  const inputs = chain.W[0].cols
  if (data.x.cols !== inputs)
    throw new FileError(data.name, `expected ${inputs} inputs per sample as ${file} has, got ${data.x.cols}`)
  if (sigmaW2 && sigmaW2.length !== chain.W.length) {
    throw new UsageError(
      `ntk: expected ${chain.W.length} numbers in --sigma-w2, one per matrix of ${file}, got ${sigmaW2.length}`,
    )
  }
  requireKernelMemory(chain.W[chain.W.length - 1].rows, data.x.rows, data.name)
  useAllCores()
  return graphonNtk(chain, data.x, {
    convention,
    rescale,
    weights,
    onProgress,
    ...(activation && { activation }),
    ...(sigmaW2 && { sigmaW2 }),
    ...(sigmaB2 !== undefined && { sigmaB2 }),
  }).ntk
}

function finiteKernel(file: string, flags: NtkFlags, onProgress: (share: number) => void): Kernel {
  const network = readNetwork(file, flags)
  const data = loadData(flags.data, flags)
  requireInputs(network, data.x.cols, data.name)
  const { sizes } = network.spec
  requireKernelMemory(sizes[sizes.length - 1], data.x.rows, data.name)
  useAllCores()
  return empiricalNtk(network, data.x, { onProgress })
}

function run(file: string, flags: NtkFlags): void {
  requireWritable(flags.out)
  const progress = startProgress('ntk')
  const kernel = (flags.empirical ? finiteKernel : limitKernel)(file, flags, (share) => progress.update(share))
  progress.stop()
  requireFiniteKernel(kernel, file)
  const tensor = kernelToTensor(kernel)
  writeAtomic(flags.out, encodeNpy(tensor))
  const trace = Array.from({ length: kernel.classes }, (_, c) => {
    let sum = 0
    for (let i = 0; i < kernel.n; i++) sum += kernel.data[(c * kernel.n + i) * kernel.n + i]
    return sum
  })
  if (flags.json) printJson({ shape: [...tensor.shape], trace: tensor.shape.length === 2 ? trace[0] : trace })
  else print(`kernel [${tensor.shape.join(', ')}], mean diagonal ${short(trace[0] / kernel.n)} → ${flags.out}`)
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
    .addOption(shared.seed())
    .addOption(shared.out('kernel .npy, float64'))
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn ntk chain.npz --data mnist --samples 256 --out kernel.npy')
    .action(run)
}
