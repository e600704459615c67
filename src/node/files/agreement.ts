import { formatActivation, type Activation } from '../../network/activation.js'
import { knownSpec, specFromMetadata } from '../../network/checkpoint-metadata.js'
import type { Parameterization } from '../../network/network.js'
import { UsageError } from './usage-error.js'

/** What files and options say of a network. */
export interface Said {
  readonly activation?: Activation | undefined
  readonly parameterization?: Parameterization | undefined
  readonly sigmaW2?: readonly number[] | undefined
  readonly sigmaB2?: number | undefined
}

/** Each with the option's name and its value as text. */
const sayings = {
  activation: ['--activation', ({ activation }: Said) => activation && formatActivation(activation)],
  parameterization: ['--parameterization', ({ parameterization }: Said) => parameterization],
  sigmaW2: ['--sigma-w2', ({ sigmaW2 }: Said) => sigmaW2?.join()],
  sigmaB2: ['--sigma-b2', ({ sigmaB2 }: Said) => sigmaB2?.toString()],
} as const satisfies Readonly<Record<keyof Said, readonly [string, (said: Said) => string | undefined]>>

/**
 * Options may say what a file leaves open, and repeat what it says.
 *
 * @throws UsageError naming options that contradict the file
 */
export function requireAgreement(file: string, said: Said, options: Said): void {
  const contradictions = Object.values(sayings).flatMap(([name, text]) => {
    const [own, asked] = [text(said), text(options)]
    return own === undefined || asked === undefined || own === asked
      ? []
      : [`${name} ${asked} contradicts ${file}, which says ${own}`]
  })
  if (contradictions.length > 0) throw new UsageError(`${contradictions.join('; ')}; leave the option out`)
}

/** What the metadata of a checkpoint says of its network, and nothing that it leaves to defaults. */
export function saidInMetadata(
  metadata: Readonly<Record<string, string>>,
  sizes: readonly number[],
  file: string,
): Said {
  return knownSpec(metadata, specFromMetadata(metadata, sizes, file))
}
