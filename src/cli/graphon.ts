import { resolve } from 'node:path'
import type { Command } from 'commander'
import { Option } from 'commander'
import { encodeNpz } from '../data/npz.js'
import type { JsonObject } from '../data/npz-meta.js'
import { isModulePath } from '../data/module-path.js'
import { namesOrModule } from '../data/open-table.js'
import { didYouMean } from '../data/nearest-name.js'
import { FileError } from '../data/file-error.js'
import { toFloat64, type TensorMap } from '../data/tensor.js'
import { chainToTensors, layersToTensors, matrixToTensors } from '../graphon/chain/chain-file.js'
import { graphonMean } from '../graphon/chain/chain.js'
import { weightEnergies } from '../graphon/chain/energies.js'
import { assessChain, type Assessment } from '../graphon/estimate/assess.js'
import { defaultBins, estimateChain, estimateLayers } from '../graphon/estimate/estimate.js'
import {
  assessMatrix,
  axisKinds,
  estimateMatrix,
  type AxisKind,
  type MatrixAxes,
} from '../graphon/estimate/estimate-matrix.js'
import {
  defaultEstimator,
  estimatorName,
  estimatorNames,
  estimators,
  type EstimatorChoice,
  type EstimatorName,
} from '../graphon/estimate/estimators/estimators.js'
import type { Checkpoint } from '../network/checkpoint.js'
import { contextOfSpec, networkContext } from '../network/context.js'
import { contextToJson, originToJson } from '../network/context-json.js'
import { encodeFigure, requireFigure } from '../node/figures/figure.js'
import { requireWritable, writeTogether } from '../node/files/files.js'
import { loadEstimator } from '../node/files/load-own.js'
import { checkpointOf, openArchive } from '../node/files/read-network.js'
import { chainFigure, matricesFigure } from '../plot/chain.js'
import type { Figure } from '../plot/figure.js'
import { version } from '../version.js'
import { applies } from './applies.js'
import { factsOf } from './facts.js'
import { requireDestination } from './destination.js'
import { UsageError } from './fail.js'
import { limited, refuseIdle, type Limit } from './limits.js'
import { parseCount, parseFigure, refuse, shared, type NetworkFlags } from './options.js'
import { ofDensity, plusMinus } from './figures.js'
import { print, printJson, say, short } from './output.js'
import { sayReading } from './reading-lines.js'
import { useAllCores } from './threads.js'
import { sayWarnings } from './warnings.js'

/** Whether units are sorted once for both matrices that they belong to, or in each by itself. */
const alignments = ['chain', 'layer'] as const

interface GraphonFlags extends NetworkFlags {
  readonly bins: number | 'auto'
  readonly align: (typeof alignments)[number]
  readonly axes?: MatrixAxes
  /** A name in the table, or the path of a module. */
  readonly estimator: string
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
  readonly estimator: string
  /** With --align layer: of each matrix. */
  readonly estimators?: readonly string[]
  readonly bins: number
  readonly warnings: readonly { readonly kind: string; readonly message: string }[]
  readonly assessment?: Pick<Assessment, 'risk' | 'noise'>
  readonly picture: () => Figure
}

/** What a chain's file says beside its arrays: of masks alone that nothing is said of, only how they came about. */
function contextOf({ spec, network, origin, known }: Checkpoint): JsonObject {
  const described = Object.keys(known).length > 0
  const context = network ? networkContext(network) : described ? contextOfSpec(spec) : undefined
  return { ...(context && contextToJson({ ...context, activation: known.activation })), ...originToJson(origin) }
}

/** The one matrix of a file with hidden units on a side: no chain, whichever way its units are sorted. */
function estimateOne(
  checkpoint: Checkpoint,
  axes: MatrixAxes,
  flags: GraphonFlags,
  estimator: EstimatorChoice,
): Estimate {
  const { bins, seed, risk } = flags
  const { masks, network } = checkpoint
  const energies = network && weightEnergies(network).at(0)
  const options = { axes, bins, estimator, seed, ...(energies && { energies }) }
  if (risk || bins === 'auto' || estimator === 'auto') useAllCores()
  const found = risk ? assessMatrix(masks[0], options) : { ...estimateMatrix(masks[0], options), risk: undefined }
  const { W, rowMeasure, colMeasure } = found
  const picture = () =>
    matricesFigure([{ layer: 1, graphon: W, ...(rowMeasure && { rowMeasure }), ...(colMeasure && { colMeasure }) }])
  return {
    tensors: matrixToTensors(found),
    meta: originToJson(checkpoint.origin),
    estimator: found.estimator,
    bins: found.bins,
    warnings: found.warnings,
    ...(found.risk && { assessment: found }),
    picture,
  }
}

function estimate(file: string, checkpoint: Checkpoint, flags: GraphonFlags, estimator: EstimatorChoice): Estimate {
  const { align, seed } = flags
  const asked = estimatorName(estimator)
  const { masks, network } = checkpoint
  const meta = contextOf(checkpoint)
  if (align === 'chain') {
    const energies = network && weightEnergies(network)
    if (!flags.risk && flags.bins !== 'auto' && estimator !== 'auto') {
      const options = { bins: flags.bins, estimator, seed, ...(energies && { energies }) }
      const { chain, warnings } = estimateChain(masks, options)
      const picture = () => chainFigure(chain)
      return { tensors: chainToTensors(chain), meta, estimator: asked, bins: flags.bins, warnings, picture }
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
      masks.length === 1
        ? '--align layer pictures matrices between hidden layers; the sides of this one are exact, unless --axes hidden,hidden'
        : `--align layer pictures hidden-to-hidden matrices; this network of ${masks.length} matrices has none`,
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
  return { tensors, meta, estimator: asked, estimators: found, bins, warnings, picture: () => matricesFigure(matrices) }
}

/** Risk and noise floor in lines for people. */
function describe({ risk, noise }: Pick<Assessment, 'risk' | 'noise'>, keys: readonly string[]): void {
  const gain = risk.constant > 0 ? 1 - risk.heldOut / risk.constant : 0
  const against =
    Math.abs(gain) < 5e-5 ? 'as that' : `${short(100 * Math.abs(gain))} % ${gain < 0 ? 'above' : 'below'} that`
  print(`held-out error ${plusMinus(risk.heldOut, risk.standardError)}, ${against} of constant densities`)
  noise.erdosRenyi.forEach((error, i) => {
    print(
      `  ${keys[i]}  noise floor ${ofDensity(error)} (Erdős–Rényi), ${ofDensity(noise.splitHalf[i])} (halves of the ${noise.halves})`,
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
  const choice = isModulePath(flags.estimator)
    ? (await loadEstimator(flags.estimator)).entry
    : (flags.estimator as EstimatorName)
  const archive = openArchive(file)
  const checkpoint = checkpointOf(archive, file, flags)
  refuseIdle(command, factsOf(checkpoint, file))
  // A network without hidden layers says that it is one; else a single matrix is one of several.
  const kind = Object.hasOwn(archive.metadata, 'sizes') ? 'exact' : 'hidden'
  const axes = flags.axes ?? { into: kind, out: kind }
  const binsOne = checkpoint.masks.length === 1 && (axes.into === 'hidden' || axes.out === 'hidden')
  const found = binsOne ? estimateOne(checkpoint, axes, flags, choice) : estimate(file, checkpoint, flags, choice)
  const { tensors, meta, estimator, bins, warnings, assessment, picture } = found
  writeTogether([
    { path: out, contents: encodeNpz(tensors, { ...meta, estimator, bins, limn: version }) },
    ...(figure === undefined ? [] : [{ path: figure, contents: await encodeFigure(picture(), figure) }]),
  ])
  sayReading(file, checkpoint, flags)
  if (checkpoint.masks.length === 1 && !flags.axes) say(assumedAxes(file, kind))
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
  const what = `${align} of ${matrices.length} ${matrices.length === 1 ? 'graphon' : 'graphons'}`
  print(`${binsOne ? 'graphon of one matrix' : what} → ${out}${figure === undefined ? '' : ` and ${figure}`}`)
  for (const { key, shape, density } of summary) print(`  ${key}  ${shape.join(' × ')} bins  density ${short(density)}`)
  if (flags.estimator === 'auto' || flags.bins === 'auto') {
    const chosen = found.estimators?.map((name, i) => `${matrices[i][0]} ${name}`).join(', ') ?? estimator
    print(`chosen on held-out entries: ${chosen}, ${bins} bins`)
  }
  if (assessment)
    describe(
      assessment,
      matrices.map(([key]) => key),
    )
}

/** What a single matrix was taken for. */
const assumedAxes = (file: string, kind: AxisKind): string =>
  kind === 'exact'
    ? `${file}: a network without hidden layers, whose inputs and outputs are exact (--axes hidden,hidden to bin them)`
    : `${file}: a single matrix, taken as one between hidden layers, whose units are binned (--axes says which sides are exact)`

function parseAxes(text: string): MatrixAxes {
  const [into, out, ...more] = text.split(',').map((part) => axisKinds.find((kind) => kind === part.trim()))
  return into && out && more.length === 0
    ? { into, out }
    : refuse('two of hidden and exact, inputs first, such as exact,hidden', text)
}

const parseBins = (text: string): number | 'auto' => (text === 'auto' ? text : parseCount(text))

const ownEstimator = './my-estimator.js'

function estimatorHelp(): string {
  const lines = Object.values(estimators).map(({ name, summary }) => `${name}: ${summary}`)
  return `how a graphon is estimated; ${lines.join('; ')}; or the path of a module such as ${ownEstimator}`
}

function parseEstimator(text: string): string {
  if (isModulePath(text) || estimatorNames.some((name) => name === text)) return text
  return refuse(namesOrModule(estimatorNames, ownEstimator), text, didYouMean(text, estimatorNames))
}

const asChain: Limit = { only: 'with --align chain', when: ({ flags }) => flags['align'] === 'chain' }

const ofOne: Limit = {
  only: 'on files of a single matrix',
  when: ({ facts }) => facts.matrices === undefined || facts.matrices === 1,
}

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
    .argument('<masks>', 'masks (.safetensors, .npz, .pt, or .npy for one mask or a stack of them)')
    .addOption(
      new Option('--bins <n>', 'bins per hidden layer, or auto: as many as held-out entries ask for')
        .argParser(parseBins)
        .default(defaultBins),
    )
    .addOption(
      new Option(
        '--align <how>',
        'chain: hidden units sorted once, both sides; layer: each hidden matrix by itself, for pictures',
      )
        .choices([...alignments])
        .default('chain'),
    )
    .addOption(
      limited(
        new Option(
          '--axes <kinds>',
          'sides of a matrix, inputs first: hidden units, which are binned, or exact; default hidden,hidden, but exact,exact where the file says that it is a whole network',
        ).argParser(parseAxes),
        ofOne,
      ),
    )
    .addOption(new Option('--estimator <name>', estimatorHelp()).argParser(parseEstimator).default(defaultEstimator))
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
