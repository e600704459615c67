import { extname } from 'node:path'
import { FileError } from '../data/file-error.js'
import { pathKind, requireWritable } from '../node/files/files.js'
import { isStandardOutput } from '../node/files/standard-streams.js'
import { writesDirectly } from '../node/files/staged-file.js'
import { networkFormats } from '../node/files/store-network.js'
import { whyKept } from '../node/files/worth-keeping.js'
import { UsageError } from './fail.js'
import { resultsOnStderr } from './output.js'

/** What commands write, with the formats by extension; the first is that of a name without one and of standard output. */
export const outputFormats = {
  network: networkFormats,
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
    throw new UsageError(`${command}: expected an --out that ends in ${formats.join(' or ')}, got ${out}`)
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
