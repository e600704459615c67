import { statSync } from 'node:fs'
import { extname } from 'node:path'
import { archiveWriters, readTensors, unnamedKey, type TensorArchive } from '../data/archives.js'
import { FileError } from '../data/file-error.js'
import { pathKind, readBytes, readLimit, requireWritable } from '../node/files/files.js'
import { gigabytes } from '../node/files/memory.js'
import { isStandardOutput } from '../node/files/standard-streams.js'
import { writesDirectly } from '../node/files/staged-file.js'
import { UsageError } from './fail.js'
import { resultsOnStderr } from './output.js'

/** What commands write, with the formats by extension; the first is that of a name without one and of standard output. */
export const outputFormats = {
  network: Object.keys(archiveWriters) as (keyof typeof archiveWriters)[],
  chain: ['.npz'],
  kernel: ['.npy'],
} as const

export type OutputKind = keyof typeof outputFormats

export interface Destination {
  /** The command, for messages. */
  readonly command: string
  readonly kind: OutputKind
  readonly out: string
  /** Files that the command reads, which it does not replace; names that are no files are passed over. */
  readonly inputs: readonly (string | undefined)[]
  /** Replaces whatever is there. */
  readonly force?: boolean | undefined
  /** Whether the command's JSON document takes standard output. */
  readonly json?: boolean | undefined
  /** Whether the command itself may take long: then no file with anything in it is replaced unasked. */
  readonly long?: boolean
}

/** Contents of this size may have taken hours, whatever they are. */
const largeFile = 2 ** 26

/**
 * Checks, before anything is computed, that an output is written in the format that its name says, in a place that can be
 * written to, and takes nobody's work away: an input of the command, a trained network, a file of 64 MiB or more, or an
 * archive that limn did not write are replaced only when `force` is set. Results for people go to stderr when the output goes to stdout.
 *
 * @throws UsageError when the name promises another format, or two things would go to standard output
 * @throws FileError when there is no such place, or something that is not replaced
 */
export function requireDestination({ command, kind, out, inputs, force, json, long }: Destination): void {
  const formats: readonly string[] = outputFormats[kind]
  const extension = extname(out).toLowerCase()
  if (extension !== '' && !formats.includes(extension) && !writesDirectly(out)) {
    const torch = ['.pt', '.pth', '.ckpt', '.bin'].includes(extension) && kind === 'network'
    const remedy = torch ? '; PyTorch reads .safetensors with safetensors.torch.load_file' : ''
    throw new UsageError(`${command}: expected an --out that ends in ${formats.join(' or ')}, got ${out}${remedy}`)
  }
  if (isStandardOutput(out)) {
    if (json) throw new UsageError(`${command}: expected --json or --out ${out}, got both for standard output`)
    resultsOnStderr()
  }
  requireWritable(out)
  if (force || writesDirectly(out) || pathKind(out) === 'missing') return
  const why = whyKept(out, inputs, long ?? false)
  if (why !== undefined) throw new FileError(out, `${why}; choose another --out, or --force to replace it`)
}

/** What makes a file worth keeping; undefined for one that is empty or quickly made again. */
function whyKept(out: string, inputs: readonly (string | undefined)[], long: boolean): string | undefined {
  const { size, dev, ino } = statSync(out)
  const isOut = (input: string | undefined): boolean => {
    if (input === undefined) return false
    const stats = statSync(input, { throwIfNoEntry: false })
    return stats !== undefined && stats.dev === dev && stats.ino === ino
  }
  if (inputs.some(isOut)) return 'is an input of this command'
  if (size === 0) return undefined
  if (size >= largeFile) return `has ${gigabytes(size)} that may have taken hours`
  const archive = readArchive(out)
  if (archive?.metadata['trained'] !== undefined) return 'holds a trained network'
  if (archive && !isOwn(archive)) return 'holds what limn has not written'
  return long ? 'is there already' : undefined
}

function readArchive(file: string): TensorArchive | undefined {
  try {
    return readTensors(readBytes(file), file)
  } catch {
    return undefined
  }
}

/** Whether limn writes such archives: networks say so, chains and kernels have a form of their own. */
function isOwn({ tensors, metadata }: TensorArchive): boolean {
  if ('limn' in metadata || tensors.has('W0') || tensors.has('W1')) return true
  const shape = tensors.get(unnamedKey)?.shape
  return shape !== undefined && shape.length >= 2 && shape.length <= 3 && shape.at(-1) === shape.at(-2)
}

/** Bytes of a weight in a file at least: f32, and its mask. */
const bytesPerStoredWeight = 5

/**
 * Refuses, before anything is computed, a network whose file would be larger than limn reads.
 *
 * @throws RangeError with its size
 */
export function requireStorable(command: string, sizes: readonly number[]): void {
  const bytes = bytesPerStoredWeight * sizes.slice(1).reduce((sum, size, i) => sum + size * sizes[i], 0)
  if (bytes <= readLimit) return
  throw new RangeError(
    `${command}: a network of sizes ${sizes.join(',')} takes ${gigabytes(bytes)} as a file, and limn reads files of at most 2 GiB; use smaller layers`,
  )
}

/** A network in the format that its name says, safetensors where it says none. */
export function encodeNetwork(out: string, archive: TensorArchive): Uint8Array {
  const [first] = outputFormats.network
  const format = outputFormats.network.find((known) => known === extname(out).toLowerCase()) ?? first
  return archiveWriters[format](archive)
}
