import type { Checkpoint, LeftOut } from '../network/checkpoint.js'
import type { NetworkFlags } from './options.js'

/** The first few of a list, and how many more there are. */
function few(entries: readonly string[], separator: string, most = 8): string {
  if (entries.length <= most) return entries.join(separator)
  const [last] = entries.slice(-1)
  return [...entries.slice(0, most - 2), '…', last].join(separator)
}

function leftOutText(leftOut: readonly LeftOut[]): string {
  const most = 6
  const texts = leftOut
    .slice(0, most)
    .map(
      ({ name, tensors }) =>
        `${name === '' ? 'without a module' : name} (${tensors} ${tensors === 1 ? 'tensor' : 'tensors'})`,
    )
  const rest = leftOut.slice(most)
  const more = rest.reduce((sum, { tensors }) => sum + tensors, 0)
  if (rest.length > 0) texts.push(`and ${rest.length} more (${more} tensors)`)
  return texts.join(', ')
}

/** What a command does with a network. */
export interface Use {
  /** Whether it computes outputs or derivatives, which an activation makes. Default: its masks and weights alone matter. */
  readonly computes?: boolean
}

/** How a network was read, in lines for people: which layers in which order, and what became of zeros and pruned biases. */
export function readingLines({ spec, reading, known }: Checkpoint, { computes = false }: Use = {}): string[] {
  const { layers, leftOut, zeros, prunedBiases } = reading
  const what = layers.length === 0 ? '' : `: ${few(layers, ', ')}`
  const lines = [
    `read as ${few(spec.sizes.map(String), '-')}${what}${leftOut.length === 0 ? '' : `; left out: ${leftOutText(leftOut)}`}`,
  ]
  if (computes && !known.activation) lines.push('says no activation: taken as ReLU (--activation)')
  if (zeros && zeros.count > 0) {
    const taken =
      zeros.taken === 'pruned'
        ? 'taken as pruned (--zeros kept takes them as weights)'
        : 'taken as weights, as --zeros kept says'
    const share = `${Number(((100 * zeros.count) / zeros.of).toPrecision(3))} % of the weights without a mask, ${zeros.count} of ${zeros.of}`
    lines.push(`${share}, are exact zeros: ${taken}`)
  }
  if (prunedBiases.length > 0) {
    const texts = prunedBiases.map(({ layer, count, of }) => `${layer} ${count} of ${of}`)
    lines.push(`biases that a mask prunes are read as 0, which training may change: ${few(texts, ', ')}`)
  }
  return lines
}

/**
 * Says on stderr how a network was read. Called when a command's checks are over, so that a refusal stays one line.
 *
 * @param flags what `--zeros` says, which may turn out to be about nothing
 */
export function sayReading(file: string, checkpoint: Checkpoint, flags: NetworkFlags, use?: Use): void {
  const lines = readingLines(checkpoint, use)
  const { zeros } = checkpoint.reading
  if (flags.zeros !== undefined && zeros?.count === 0) {
    lines.push(`none of the ${zeros.of} weights without a mask is exactly zero: --zeros changes nothing`)
  }
  process.stderr.write(lines.map((line) => `${file}: ${line}\n`).join(''))
}
