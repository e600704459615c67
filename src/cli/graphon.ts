import { resolve } from 'node:path'
import type { Command } from 'commander'
import { Option } from 'commander'
import { encodeNpz } from '../data/npz.js'
import type { JsonObject } from '../data/npz-meta.js'
import { FileError } from '../data/file-error.js'
import { toFloat64, type TensorMap } from '../data/tensor.js'
import { chainToTensors, layersToTensors } from '../graphon/chain-file.js'
import { graphonMean } from '../graphon/chain.js'
import { weightEnergies } from '../graphon/energies.js'
import { assessChain, type Assessment } from '../graphon/assess.js'
import { defaultBins, estimateChain, estimateLayers, type EstimateWarning } from '../graphon/estimate.js'
import { estimators, type EstimatorName } from '../graphon/estimators/estimators.js'
import type { Checkpoint } from '../network/checkpoint.js'
import { contextOfSpec, networkContext } from '../network/context.js'
import { contextToJson, originToJson } from '../network/context-json.js'
import { encodeFigure, requireFigure } from '../node/figure.js'
import { requireWritable, writeTogether } from '../node/files.js'
import { chainFigure, matricesFigure } from '../plot/chain.js'
import type { Figure } from '../plot/figure.js'
import { version } from '../version.js'
import { applies } from './applies.js'
import { factsOf, readCheckpoint } from './checkpoint.js'
import { requireDestination } from './destination.js'
import { UsageError } from './fail.js'
import { limited, refuseIdle, type Limit } from './limits.js'
import { parseCount, parseFigure, shared, type NetworkFlags } from './options.js'
import { ofDensity, plusMinus } from './figures.js'
import { print, printJson, short } from './output.js'
import { sayReading } from './reading-lines.js'
import { useAllCores } from './threads.js'
import { sayWarnings } from './warnings.js'

interface GraphonFlags extends NetworkFlags {
  readonly bins: number | 'auto'
  readonly align: 'chain' | 'layer'
  readonly estimator: EstimatorName
  readonly seed: number
  readonly risk: boolean
  readonly sigmaW2?: number[]
  readonly out: string
  readonly force?: boolean
  readonly figure?: string
  readonly json?: boolean
}

interface Estimate {
  readonly tensors: TensorMap
  /** The network and how its masks came about. */
  readonly meta: JsonObject
  /** What `auto` came to, for all matrices; with --align layer, where each has its own choice, as it was asked for. */
  readonly estimator: EstimatorName
  /** With --align layer: of each matrix. */
  readonly estimators?: readonly EstimatorName[]
  readonly bins: number
  readonly warnings: readonly EstimateWarning[]
  readonly assessment?: Pick<Assessment, 'risk' | 'noise'>
  readonly picture: () => Figure
}

/** What a chain's file says beside its arrays: of masks alone that nothing is said of, only how they came about. */
function contextOf({ spec, network, origin, known }: Checkpoint): JsonObject {
  const described = Object.keys(known).length > 0
  const context = network ? networkContext(network) : described ? contextOfSpec(spec) : undefined
  return { ...(context && contextToJson({ ...context, activation: known.activation })), ...originToJson(origin) }
}

function estimate(file: string, checkpoint: Checkpoint, flags: GraphonFlags): Estimate {
  const { align, estimator, seed } = flags
  const { masks, network } = checkpoint
  const meta = contextOf(checkpoint)
  if (align === 'chain') {
    const energies = network && weightEnergies(network)
    if (!flags.risk && flags.bins !== 'auto' && estimator !== 'auto') {
      const options = { bins: flags.bins, estimator, seed, ...(energies && { energies }) }
      const { chain, warnings } = estimateChain(masks, options)
      const picture = () => chainFigure(chain)
      return { tensors: chainToTensors(chain), meta, estimator, bins: flags.bins, warnings, picture }
    }
    useAllCores()
    const options = { bins: flags.bins, estimator, seed, ...(energies && { energies: [energies] }) }
    const { chain, ...found } = assessChain([masks], options)
    return {
      tensors: chainToTensors(chain),
      meta,
      estimator: found.estimator,
      bins: found.bins,
      warnings: found.warnings,
      ...(flags.risk && { assessment: found }),
      picture: () => chainFigure(chain),
    }
  }
  if (masks.length < 3) {
    throw new FileError(
      file,
      `--align layer pictures hidden-to-hidden matrices; this network of ${masks.length} matrices has none`,
    )
  }
  const bins = flags.bins === 'auto' ? defaultBins : flags.bins
  const { layers, warnings, estimators: found } = estimateLayers(masks, { bins, estimator, seed })
  const matrices = layers.matrices.map(({ index, W }) => ({
    layer: index + 1,
    graphon: W,
    rowMeasure: layers.measures[index],
    colMeasure: layers.measures[index - 1],
  }))
  const tensors = layersToTensors(layers)
  return { tensors, meta, estimator, estimators: found, bins, warnings, picture: () => matricesFigure(matrices) }
}

/** Risk and noise floor in lines for people. */
function describe({ risk, noise }: Pick<Assessment, 'risk' | 'noise'>): void {
  const gain = risk.constant > 0 ? 1 - risk.heldOut / risk.constant : 0
  const against =
    Math.abs(gain) < 5e-5 ? 'as that' : `${short(100 * Math.abs(gain))} % ${gain < 0 ? 'above' : 'below'} that`
  print(`held-out error ${plusMinus(risk.heldOut, risk.standardError)}, ${against} of constant densities`)
  noise.erdosRenyi.forEach((error, i) => {
    print(
      `  W${i}  noise floor ${ofDensity(error)} (Erdős–Rényi), ${ofDensity(noise.splitHalf[i])} (halves of the ${noise.halves})`,
    )
  })
}

async function run(file: string, flags: GraphonFlags, command: Command): Promise<void> {
  const { align, out, figure, json } = flags
  if (figure !== undefined && resolve(figure) === resolve(out)) {
    throw new UsageError(`graphon: expected two files, got ${out} as --out and as --figure`)
  }
  requireDestination({ command: 'graphon', kind: 'chain', inputs: [file], ...flags })
  if (figure !== undefined) {
    requireFigure(figure)
    requireWritable(figure)
  }
  if (align === 'layer' && flags.bins === 'auto') {
    throw new UsageError('graphon: --bins auto needs --align chain, whose error on held-out entries it minimises')
  }
  const checkpoint = readCheckpoint(file, flags)
  refuseIdle(command, factsOf(checkpoint, file))
  const found = estimate(file, checkpoint, flags)
  const { tensors, meta, estimator, bins, warnings, assessment, picture } = found
  writeTogether([
    { path: out, contents: encodeNpz(tensors, { ...meta, estimator, bins, limn: version }) },
    ...(figure === undefined ? [] : [{ path: figure, contents: await encodeFigure(picture(), figure) }]),
  ])
  sayReading(file, checkpoint, flags)
  sayWarnings(warnings)
  const matrices = [...tensors].filter(([key]) => /^W\d+$/.test(key))
  const measure = (layer: number) => {
    const found = tensors.get(`measure${layer}`)
    return found && toFloat64(found)
  }
  const summary = matrices.map(([key, tensor]) => {
    const [rows, cols] = tensor.shape
    const below = Number(key.slice(1))
    const graphon = { rows, cols, data: toFloat64(tensor) }
    return { key, shape: tensor.shape, density: graphonMean(graphon, measure(below + 1), measure(below)) }
  })
  if (json) {
    const messages = warnings.map(({ message }) => message)
    printJson({
      align,
      estimator,
      ...(found.estimators && { estimators: found.estimators }),
      bins,
      matrices: summary,
      warnings: messages,
      ...(assessment && { risk: assessment.risk, noise: assessment.noise }),
    })
    return
  }
  print(`${align} of ${matrices.length} graphons → ${out}${figure === undefined ? '' : ` and ${figure}`}`)
  for (const { key, shape, density } of summary) print(`  ${key}  ${shape.join(' × ')} bins  density ${short(density)}`)
  if (flags.estimator === 'auto' || flags.bins === 'auto') {
    const chosen = found.estimators?.map((name, i) => `${matrices[i][0]} ${name}`).join(', ') ?? estimator
    print(`chosen on held-out entries: ${chosen}, ${bins} bins`)
  }
  if (assessment) describe(assessment)
}

const parseBins = (text: string): number | 'auto' => (text === 'auto' ? text : parseCount(text))

function estimatorHelp(): string {
  const lines = Object.entries(estimators).map(([name, { summary }]) => `${name}: ${summary}`)
  return `how a graphon is estimated; ${lines.join('; ')}`
}

const asChain: Limit = { only: 'with --align chain', when: ({ flags }) => flags['align'] === 'chain' }

const ofWeights: Limit = {
  only: 'with weights, whose energies V it scales',
  when: ({ facts }) => facts.weights !== false,
}

const ofStandard: Limit = {
  only: 'in the standard parameterisation, because NTK weights have unit variance',
  when: ({ facts }) => facts.parameterization !== 'ntk',
}

export function addGraphon(program: Command): void {
  program
    .command('graphon')
    .summary('estimate the graphon chain of pruning masks')
    .description('Estimate the step graphon of every mask; with weights in the file also the weight-energy graphons V.')
    .argument('<masks>', 'masks (.safetensors, .npz, or .npy for one mask)')
    .addOption(
      new Option('--bins <n>', 'bins per hidden layer, or auto: as many as held-out entries ask for')
        .argParser(parseBins)
        .default(64),
    )
    .addOption(
      new Option(
        '--align <how>',
        'chain: hidden units sorted once, both sides; layer: each hidden matrix by itself, for pictures',
      )
        .choices(['chain', 'layer'])
        .default('chain'),
    )
    .addOption(new Option('--estimator <name>', estimatorHelp()).choices(Object.keys(estimators)).default('histogram'))
    .addOption(
      limited(
        new Option('--risk', 'also print the error on held-out entries and the noise floor').default(false),
        asChain,
      ),
    )
    .addOption(shared.seed())
    .addOption(limited(shared.sigmaW2(), asChain, ofWeights, ofStandard))
    .addOption(shared.layers())
    .addOption(limited(shared.zeros(), applies.bare))
    .addOption(shared.out('graphon chain, .npz'))
    .addOption(shared.force())
    .addOption(new Option('--figure <file>', 'a picture of the chain (.png or .svg)').argParser(parseFigure))
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn graphon masks.safetensors --bins 64 --out chain.npz --figure chain.png')
    .action(run)
}
