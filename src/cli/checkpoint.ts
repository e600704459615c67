import { FileError } from '../data/file-error.js'
import { readTensors } from '../data/archives.js'
import { networkFromTensors, type Checkpoint, type ReadOptions } from '../network/checkpoint.js'
import type { Network } from '../network/network.js'
import { readBytes } from '../node/files.js'

/** Reads masks, and weights where the file has them. */
export function readCheckpoint(file: string, options: ReadOptions = {}): Checkpoint {
  const { tensors, metadata } = readTensors(readBytes(file), file)
  return networkFromTensors(tensors, metadata, file, options)
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

/** @throws FileError when the samples do not fit the network */
export function requireInputs(network: Network, inputs: number, dataName: string): void {
  const [expected] = network.spec.sizes
  if (inputs !== expected)
    throw new FileError(dataName, `expected ${expected} inputs per sample as the network has, got ${inputs}`)
}
