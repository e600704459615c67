import { resolve } from 'node:path'
import type { Command } from 'commander'
import { Option } from 'commander'
import { encodeNpz } from '../data/npz.js'
import { FileError } from '../data/file-error.js'
import { toFloat64, type TensorMap } from '../data/tensor.js'
import { chainToTensors, layersToTensors } from '../graphon/chain-file.js'
import { weightEnergies } from '../graphon/energies.js'
import { estimateChain, estimateLayers } from '../graphon/estimate.js'
import { estimators, type EstimatorName } from '../graphon/estimators/estimators.js'
import { encodeFigure } from '../node/figure.js'
import { requireWritable, writeTogether } from '../node/files.js'
import { chainFigure, matricesFigure } from '../plot/chain.js'
import type { Figure } from '../plot/figure.js'
import { readCheckpoint } from './checkpoint.js'
import { UsageError } from './fail.js'
import { parseCount, parseFigure, shared } from './options.js'
import { print, printJson, say, short } from './output.js'

interface GraphonFlags {
  readonly bins: number
  readonly align: 'chain' | 'layer'
  readonly estimator: EstimatorName
  readonly sigmaW2?: number[]
  readonly out: string
  readonly figure?: string
  readonly json?: boolean
}

interface Estimate {
  readonly tensors: TensorMap
  readonly warnings: readonly string[]
  readonly picture: () => Figure
}

function estimate(file: string, flags: GraphonFlags): Estimate {
  const { bins, align, estimator } = flags
  const { masks, network } = readCheckpoint(file, flags)
  if (align === 'chain') {
    const energies = network && weightEnergies(network)
    const { chain, warnings } = estimateChain(masks, { bins, estimator, ...(energies && { energies }) })
    return { tensors: chainToTensors(chain), warnings, picture: () => chainFigure(chain) }
  }
  if (masks.length < 3) {
    throw new FileError(
      file,
      `--align layer pictures hidden-to-hidden matrices; this network of ${masks.length} matrices has none`,
    )
  }
  const { layers, warnings } = estimateLayers(masks, { bins, estimator })
  const matrices = layers.matrices.map(({ index, W }) => ({ layer: index + 1, graphon: W }))
  return { tensors: layersToTensors(layers), warnings, picture: () => matricesFigure(matrices) }
}

async function run(file: string, flags: GraphonFlags): Promise<void> {
  const { bins, align, estimator, out, figure, json } = flags
  if (figure !== undefined && resolve(figure) === resolve(out)) {
    throw new UsageError(`graphon: expected two files, got ${out} as --out and as --figure`)
  }
  requireWritable(out)
  if (figure !== undefined) requireWritable(figure)
  const { tensors, warnings, picture } = estimate(file, flags)
  writeTogether([
    { path: out, contents: encodeNpz(tensors) },
    ...(figure === undefined ? [] : [{ path: figure, contents: await encodeFigure(picture(), figure) }]),
  ])
  for (const warning of warnings) say(`warning: ${warning}`)
  const matrices = [...tensors].filter(([key]) => /^W\d+$/.test(key))
  const summary = matrices.map(([key, tensor]) => {
    const values = toFloat64(tensor)
    return { key, shape: tensor.shape, density: values.reduce((sum, value) => sum + value, 0) / values.length }
  })
  if (json) {
    printJson({ align, estimator, bins, matrices: summary, warnings })
    return
  }
  print(`${align} of ${matrices.length} graphons → ${out}${figure === undefined ? '' : ` and ${figure}`}`)
  for (const { key, shape, density } of summary) print(`  ${key}  ${shape.join(' × ')} bins  mean ${short(density)}`)
}

export function addGraphon(program: Command): void {
  program
    .command('graphon')
    .summary('estimate the graphon chain of pruning masks')
    .description('Estimate the step graphon of every mask; with weights in the file also the weight-energy graphons V.')
    .argument('<masks>', 'masks (.safetensors, .npz, or .npy for one mask)')
    .addOption(new Option('--bins <n>', 'bins per hidden layer').argParser(parseCount).default(64))
    .addOption(
      new Option(
        '--align <how>',
        'chain: hidden units sorted once, both sides; layer: each hidden matrix by itself, for pictures',
      )
        .choices(['chain', 'layer'])
        .default('chain'),
    )
    .addOption(
      new Option('--estimator <name>', 'how a graphon is estimated')
        .choices(Object.keys(estimators))
        .default('histogram'),
    )
    .addOption(shared.sigmaW2())
    .addOption(shared.out('graphon chain, .npz'))
    .addOption(new Option('--figure <file>', 'a picture of the chain (.png or .svg)').argParser(parseFigure))
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn graphon masks.safetensors --bins 64 --out chain.npz --figure chain.png')
    .action(run)
}
