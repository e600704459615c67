import { FileError } from '../../data/file-error.js'
import type { TensorFile } from '../../data/tensor-file.js'
import { networkFromFile, type Checkpoint, type ReadOptions } from '../../network/checkpoint.js'
import type { Network } from '../../network/network.js'
import { readKernelComment } from '../../ntk/kernel-meta.js'
import { openTensorFile } from './tensor-file.js'
import { requireAgreement, saidInMetadata } from './agreement.js'

/**
 * Lists the tensors of a file; those that a network needs are read later.
 *
 * @throws FileError where it is none, or says that it is a kernel, which has the form of a matrix of weights
 */
export function openArchive(file: string): TensorFile {
  const archive = openTensorFile(file)
  if (readKernelComment(archive.comment, file)) {
    throw new FileError(file, 'expected a network, got a kernel; kernels are read by limn spectrum and limn predict')
  }
  return archive
}

/**
 * Masks, and weights where the file has them.
 *
 * @throws FileError when the tensors are no network, UsageError when an option says something else than the file
 */
export function checkpointOf(archive: TensorFile, file: string, options: ReadOptions = {}): Checkpoint {
  const checkpoint = networkFromFile(archive, file, options)
  requireAgreement(file, saidInMetadata(archive.metadata, checkpoint.spec.sizes, file), options)
  return checkpoint
}

/**
 * Masks, and the network where there are weights, of a file of tensors.
 *
 * @example
 * import { createSpec, initialize, networkToTensors } from 'limn'
 * import { encodeNetwork, readCheckpoint, writeAtomic } from 'limn/node'
 *
 * const network = initialize(createSpec({ sizes: [4, 8, 2] }), 1)
 * const { tensors, metadata } = networkToTensors(network)
 * writeAtomic('network.safetensors', encodeNetwork('network.safetensors', { tensors, metadata }))
 * const { spec, masks } = readCheckpoint('network.safetensors')
 * console.log(spec.sizes, masks.map(({ kept }) => kept)) // [ 4, 8, 2 ] [ 32, 16 ]
 */
export function readCheckpoint(file: string, options: ReadOptions = {}): Checkpoint {
  return checkpointOf(openArchive(file), file, options)
}

/** The network of a file with weights. @throws FileError when it holds masks alone */
export function networkOf({ network }: Checkpoint, file: string): Network {
  if (!network) {
    throw new FileError(file, 'holds masks without weights; expected layers.<i>.weight too, as limn prune writes')
  }
  return network
}

/**
 * As {@link readCheckpoint}, of several files read alike, all of which must have weights.
 *
 * @example
 * import { createSpec, initialize, networkToTensors } from 'limn'
 * import { encodeNetwork, readNetworks, writeAtomic } from 'limn/node'
 *
 * const network = initialize(createSpec({ sizes: [4, 8, 2] }), 1)
 * const { tensors, metadata } = networkToTensors(network)
 * for (const file of ['a.npz', 'b.npz']) writeAtomic(file, encodeNetwork(file, { tensors, metadata }))
 * console.log(readNetworks(['a.npz', 'b.npz']).networks.map(({ layers }) => layers.length)) // [ 2, 2 ]
 */
export function readNetworks(
  files: readonly string[],
  options: ReadOptions = {},
): { readonly networks: readonly Network[]; readonly checkpoints: readonly Checkpoint[] } {
  const checkpoints = files.map((file) => readCheckpoint(file, options))
  return { networks: checkpoints.map((checkpoint, k) => networkOf(checkpoint, files[k])), checkpoints }
}

/** Refuses samples of another length than the network's inputs. @throws FileError when the samples do not fit the network */
export function requireInputs(network: Network, inputs: number, dataName: string): void {
  const [expected] = network.spec.sizes
  if (inputs !== expected)
    throw new FileError(dataName, `expected ${expected} inputs per sample as the network has, got ${inputs}`)
}
