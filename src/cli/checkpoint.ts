import { FileError } from '../data/file-error.js'
import { readTensors } from '../data/archives.js'
import { networkFromTensors, type Checkpoint, type ReadOptions } from '../network/checkpoint.js'
import type { Network } from '../network/network.js'
import { readBytes } from '../node/files.js'
import { requireAgreement, saidInMetadata } from './agreement.js'
import type { Facts } from './limits.js'

/** Reads masks, and weights where the file has them. */
export function readCheckpoint(file: string, options: ReadOptions = {}): Checkpoint {
  const { tensors, metadata } = readTensors(readBytes(file), file)
  const checkpoint = networkFromTensors(tensors, metadata, file, options)
  requireAgreement(file, saidInMetadata(metadata, checkpoint.spec.sizes, file), options)
  return checkpoint
}

/**
 * Reads a network with its weights.
 *
 * @throws FileError when the file holds masks alone
 */
export function readNetwork(file: string, options: ReadOptions = {}): Network {
  const { network } = readCheckpoint(file, options)
  if (!network) {
    throw new FileError(file, 'holds masks without weights; expected layers.<i>.weight too, as limn prune writes')
  }
  return network
}

/** What a network's file says on which the use of options depends. */
export function factsOf({ spec, layers }: Network, file: string): Facts {
  const { parameterization } = spec
  return { file, parameterization, biases: layers.some(({ bias }) => bias !== undefined), weights: true }
}

/** {@link factsOf} several networks: an option that serves one of them has an effect. */
export function commonFacts(networks: readonly Network[], files: readonly string[]): Facts {
  const facts = networks.map((network, k) => factsOf(network, files[k]))
  return {
    file: files.join(', '),
    parameterization: facts.every(({ parameterization }) => parameterization === 'standard') ? 'standard' : 'ntk',
    biases: facts.some(({ biases }) => biases),
    weights: true,
  }
}

/** @throws FileError when the samples do not fit the network */
export function requireInputs(network: Network, inputs: number, dataName: string): void {
  const [expected] = network.spec.sizes
  if (inputs !== expected)
    throw new FileError(dataName, `expected ${expected} inputs per sample as the network has, got ${inputs}`)
}
