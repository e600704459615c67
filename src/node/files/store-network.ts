import { extname } from 'node:path'
import { archiveWriters, type TensorArchive } from '../../data/archives.js'
import { encodeStateDict } from '../../data/torch/write-state-dict.js'
import { readLimit } from './files.js'
import { gigabytes } from './memory.js'

const writers = { ...archiveWriters, '.pt': encodeStateDict } as const

/** Formats of networks by extension; the first is that of a name without one. */
export const networkFormats = Object.keys(writers) as readonly (keyof typeof writers)[]

/** Bytes of a weight in a file at least: f32, and its mask. */
const bytesPerStoredWeight = 5

/**
 * Refuses, before anything is computed, a network whose file would be larger than limn reads.
 *
 * @param command whoever asks, the beginning of the message
 * @throws RangeError with its size
 */
export function requireStorable(command: string, sizes: readonly number[]): void {
  const bytes = bytesPerStoredWeight * sizes.slice(1).reduce((sum, size, i) => sum + size * sizes[i], 0)
  if (bytes <= readLimit) return
  throw new RangeError(
    `${command}: a network of sizes ${sizes.join(',')} takes ${gigabytes(bytes)} as a file, and limn reads files of at most 2 GiB; use smaller layers`,
  )
}

/**
 * A network in the format that its name says, safetensors where it says none.
 *
 * @example
 * import { createSpec, initialize, networkToTensors } from 'limn'
 * import { encodeNetwork, readCheckpoint, writeAtomic } from 'limn/node'
 *
 * const network = initialize(createSpec({ sizes: [4, 8, 2] }), 1)
 * const { tensors, metadata } = networkToTensors(network)
 * writeAtomic('network.npz', encodeNetwork('network.npz', { tensors, metadata }))
 * console.log(readCheckpoint('network.npz').spec.sizes) // [ 4, 8, 2 ]
 */
export function encodeNetwork(out: string, archive: TensorArchive): Uint8Array {
  const [first] = networkFormats
  const format = networkFormats.find((known) => known === extname(out).toLowerCase()) ?? first
  return writers[format](archive)
}
