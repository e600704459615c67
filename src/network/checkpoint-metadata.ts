import { FileError, inFile } from '../data/file-error.js'
import { formatActivation, parseActivation, type Activation } from './activation.js'
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

function parseNumbers(file: string, key: string, text: string): number[] {
  const parts = text.replace(/^\s*\[|\]\s*$/g, '').split(',')
  return parts.map((part) => {
    const value = part.trim() === '' ? NaN : Number(part)
    if (!Number.isFinite(value)) throw new FileError(file, `expected numbers separated by commas, got '${text}'`, key)
    return value
  })
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
  const sigmaW2 = overrides.sigmaW2 ?? (sigmaW2Text && parseNumbers(file, 'metadata sigma_w2', sigmaW2Text))
  const sigmaB2 = overrides.sigmaB2 ?? (sigmaB2Text && parseNumbers(file, 'metadata sigma_b2', sigmaB2Text)[0])
  return inFile(file, () => {
    const activation = overrides.activation ?? (activationText ? parseActivation(activationText) : undefined)
    return createSpec({
      sizes,
      parameterization,
      ...(activation && { activation }),
      ...(typeof sigmaW2 === 'object' && { sigmaW2 }),
      ...(typeof sigmaB2 === 'number' && { sigmaB2 }),
    })
  })
}
