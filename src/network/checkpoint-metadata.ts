import { FileError, inFile } from '../data/file-error.js'
import { formatActivation, readActivation, type Activation } from './activation.js'
import { createSpec } from './create.js'
import { parameterizations, type NetworkSpec } from './network.js'

/** What a caller says of a network; it goes before what the file's metadata says. */
export interface SpecOverrides {
  readonly activation?: Activation
  readonly sigmaW2?: readonly number[]
  readonly sigmaB2?: number
}

/** A specification as metadata text; numbers read back exactly. */
export function specToMetadata(spec: NetworkSpec): Record<string, string> {
  return {
    sizes: spec.sizes.join(','),
    activation: formatActivation(spec.activation),
    parameterization: spec.parameterization,
    sigma_w2: spec.sigmaW2.join(','),
    sigma_b2: String(spec.sigmaB2),
  }
}

/** A decimal number; `Number` also takes nothing, spaces and 0x10. */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** Numbers separated by commas, in brackets or not, of which there may have to be a certain number. */
function parseNumbers(file: string, key: string, text: string, count?: number): number[] {
  const inner = /^\s*\[(.*)\]\s*$/s.exec(text)?.[1] ?? text
  const numbers = inner.split(',').map((part) => (decimal.test(part.trim()) ? Number(part) : NaN))
  if (!numbers.every(Number.isFinite) || (count !== undefined && numbers.length !== count)) {
    const expected = count === 1 ? 'one number' : 'numbers separated by commas'
    throw new FileError(file, `expected ${expected}, got '${text}'`, key)
  }
  return numbers
}

/** {@link readActivation} of metadata. @throws FileError naming the entry */
function parseStated(file: string, text: string): Activation {
  try {
    return readActivation(text)
  } catch (error) {
    throw error instanceof RangeError ? new FileError(file, error.message, 'metadata activation') : error
  }
}

/**
 * The specification of a network of the given sizes from a file's metadata. An absent `parameterization` means
 * `standard`, what a PyTorch file means; an absent activation ReLU; absent variances their defaults.
 *
 * @throws FileError naming the metadata entry that is wrong or contradicts the tensors' shapes
 */
export function specFromMetadata(
  metadata: Readonly<Record<string, string>>,
  sizes: readonly number[],
  file: string,
  overrides: SpecOverrides = {},
): NetworkSpec {
  const entries = new Map(Object.entries(metadata))
  const [sizesText, activationText, sigmaW2Text, sigmaB2Text] = ['sizes', 'activation', 'sigma_w2', 'sigma_b2'].map(
    (key) => entries.get(key),
  )
  const parameterizationText = entries.get('parameterization') ?? 'standard'
  const parameterization = parameterizations.find((name) => name === parameterizationText)
  if (!parameterization) {
    throw new FileError(
      file,
      `expected ${parameterizations.join(' or ')}, got '${parameterizationText}'`,
      'metadata parameterization',
    )
  }
  if (sizesText !== undefined && parseNumbers(file, 'metadata sizes', sizesText).join() !== sizes.join()) {
    throw new FileError(file, `expected ${sizes.join(',')}, the tensors’ shapes, got ${sizesText}`, 'metadata sizes')
  }
  const stated = <Value>(text: string | undefined, parse: (text: string) => Value): Value | undefined =>
    text === undefined ? undefined : parse(text)
  const sigmaW2 = overrides.sigmaW2 ?? stated(sigmaW2Text, (text) => parseNumbers(file, 'metadata sigma_w2', text))
  const sigmaB2 =
    overrides.sigmaB2 ?? stated(sigmaB2Text, (text) => parseNumbers(file, 'metadata sigma_b2', text, 1)[0])
  const activation = overrides.activation ?? stated(activationText, (text) => parseStated(file, text))
  return inFile(file, () => {
    return createSpec({
      sizes,
      parameterization,
      ...(activation && { activation }),
      ...(sigmaW2 && { sigmaW2 }),
      ...(sigmaB2 !== undefined && { sigmaB2 }),
    })
  })
}

const metadataKeys = {
  activation: 'activation',
  sigmaW2: 'sigma_w2',
  sigmaB2: 'sigma_b2',
  parameterization: 'parameterization',
} as const

/** The part of a specification that metadata or overrides say, without any default. */
export function knownSpec(
  metadata: Readonly<Record<string, string>>,
  spec: NetworkSpec,
  overrides: SpecOverrides = {},
): Partial<NetworkSpec> {
  const known = Object.entries(metadataKeys).filter(
    ([name, key]) => Object.hasOwn(metadata, key) || overrides[name as keyof SpecOverrides] !== undefined,
  )
  return Object.fromEntries(known.map(([name]) => [name, spec[name as keyof typeof metadataKeys]]))
}
