import { totalDensity } from '../network/mask.js'
import type { Command } from 'commander'
import { Option } from 'commander'
import { isModulePath } from '../data/module-path.js'
import { namesOrModule } from '../data/open-table.js'
import { didYouMean } from '../data/nearest-name.js'
import { FileError } from '../data/file-error.js'
import { classTargetsFor } from '../data/targets.js'
import { networkToTensors, type Checkpoint } from '../network/checkpoint.js'
import { originToMetadata } from '../network/context-json.js'
import { createSpec, initialize } from '../network/initialize.js'
import { defaultSigmaW2, parameterizations, type Network, type Parameterization } from '../network/network.js'
import type { Activation } from '../network/activation.js'
import { writeAtomic } from '../node/files/files.js'
import { loadCriterion } from '../node/files/load-own.js'
import { loadData } from '../node/samples/load-data.js'
import { bytesPerWeight, requireMemory } from '../node/files/memory.js'
import { keepCount, scopes, type Scope } from '../prune/budget.js'
import { criteria, criteriaThat, criterionNames, hasTemperature, parseCriterion } from '../prune/criteria.js'
import { applyMasks, prune } from '../prune/prune.js'
import { version } from '../version.js'
import { networkOf, readCheckpoint, requireInputs } from '../node/files/read-network.js'
import { encodeNetwork, requireStorable } from '../node/files/store-network.js'
import { applies } from './applies.js'
import { factsOf } from './facts.js'
import { dataOrigin } from '../node/samples/data-origin.js'
import { requireDestination } from './destination.js'
import { UsageError } from './fail.js'
import { limited, refuseIdle, type Limit } from './limits.js'
import { parseDensity, parsePositive, parseSizes, refuse, shared, type NetworkFlags } from './options.js'
import { print, printJson, sayAim, short } from './output.js'
import { startProgress } from './progress.js'
import { sayReading } from './reading-lines.js'
import { useAllCores } from './threads.js'
import { sayAll } from './warnings.js'

interface PruneFlags extends NetworkFlags {
  readonly sizes?: number[]
  readonly weights?: string
  readonly data?: string
  readonly samples?: number
  readonly standardize?: boolean
  readonly method: string
  readonly density: number
  readonly scope: Scope
  readonly temperature?: number
  readonly activation?: Activation
  readonly sigmaW2?: number[]
  readonly sigmaB2?: number
  readonly parameterization?: Parameterization
  readonly seed: number
  readonly out: string
  readonly force?: boolean
  readonly json?: boolean
}

/** @throws FileError when the file's own masks and zeros leave fewer weights than the density asks for */
function requireSurvivors(file: string, { masks, reading }: Checkpoint, { density, scope }: PruneFlags): void {
  const groups = scope === 'global' ? [masks] : masks.map((mask) => [mask])
  groups.forEach((group, l) => {
    const [kept, total] = [
      group.reduce((sum, mask) => sum + mask.kept, 0),
      group.reduce((sum, { data }) => sum + data.length, 0),
    ]
    const asked = keepCount(total, density)
    if (asked <= kept) return
    const where = scope === 'global' ? '' : ` in matrix ${l + 1}`
    const { count = 0, taken } = reading.zeros ?? {}
    const zeros = count > 0 && taken === 'pruned' ? '; its exact zeros count as pruned, unless --zeros kept' : ''
    const most = `${kept} of ${total} weights${where} that the file has not pruned (density ${kept / total})`
    throw new FileError(file, `expected a density of at most the ${most}, got ${density}, which is ${asked}${zeros}`)
  })
}

/** The network to prune, and how it was read where it was. */
interface Start {
  readonly network: Network
  readonly checkpoint?: Checkpoint
}

function startNetwork(flags: PruneFlags, command: Command): Start {
  const { sizes, weights, activation, sigmaW2, sigmaB2, parameterization, seed } = flags
  if (weights !== undefined) {
    const checkpoint = readCheckpoint(weights, flags)
    const network = networkOf(checkpoint, weights)
    if (sizes && network.spec.sizes.join() !== sizes.join()) {
      throw new FileError(
        weights,
        `expected sizes ${sizes.join(',')} as --sizes says, got ${network.spec.sizes.join(',')}`,
      )
    }
    refuseIdle(command, factsOf(checkpoint, weights))
    requireSurvivors(weights, checkpoint, flags)
    return { network, checkpoint }
  }
  if (!sizes) throw new UsageError('prune: expected --sizes or --weights')
  if (sigmaW2 && sigmaW2.length !== sizes.length - 1) {
    throw new UsageError(`prune: expected ${sizes.length - 1} numbers in --sigma-w2, got ${sigmaW2.length}`)
  }
  const weightCount = sizes.slice(1).reduce((sum, size, i) => sum + size * sizes[i], 0)
  requireMemory(bytesPerWeight * weightCount, `prune: --sizes ${sizes.join(',')}`, 'use smaller layers')
  requireStorable('prune', sizes)
  const phi = activation ?? { name: 'relu' }
  const spec = createSpec({
    sizes,
    activation: phi,
    ...(parameterization && { parameterization }),
    sigmaW2: sigmaW2 ?? defaultSigmaW2(phi, sizes.length - 1),
    sigmaB2: sigmaB2 ?? 0,
  })
  return { network: initialize(spec, seed) }
}

async function run(flags: PruneFlags, command: Command): Promise<void> {
  const { density, scope, seed, temperature, out, json } = flags
  requireDestination({ command: 'prune', kind: 'network', inputs: [flags.weights, flags.data], ...flags })
  const criterion = isModulePath(flags.method)
    ? (await loadCriterion(flags.method)).entry
    : criteria[parseCriterion(flags.method)]
  const { name: method, needsData: computes } = criterion
  refuseIdle(command, { file: flags.method, scoresOnData: computes })
  const { network, checkpoint } = startNetwork(flags, command)
  const { sizes } = network.spec
  requireStorable('prune', sizes)
  let batch
  let dataset
  if (computes) {
    if (flags.data === undefined) throw new UsageError(`prune: --method ${method} needs --data`)
    const data = loadData(flags.data, { ...flags, needLabels: true })
    requireInputs(network, data.x.cols, data.name)
    const aim = classTargetsFor(data, sizes[sizes.length - 1])
    sayAim(data, aim)
    dataset = dataOrigin({ ...flags, data: flags.data }, data)
    batch = { x: data.x, targets: aim.targets }
  } else if (flags.data !== undefined) {
    // Methods that need none take data all the same, so that a loop over methods can name them once: they have to fit.
    const data = loadData(flags.data, { samples: 1 })
    requireInputs(network, data.x.cols, data.name)
  }
  if (checkpoint && flags.weights !== undefined) sayReading(flags.weights, checkpoint, flags, { computes })
  useAllCores()
  const progress = startProgress(`prune ${method}`)
  const begin = performance.now()
  const result = prune(network, {
    method: criterion,
    density,
    scope,
    seed,
    onProgress: (share) => progress.update(share),
    ...(temperature !== undefined && { temperature }),
    ...(batch && { batch }),
  })
  const seconds = (performance.now() - begin) / 1000
  progress.stop()
  const origin = { method, density, scope, seed, ...(dataset && { data: dataset }), limn: version }
  const { tensors, metadata } = networkToTensors(applyMasks(network, result.masks), originToMetadata(origin))
  // What was assumed and not used is not known now.
  if (checkpoint && !checkpoint.known.activation && !computes) delete metadata['activation']
  writeAtomic(out, encodeNetwork(out, { tensors, metadata }))
  sayAll(result.warnings)
  if (json) {
    printJson({ method, density: totalDensity(result.masks), layers: result.layers, seconds })
    return
  }
  print(`${method}: kept ${short(totalDensity(result.masks))} of the weights in ${short(seconds)} s → ${out}`)
  result.layers.forEach(({ shape, kept, density: layerDensity, deadUnits }, i) => {
    print(
      `  layer ${i + 1}  ${shape.join(' × ')}  kept ${kept}  density ${short(layerDensity)}  dead units ${deadUnits}`,
    )
  })
}

function parseMethod(text: string): string {
  if (isModulePath(text) || criterionNames.some((name) => name === text)) return text
  return refuse(namesOrModule(criterionNames, './my-method.js'), text, didYouMean(text, criterionNames))
}

/** Methods that score on samples, for help texts. */
const onData = criteriaThat(({ needsData }) => needsData).join(' or ')

/** Methods that have a temperature. */
const warm = criteriaThat(hasTemperature)

const scoredOnData: Limit = {
  only: `with a method that scores on samples, such as ${onData}`,
  when: ({ flags, facts }) => {
    const known = criterionNames.find((name) => name === flags['method'])
    return known ? criteria[known].needsData : facts.scoresOnData !== false
  },
}

const drawnWeights: Limit = {
  only: 'with weights that are drawn, without --weights',
  when: ({ flags }) => flags['weights'] === undefined,
}

const readWeights: Limit = {
  only: 'with --weights, whose file is read',
  when: ({ flags }) => flags['weights'] !== undefined,
}

export function addPrune(program: Command): void {
  program
    .command('prune')
    .summary('prune a network and write its masks and weights')
    .description(
      'Prune a fully connected network, drawn anew (--sizes) or read from a file (--weights), and write masks and weights.',
    )
    .addOption(new Option('--sizes <list>', 'layer sizes d,n_1,…,n_L,C').argParser(parseSizes))
    .addOption(new Option('--weights <file>', 'weights to prune (.safetensors, .npz, .pt) in place of drawing them'))
    .addOption(
      new Option('--method <name>', namesOrModule(criterionNames, './my-method.js'))
        .argParser(parseMethod)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--density <fraction>', 'kept fraction of all entries, also where a file has pruned some')
        .argParser(parseDensity)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--scope <scope>', 'one threshold for all matrices, or one for each')
        .choices([...scopes])
        .default('global'),
    )
    .addOption(limited(shared.layers(), readWeights))
    .addOption(limited(shared.zeros(), readWeights, applies.bare))
    .addOption(shared.data())
    .addOption(limited(shared.samples(), scoredOnData, applies.withData))
    .addOption(limited(shared.standardize(), scoredOnData, applies.withData, applies.unnamedData))
    .addOption(
      limited(
        new Option(
          '--temperature <number>',
          `softmax temperature of ${warm.map((name) => criteria[name].label).join(' and ')}; default 1`,
        ).argParser(parsePositive),
        {
          only: `with --method ${warm.join(' or ')}`,
          when: ({ flags }) => warm.some((name) => name === flags['method']),
        },
      ),
    )
    .addOption(shared.activation())
    .addOption(limited(shared.sigmaW2(), applies.scaled))
    .addOption(limited(shared.sigmaB2(), applies.biases, applies.scaled))
    .addOption(
      limited(
        new Option('--parameterization <name>', 'of drawn weights; default: ntk').choices([...parameterizations]),
        drawnWeights,
      ),
    )
    .addOption(shared.seed())
    .addOption(shared.out('masks and weights, .safetensors or .npz'))
    .addOption(shared.force())
    .addOption(shared.json())
    .addHelpText(
      'after',
      '\nExample:\n  limn prune --sizes 784,512,512,10 --data mnist --samples 512 --method snip --density 0.1 --out masks.safetensors',
    )
    .action(run)
}
