import type { Command } from 'commander'
import { Option } from 'commander'
import { asciiJson } from '../data/npz-meta.js'
import { classTargetsFor, targetsFor } from '../data/targets.js'
import { networkToTensors } from '../network/checkpoint.js'
import { dataToJson, originToMetadata } from '../network/context-json.js'
import type { Activation } from '../network/activation.js'
import { lossNames, type LossName } from '../network/loss.js'
import { optimizerNames, type OptimizerName } from '../network/optimizer.js'
import { pathWarnings } from '../network/paths.js'
import { train } from '../network/train.js'
import { pathKind, writeAtomic } from '../node/files/files.js'
import { loadData } from '../node/samples/load-data.js'
import { version } from '../version.js'
import { networkOf, readCheckpoint, requireInputs } from '../node/files/read-network.js'
import { encodeNetwork } from '../node/files/store-network.js'
import { applies } from './applies.js'
import { factsOf } from './facts.js'
import { dataOrigin } from '../node/samples/data-origin.js'
import { requireDestination } from './destination.js'
import { limited, refuseIdle } from './limits.js'
import {
  parseCount,
  parseMomentum,
  parsePath,
  parsePositive,
  parseSteps,
  shared,
  type NetworkFlags,
} from './options.js'
import { printCurve, sayAim, short } from './output.js'
import { startProgress } from './progress.js'
import { sayReading } from './reading-lines.js'
import { useAllCores } from './threads.js'
import { sayAll } from './warnings.js'

interface TrainFlags extends NetworkFlags {
  readonly data: string
  readonly samples?: number
  readonly standardize?: boolean
  readonly steps: number
  readonly optimizer: OptimizerName
  readonly lr: number
  readonly momentum?: number
  readonly loss: LossName
  readonly batchSize?: number
  readonly centered?: boolean
  readonly activation?: Activation
  readonly sigmaW2?: number[]
  readonly sigmaB2?: number
  readonly seed: number
  readonly out?: string
  readonly force?: boolean
  readonly json?: boolean
}

function run(file: string, flags: TrainFlags, command: Command): void {
  const {
    steps,
    optimizer: name,
    lr: learningRate,
    momentum,
    loss,
    batchSize,
    centered = false,
    seed,
    out,
    json,
  } = flags
  if (out !== undefined) {
    const inputs = [file, flags.data]
    requireDestination({ command: 'train', kind: 'network', inputs, long: true, ...flags, out })
  }
  const checkpoint = readCheckpoint(file, flags)
  const network = networkOf(checkpoint, file)
  // A folder's labels are a file of their own, which the refusal then names.
  const data = loadData(flags.data, { ...flags, needLabels: pathKind(flags.data) === 'folder' })
  requireInputs(network, data.x.cols, data.name)
  refuseIdle(command, { ...factsOf(checkpoint, file), samples: data.x.rows })
  const aim = (loss === 'cross-entropy' ? classTargetsFor : targetsFor)(data, network.spec.sizes.at(-1)!)
  sayReading(file, checkpoint, flags, { computes: true })
  sayAll(pathWarnings(network.layers.map(({ mask }) => mask)))
  sayAim(data, aim)
  useAllCores()
  const progress = startProgress('train')
  const result = train(
    network,
    { x: data.x, ...aim },
    {
      loss,
      optimizer:
        name === 'sgd' ? { name, learningRate, ...(momentum !== undefined && { momentum }) } : { name, learningRate },
      steps,
      seed,
      centered,
      ...(batchSize !== undefined && { batchSize }),
      onStep: (step, value) => progress.update(steps > 0 ? step / steps : 1, `loss ${short(value)}`),
    },
  )
  progress.stop()
  if (out !== undefined) {
    const { tensors, metadata } = networkToTensors(result.network, {
      ...originToMetadata({ ...checkpoint.origin, limn: version }),
      trained: asciiJson({
        steps,
        optimizer: name,
        learning_rate: learningRate,
        loss,
        centered,
        seed,
        ...(batchSize !== undefined && { batch_size: batchSize }),
        data: dataToJson(dataOrigin(flags, data)),
      }),
    })
    writeAtomic(out, encodeNetwork(out, { tensors, metadata }))
  }
  printCurve(steps, result, json)
}

export function addTrain(program: Command): void {
  program
    .command('train')
    .summary('train a pruned network')
    .description(
      'Train the surviving weights of a network; full batch unless --batch-size is given. Loss mse is 1/(2N) Σ ‖f − y‖².',
    )
    .argument('<masks>', 'masks and weights (.safetensors, .npz, .pt)')
    .addOption(shared.data().makeOptionMandatory())
    .addOption(shared.samples())
    .addOption(limited(shared.standardize(), applies.unnamedData))
    .addOption(new Option('--steps <n>', 'number of updates').argParser(parseSteps).default(200))
    .addOption(new Option('--optimizer <name>', 'update rule').choices([...optimizerNames]).default('sgd'))
    .addOption(new Option('--lr <number>', 'learning rate').argParser(parsePositive).default(1e-3))
    .addOption(
      limited(new Option('--momentum <number>', 'momentum of updates; default 0').argParser(parseMomentum), {
        only: 'with --optimizer sgd',
        when: ({ flags }) => flags['optimizer'] === 'sgd',
      }),
    )
    .addOption(new Option('--loss <name>', 'what is minimised').choices([...lossNames]).default('mse'))
    .addOption(
      limited(new Option('--batch-size <n>', 'samples per update; default: all').argParser(parseCount), {
        only: 'below the number of samples',
        when: ({ flags, facts }) => facts.samples === undefined || Number(flags['batchSize']) < facts.samples,
      }),
    )
    .addOption(new Option('--centered', 'train f − f₀, so that the output starts at 0 as in predictions'))
    .addOption(shared.layers())
    .addOption(limited(shared.zeros(), applies.bare))
    .addOption(shared.activation())
    .addOption(limited(shared.sigmaW2(), applies.scaled))
    .addOption(limited(shared.sigmaB2(), applies.biases, applies.scaled))
    .addOption(shared.seed())
    .addOption(new Option('--out <file>', 'write the trained network, .safetensors or .npz').argParser(parsePath))
    .addOption(
      limited(
        new Option('--force', 'replace an --out that is there; else refused, as hours may be in it'),
        applies.withOut,
      ),
    )
    .addOption(shared.json())
    .addHelpText(
      'after',
      '\nExample:\n  limn train masks.safetensors --data mnist --samples 1024 --steps 200 --optimizer adam --lr 1e-3 --json',
    )
    .action(run)
}
