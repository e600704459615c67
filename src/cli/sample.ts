import type { Command } from 'commander'
import { Option } from 'commander'
import { FileError } from '../data/file-error.js'
import { sampleMasks } from '../graphon/sample/sample.js'
import type { Activation } from '../network/activation.js'
import { drawNetwork } from '../graphon/sample/draw-network.js'
import { networkToTensors } from '../network/checkpoint.js'
import { originToMetadata } from '../network/context-json.js'
import { density, totalDensity } from '../network/mask.js'
import { pathWarnings } from '../network/paths.js'
import { writeAtomic } from '../node/files/files.js'
import { assumed, readChain } from '../node/files/read-chain.js'
import { bytesPerWeight, requireMemory } from '../node/files/memory.js'
import { encodeNetwork, requireStorable } from '../node/files/store-network.js'
import { applyMasks } from '../prune/prune.js'
import { version } from '../version.js'
import { applies } from './applies.js'
import { requireDestination } from './destination.js'
import { limited, refuseIdle } from './limits.js'
import { parseSizes, shared } from './options.js'
import { print, printJson, say, short } from './output.js'
import { type WeightChoice } from '../network/weight-choice.js'
import { sayAll } from './warnings.js'

interface SampleFlags {
  readonly sizes: readonly number[]
  readonly fixedDensity: boolean
  readonly seed: number
  readonly activation?: Activation
  readonly weights: WeightChoice
  readonly out: string
  readonly force?: boolean
  readonly json?: boolean
}

function run(file: string, flags: SampleFlags, command: Command): void {
  const { sizes, fixedDensity, seed, activation, weights, out, json } = flags
  requireDestination({ command: 'sample', kind: 'network', inputs: [file], ...flags })
  const entries = sizes.slice(1).reduce((sum, size, i) => sum + size * sizes[i], 0)
  requireMemory(bytesPerWeight * entries, `sample: --sizes ${sizes.join(',')}`, 'use smaller layers')
  requireStorable('sample', sizes)
  const chain = readChain(file, { activation })
  refuseIdle(command, { file, energies: chain.V !== undefined })
  const [inputs, classes] = [chain.W[0].cols, chain.W[chain.W.length - 1].rows]
  const fits = sizes.length === chain.W.length + 1 && sizes[0] === inputs && sizes[sizes.length - 1] === classes
  if (!fits) {
    const widths = chain.measures.map((_, l) => `n_${l + 1}`)
    const expected = [inputs, ...widths, classes].join(',')
    throw new FileError(file, `expected --sizes ${expected} for this chain, got ${sizes.join(',')}`)
  }
  const masks = sampleMasks(chain, sizes.slice(1, -1), seed, { fixedDensity })
  assumed(file, chain, { activation, parameterization: 'ntk' }).forEach(say)
  const network = drawNetwork(chain, sizes, seed, { activation, weights })
  const origin = { method: 'graphon-sample', density: totalDensity(masks), seed, limn: version }
  const { tensors, metadata } = networkToTensors(applyMasks(network, masks), originToMetadata(origin))
  writeAtomic(out, encodeNetwork(out, { tensors, metadata }))
  sayAll(pathWarnings(masks))
  const layers = masks.map((mask) => ({
    shape: [mask.rows, mask.cols],
    kept: mask.kept,
    density: density(mask),
  }))
  if (json) {
    printJson({ sizes, fixedDensity, seed, density: totalDensity(masks), layers })
    return
  }
  const drawn = chain.V && weights === 'kept' ? 'weights of the chain’s energies' : 'weights drawn anew'
  print(`sampled masks of density ${short(totalDensity(masks))}, with ${drawn} → ${out}`)
  layers.forEach(({ shape, kept, density: own }, i) => {
    print(`  layer ${i + 1}  ${shape.join(' × ')}  kept ${kept}  density ${short(own)}`)
  })
}

export function addSample(program: Command): void {
  program
    .command('sample')
    .summary('draw masks of any widths from a graphon chain')
    .description(
      'Draw masks of any widths from a graphon chain, and weights for them, ready for limn train and limn ntk.',
    )
    .argument('<chain>', 'graphon chain, .npz, as limn graphon writes it')
    .addOption(
      new Option('--sizes <list>', 'layer sizes d,n_1,…,n_L,C; d and C are the chain’s')
        .argParser(parseSizes)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--fixed-density', 'keep exactly the expected number of weights in every matrix').default(false),
    )
    .addOption(
      limited(
        shared.keptWeights('kept: weights have the energies V of the chain; redrawn: those of a new network'),
        applies.energies,
      ),
    )
    .addOption(shared.activation())
    .addOption(shared.seed())
    .addOption(shared.out('masks and weights, .safetensors or .npz'))
    .addOption(shared.force())
    .addOption(shared.json())
    .addHelpText(
      'after',
      '\nExample:\n  limn sample chain.npz --sizes 784,2048,2048,10 --seed 1 --out masks.safetensors',
    )
    .action(run)
}
