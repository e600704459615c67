import { encodeNpz } from '../data/npz.js'
import { oneHot } from '../data/one-hot.js'
import { readTensors } from '../data/archives.js'
import { FileError } from '../data/file-error.js'
import { chainToTensors } from '../graphon/chain-file.js'
import { distanceChains } from '../graphon/distances/chains.js'
import { compareWithEstimate } from '../graphon/limits/compare.js'
import { predictions, predictMasks } from '../graphon/limits/predictions.js'
import { networkFromTensors, type Checkpoint } from '../network/checkpoint.js'
import type { Batch } from '../network/gradient.js'
import { totalDensity } from '../network/mask.js'
import type { Network } from '../network/network.js'
import { pathWarnings } from '../network/paths.js'
import { readBytes, writeAtomic } from '../node/files.js'
import { loadData } from '../node/load-data.js'
import type { Scope } from '../prune/budget.js'
import { criterionNames, type CriterionName } from '../prune/criteria.js'
import { requireAgreement, saidInMetadata } from './agreement.js'
import { readNetwork, requireInputs } from './checkpoint.js'
import { requireDestination } from './destination.js'
import { UsageError } from './fail.js'
import type { Facts } from './limits.js'
import { print, printJson, short } from './output.js'
import { useAllCores } from './threads.js'
import { sayAll } from './warnings.js'

export interface MaskFlags {
  readonly method?: CriterionName
  readonly density?: number
  readonly scope?: Scope
  readonly weights?: string
  readonly data?: string
  readonly samples?: number
  readonly standardize?: boolean
  readonly seed?: number
  readonly bins: number
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
function initialNetwork(file: string, { network, masks }: Checkpoint, { weights, sigmaW2 }: MaskFlags): Network {
  if (weights !== undefined) {
    const given = readNetwork(weights, { zeros: 'kept', ...(sigmaW2 && { sigmaW2 }) })
    const expected = masks.map(({ rows, cols }) => `${rows} × ${cols}`).join(', ')
    const got = given.layers.map(({ mask }) => `${mask.rows} × ${mask.cols}`).join(', ')
    if (got !== expected) throw new FileError(weights, `expected matrices ${expected} as ${file} has, got ${got}`)
    return given
  }
  const holdsPruned = network?.layers.some(({ weight }, l) => weight.some((w, k) => w !== 0 && masks[l].data[k] === 0))
  if (network && (holdsPruned === true || masks.every(({ kept, data }) => kept === data.length))) return network
  throw new FileError(file, 'holds no weights at pruned places; give those before pruning with --weights')
}

function batchOf(network: Network, flags: MaskFlags, seed: number): Batch {
  if (flags.data === undefined) throw new UsageError('limit: SNIP’s closed form needs --data, the samples pruned with')
  const { x, labels, classes, name } = loadData(flags.data, { ...flags, seed, needLabels: true })
  requireInputs(network, x.cols, name)
  const outputs = network.spec.sizes.at(-1)!
  if (classes! > outputs) {
    throw new FileError(name, `expected labels below ${outputs}, the network’s outputs, got ${classes! - 1}`)
  }
  return { x, targets: oneHot(labels!, outputs) }
}

/**
 * Puts the closed form of a method beside the masks that it made.
 *
 * @param check refuses options without effect, once the file is read
 */
export function limitOfMasks(file: string, flags: MaskFlags, check: (facts: Facts) => void): void {
  const { bins, out, json } = flags
  const { tensors, metadata } = readTensors(readBytes(file), file)
  const checkpoint = networkFromTensors(tensors, metadata, file, flags)
  requireAgreement(file, saidInMetadata(metadata, checkpoint.spec.sizes, file), flags)
  const { method, scope, density, seed } = origin(file, metadata, checkpoint, flags)
  check({ file, method, scope })
  const { summary, needs, isOfMethod } = predictions[method]
  if (needs === null) throw new FileError(file, `has no closed form to compare with: ${method}, ${summary}`)
  if (out !== undefined) {
    requireDestination({ command: 'limit', kind: 'chain', inputs: [file, flags.weights, flags.data], ...flags, out })
  }
  const network = needs === 'sizes' ? undefined : initialNetwork(file, checkpoint, flags)
  const batch = network && needs === 'batch' ? batchOf(network, flags, seed) : undefined
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
  if (out !== undefined) writeAtomic(out, encodeNpz(chainToTensors(predicted)))
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
    print(`  L² distance ${short(distance)}, noise floor ${short(floor)}; structure ${short(structure)}, ${share}`)
    print(
      `  cut norm of the difference ${cut.exact ? short(cut.upper) : `between ${short(cut.lower)} and ${short(cut.upper)}`}`,
    )
  }
  if (out !== undefined) print(`the closed form, binned as the estimate → ${out}`)
}
