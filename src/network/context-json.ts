import { FileError, inFile } from '../data/file-error.js'
import { asciiJson, parseJsonObject, type JsonObject, type JsonValue } from '../data/npz-meta.js'
import { formatActivation, readActivation } from './activation.js'
import type { NetworkContext } from './context.js'
import { defaultSigmaW2, parameterizations } from './network.js'
import type { DataOrigin, Origin } from './origin.js'

/** Reads the entries of a JSON object that describes a file, each of the kind that is expected. */
export function metaReader(meta: JsonObject, file: string, prefix = 'meta') {
  const fail = (key: string, expected: string): never => {
    throw new FileError(file, `expected ${expected}, got ${JSON.stringify(meta[key])}`, `${prefix} ${key}`)
  }
  const optional =
    <Value>(expected: string, read: (value: JsonValue) => Value | undefined) =>
    (key: string): Value | undefined => {
      if (!Object.hasOwn(meta, key) || meta[key] === null) return undefined
      return read(meta[key]) ?? fail(key, expected)
    }
  const isNumber = (value: JsonValue): value is number => typeof value === 'number'
  return {
    text: optional('a text', (value) => (typeof value === 'string' ? value : undefined)),
    number: optional('a number', (value) => (isNumber(value) ? value : undefined)),
    numbers: optional('a list of numbers', (value) =>
      Array.isArray(value) && value.every(isNumber) ? value : undefined,
    ),
    flags: optional('true, false or a list of them', (value) =>
      typeof value === 'boolean' || (Array.isArray(value) && value.every((flag) => typeof flag === 'boolean'))
        ? (value as boolean | readonly boolean[])
        : undefined,
    ),
    object: optional('a JSON object', (value) =>
      typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined,
    ),
    /** @throws FileError when there is no such entry */
    need: <Value>(key: string, value: Value | undefined): Value => {
      if (value === undefined) throw new FileError(file, 'expected this entry, found none', `${prefix} ${key}`)
      return value
    },
    oneOf: <Name extends string>(key: string, names: readonly Name[]): Name | undefined =>
      optional(`one of ${names.join(', ')}`, (value) => names.find((name) => name === value))(key),
  }
}

/** JSON leaves out what is undefined. */
function defined(entries: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  )
}

/** A network's context as entries of a JSON object; numbers read back exactly. */
export function contextToJson({
  activation,
  parameterization,
  sigmaW2,
  sigmaB2,
  biases,
  biasEnergies,
  sizes,
}: NetworkContext): JsonObject {
  return defined({
    activation: activation && formatActivation(activation),
    parameterization,
    sigma_w2: sigmaW2,
    sigma_b2: sigmaB2,
    biases: biases.every((has) => has === biases[0]) ? biases[0] : biases,
    bias_energies: biasEnergies && biases.includes(true) ? biasEnergies : undefined,
    sizes,
  })
}

const contextKeys = ['activation', 'parameterization', 'sigma_w2', 'sigma_b2', 'biases', 'bias_energies', 'sizes']

/**
 * The context in a JSON object, or undefined when it says nothing of a network. What is left out has its default: the
 * NTK parameterisation, σ_w² of the activation, σ_b² = 0, biases where σ_b² > 0.
 *
 * @param matrices L + 1
 * @throws FileError naming the entry that is of the wrong kind
 */
export function contextFromJson(
  meta: JsonObject,
  matrices: number,
  file: string,
  prefix?: string,
): NetworkContext | undefined {
  if (!contextKeys.some((key) => Object.hasOwn(meta, key))) return undefined
  const { text, number, numbers, flags, oneOf } = metaReader(meta, file, prefix)
  const said = text('activation')
  const activation = said === undefined ? undefined : inFile(file, () => readActivation(said))
  const sigmaB2 = number('sigma_b2') ?? 0
  const biases = flags('biases') ?? sigmaB2 > 0
  const [biasEnergies, sizes] = [numbers('bias_energies'), numbers('sizes')]
  return {
    ...(activation && { activation }),
    parameterization: oneOf('parameterization', parameterizations) ?? 'ntk',
    sigmaW2: numbers('sigma_w2') ?? inFile(file, () => defaultSigmaW2(activation ?? { name: 'relu' }, matrices)),
    sigmaB2,
    biases: typeof biases === 'boolean' ? Array.from({ length: matrices }, () => biases) : biases,
    ...(biasEnergies && { biasEnergies }),
    ...(sizes && { sizes }),
  }
}

/** Samples as a JSON object. */
export function dataToJson({ source, samples, seed, standardized, fingerprint }: DataOrigin): JsonObject {
  return defined({ source, samples, seed, standardized, fingerprint })
}

/** @throws FileError naming the entry that is missing or of the wrong kind */
export function dataFromJson(meta: JsonObject, file: string, prefix = 'meta data'): DataOrigin {
  const { text, number, oneOf } = metaReader(meta, file, prefix)
  const [source, samples, seed, fingerprint] = [text('source'), number('samples'), number('seed'), text('fingerprint')]
  const standardized = oneOf('standardized', ['training', 'rows', 'no'] as const)
  if (source === undefined || samples === undefined || fingerprint === undefined || standardized === undefined) {
    throw new FileError(file, 'expected source, samples, standardized and fingerprint', prefix)
  }
  return { source, samples, standardized, fingerprint, ...(seed !== undefined && { seed }) }
}

/** An origin as entries of a JSON object. */
export function originToJson({ method, density, scope, seed, data, limn }: Origin): JsonObject {
  return defined({ method, density, scope, seed, data: data && dataToJson(data), limn })
}

/** The origin in a JSON object. @throws FileError naming the entry that is of the wrong kind */
export function originFromJson(meta: JsonObject, file: string, prefix?: string): Origin {
  const { text, number, object } = metaReader(meta, file, prefix)
  const data = object('data')
  const found = {
    method: text('method'),
    density: number('density'),
    scope: text('scope'),
    seed: number('seed'),
    data: data && dataFromJson(data, file),
    limn: text('limn'),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

const metadataKeys = ['method', 'density', 'scope', 'seed', 'data', 'limn'] as const

/** An origin as a network's metadata, whose values are texts. */
export function originToMetadata(origin: Origin): Record<string, string> {
  return Object.fromEntries(
    Object.entries(originToJson(origin)).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : asciiJson(value),
    ]),
  )
}

/**
 * The origin in a network's metadata.
 *
 * @throws FileError naming the entry that does not parse
 */
export function originFromMetadata(metadata: Readonly<Record<string, string>>, file: string): Origin {
  const own = metadataKeys.filter((key) => Object.hasOwn(metadata, key))
  const entries = own.map((key): [string, JsonValue] => {
    const text = metadata[key]
    if (key === 'data') return [key, parseJsonObject(text, file, 'metadata data')]
    if (key !== 'density' && key !== 'seed') return [key, text]
    const value = text.trim() === '' ? NaN : Number(text)
    if (!Number.isFinite(value)) throw new FileError(file, `expected a number, got '${text}'`, `metadata ${key}`)
    return [key, value]
  })
  return originFromJson(Object.fromEntries(entries), file, 'metadata')
}
