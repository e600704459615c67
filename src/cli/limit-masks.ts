import { FileError } from '../data/file-error.js'
import { classTargetsFor } from '../data/targets.js'
import { encodeChain } from '../graphon/chain/chain-file.js'
import { distanceChains } from '../graphon/distances/chains.js'
import { compareWithEstimate } from '../graphon/limits/compare.js'
import { predictions, predictMasks } from '../graphon/limits/predictions.js'
import type { Checkpoint } from '../network/checkpoint.js'
import { contextOfSpec } from '../network/context.js'
import type { Activation } from '../network/activation.js'
import type { Batch } from '../network/gradient.js'
import { totalDensity } from '../network/mask.js'
import type { Network } from '../network/network.js'
import { pathWarnings } from '../network/paths.js'
import { writeAtomic } from '../node/files/files.js'
import { loadData } from '../node/samples/load-data.js'
import { checkpointOf, openArchive, requireInputs } from '../node/files/read-network.js'
import type { Scope } from '../prune/budget.js'
import { criterionNames, type CriterionName } from '../prune/criteria.js'
import { version } from '../version.js'
import { requireDestination } from './destination.js'
import { UsageError } from './fail.js'
import type { Facts } from './limits.js'
import type { NetworkFlags } from './options.js'
import { between, ofDensity } from './figures.js'
import { print, printJson, sayAim, short } from './output.js'
import { sayReading } from './reading-lines.js'
import { useAllCores } from './threads.js'
import { sayAll } from './warnings.js'

export interface MaskFlags extends NetworkFlags {
  readonly method?: CriterionName
  readonly density?: number
  readonly scope?: Scope
  readonly weights?: string
  readonly data?: string
  readonly samples?: number
  readonly standardize?: boolean
  readonly seed?: number
  readonly bins: number
  readonly activation?: Activation
  readonly sigmaW2?: number[]
  readonly out?: string
  readonly force?: boolean
  readonly json?: boolean
}

/** What a masks' file says of how it came about; options go before it. */
function origin(file: string, metadata: Readonly<Record<string, string>>, checkpoint: Checkpoint, flags: MaskFlags) {
  const named = flags.method ?? criterionNames.find((name) => name === metadata['method'])
  if (!named) {
    const found = 'method' in metadata ? `the method '${metadata['method']}'` : 'no method'
    throw new FileError(file, `expected a method of ${criterionNames.join(', ')}, got ${found}; say --method`)
  }
  const scope = flags.scope ?? (metadata['scope'] === 'layer' ? 'layer' : 'global')
  const stated = Number(metadata['density'])
  const density = flags.density ?? (stated > 0 && stated <= 1 ? stated : totalDensity(checkpoint.masks))
  const seed = flags.seed ?? (Number(metadata['seed']) || 0)
  return { method: named, scope, density, seed }
}

/** The weights before pruning: as the file has them, which must then hold more than those that survived. */
function initialNetwork(
  file: string,
  { network, masks }: Checkpoint,
  given: Checkpoint | undefined,
  weights = '',
): Network {
  if (given !== undefined) {
    const expected = masks.map(({ rows, cols }) => `${rows} × ${cols}`).join(', ')
    const got = given.masks.map(({ rows, cols }) => `${rows} × ${cols}`).join(', ')
    if (got !== expected) throw new FileError(weights, `expected matrices ${expected} as ${file} has, got ${got}`)
    if (!given.network) throw new FileError(weights, 'holds masks without weights')
    const density = totalDensity(given.masks)
    if (density < 1) {
      const share = `${short(100 * (1 - density))} % of them pruned (zeros count as pruned, unless --zeros kept)`
      throw new FileError(weights, `expected the weights of a dense network, whose limit is known, got ${share}`)
    }
    return given.network
  }
  const holdsPruned = network?.layers.some(({ weight }, l) => weight.some((w, k) => w !== 0 && masks[l].data[k] === 0))
  if (network && (holdsPruned === true || masks.every(({ kept, data }) => kept === data.length))) return network
  throw new FileError(file, 'holds no weights at pruned places; give those before pruning with --weights')
}

function batchOf(network: Network, flags: MaskFlags, seed: number): Batch {
  if (flags.data === undefined) throw new UsageError('limit: SNIP’s closed form needs --data, the samples pruned with')
  const data = loadData(flags.data, { ...flags, seed, needLabels: true })
  requireInputs(network, data.x.cols, data.name)
  const aim = classTargetsFor(data, network.spec.sizes.at(-1)!)
  sayAim(data, aim)
  return { x: data.x, targets: aim.targets }
}

/**
 * Puts the closed form of a method beside the masks that it made.
 *
 * @param check refuses options without effect, once the file is read
 */
export function limitOfMasks(file: string, flags: MaskFlags, check: (facts: Facts) => void): void {
  const { bins, out, json } = flags
  const archive = openArchive(file)
  const { metadata } = archive
  const checkpoint = checkpointOf(archive, file, flags)
  const { method, scope, density, seed } = origin(file, metadata, checkpoint, flags)
  const { summary, needs, isOfMethod } = predictions[method]
  const { weights, layers, zeros, activation, sigmaW2 } = flags
  const reads = {
    ...(layers && { layers }),
    ...(zeros && { zeros }),
    ...(activation && { activation }),
    ...(sigmaW2 && { sigmaW2 }),
  }
  const isRead = weights !== undefined && needs !== null && needs !== 'sizes'
  const given = isRead ? checkpointOf(openArchive(weights), weights, reads) : undefined
  const bare = [checkpoint, given].some((read) => read?.reading.zeros !== undefined)
  check({ file, method, scope, bare })
  if (needs === null) throw new FileError(file, `has no closed form to compare with: ${method}, ${summary}`)
  if (out !== undefined) {
    requireDestination({ command: 'limit', kind: 'chain', inputs: [file, flags.weights, flags.data], ...flags, out })
  }
  const known = { ...checkpoint.known, ...given?.known }
  const initial = needs === 'sizes' ? undefined : initialNetwork(file, checkpoint, given, weights)
  // Weights from elsewhere may leave open what the masks' file says.
  const network = initial && {
    ...initial,
    spec: { ...initial.spec, ...(known.activation && { activation: known.activation }) },
  }
  const batch = network && needs === 'batch' ? batchOf(network, flags, seed) : undefined
  const use = { computes: batch !== undefined && !known.activation }
  sayReading(file, checkpoint, flags, given ? {} : use)
  if (given && weights !== undefined) sayReading(weights, given, flags, use)
  sayAll(pathWarnings(checkpoint.masks))
  useAllCores()
  const { spec } = network ?? checkpoint
  const probabilities = predictMasks(method, {
    spec,
    density,
    scope,
    ...(network && { network }),
    ...(batch && { batch }),
  })
  const { predicted, estimate, agreement } = compareWithEstimate(probabilities, checkpoint.masks, { bins, seed })
  const cuts = distanceChains(predicted, estimate, { norm: 'cut' })
  const matrices = agreement.map((found, l) => {
    const { lower, upper, exact } = cuts[l]
    const { rows, cols } = checkpoint.masks[l]
    return { ...found, shape: [rows, cols], cut: { lower, upper, exact } }
  })
  if (out !== undefined)
    writeAtomic(
      out,
      encodeChain(
        {
          ...predicted,
          network: { ...contextOfSpec(spec), activation: known.activation },
          origin: { ...checkpoint.origin, method, density, scope },
        },
        { limn: version },
      ),
    )
  if (json) {
    printJson({ method, scope, density, form: summary, isOfMethod, bins, matrices })
    return
  }
  print(`${method}, density ${short(density)}, ${scope} scope: ${summary}`)
  for (const { matrix, shape, cut, ...found } of matrices) {
    const { predictedDensity, density: measured, distance, floor, structure, explained } = found
    print(
      `matrix ${matrix}  ${shape.join(' × ')}  density predicted ${short(predictedDensity)}, found ${short(measured)}`,
    )
    const share = explained === null ? 'no structure beyond noise' : `${short(100 * explained)} % of it explained`
    print(
      `  L² distance ${ofDensity(distance)}, noise floor ${ofDensity(floor)}; structure ${ofDensity(structure)}, ${share}`,
    )
    print(`  cut norm of the difference ${cut.exact ? ofDensity(cut.upper) : between(cut.lower, cut.upper)}`)
  }
  if (out !== undefined) print(`the closed form, binned as the estimate → ${out}`)
}
