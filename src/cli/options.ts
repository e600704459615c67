import { InvalidArgumentError, Option } from 'commander'
import { namedDatasets } from '../data/named.js'
import { isModulePath } from '../data/module-path.js'
import { activationChoices, formatActivation, parseActivation, type Activation } from '../network/activation.js'
import { zeroMeanings, type ZeroMeaning } from '../network/checkpoint.js'
import { figureFormat } from '../node/figures/figure.js'
import { weightChoices } from '../network/weight-choice.js'
import type { ClassChoice } from '../node/kernels/options.js'

type Parse<Value> = (text: string) => Value

export function refuse(expected: string, text: string, remedy = ''): never {
  throw new InvalidArgumentError(`expected ${expected}, got '${text}'${remedy}`)
}

const isNumber = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text))

export const parsePositive: Parse<number> = (text) =>
  isNumber(text) && Number(text) > 0 ? Number(text) : refuse('a positive number', text)

export const parseNonNegative: Parse<number> = (text) =>
  isNumber(text) && Number(text) >= 0 ? Number(text) : refuse('a number that is not negative', text)

export const parseDensity: Parse<number> = (text) =>
  isNumber(text) && Number(text) > 0 && Number(text) <= 1 ? Number(text) : refuse('a density in (0, 1]', text)

export const parseCount: Parse<number> = (text) =>
  isNumber(text) && Number.isSafeInteger(Number(text)) && Number(text) >= 1
    ? Number(text)
    : refuse('a positive integer', text)

export const parseWhole: Parse<number> = (text) =>
  isNumber(text) && Number.isSafeInteger(Number(text)) && Number(text) >= 0
    ? Number(text)
    : refuse('a non-negative integer', text)

/** A curve has one number per step, so that a slip of the keyboard must not ask for all memory. */
const mostSteps = 10_000_000

export const parseSteps: Parse<number> = (text) =>
  isNumber(text) && Number.isInteger(Number(text)) && Number(text) >= 0 && Number(text) <= mostSteps
    ? Number(text)
    : refuse(`a whole number of steps from 0 to ${mostSteps}`, text)

export const parseMomentum: Parse<number> = (text) =>
  isNumber(text) && Number(text) >= 0 && Number(text) < 1 ? Number(text) : refuse('a momentum in [0, 1)', text)

const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
}

export const parseBytes: Parse<number> = (text) => {
  const [, number = '', unit = ''] = /^\s*([0-9.eE+]+?)\s*([A-Za-z]*)\s*$/.exec(text) ?? []
  const factor = Object.hasOwn(byteUnits, unit.toUpperCase()) ? byteUnits[unit.toUpperCase()] : NaN
  const bytes = isNumber(number) ? Number(number) * factor : NaN
  return bytes >= 1 && bytes < Infinity ? Math.floor(bytes) : refuse('a size such as 4GB or 512MiB', text)
}

export const parseClasses: Parse<ClassChoice> = (text) => {
  if (text === 'all' || text === 'mean') return text
  const parts = text.split(',')
  const classes = parts.map(Number)
  const valid = parts.every((part, k) => isNumber(part) && Number.isSafeInteger(classes[k]) && classes[k] >= 0)
  return valid && new Set(classes).size === classes.length ? classes : refuse('mean, all, or classes such as 0,3', text)
}

export const parsePath: Parse<string> = (text) => (text === '' ? refuse('a path', text) : text)

export const parseFigure: Parse<string> = (text) => {
  try {
    figureFormat(text)
    return text
  } catch {
    return refuse('a name that ends in .svg or .png', text)
  }
}

export const parseSizes: Parse<number[]> = (text) => {
  const sizes = text.split(',').map(Number)
  return sizes.length >= 2 && sizes.every((size) => Number.isSafeInteger(size) && size >= 1)
    ? sizes
    : refuse('layer sizes such as 784,1024,1024,10', text)
}

export const parseNumbers: Parse<number[]> = (text) => {
  const parts = text.split(',')
  return parts.every((part) => isNumber(part) && Number(part) > 0)
    ? parts.map(Number)
    : refuse('positive numbers such as 1,2,2,1', text)
}

export const parseActivationOption: Parse<Activation> = (text) => {
  // A module is loaded before the command runs: see loadOwnActivation.
  if (isModulePath(text)) return { name: text }
  try {
    return parseActivation(text)
  } catch {
    return refuse(`${activationChoices} or the path of a module such as ./my-activation.js`, text)
  }
}

/** Names or patterns, separated by commas. */
export const parseNames: Parse<string[]> = (text) => {
  const names = text.split(',').map((name) => name.trim())
  return names.every((name) => name !== '')
    ? names
    : refuse('names such as fc1,fc2 or patterns such as encoder.*', text)
}

/** What the command line says of how a network is read. */
export interface NetworkFlags {
  readonly layers?: readonly string[]
  readonly zeros?: ZeroMeaning
}

const named = Object.keys(namedDatasets).join(', ')

/** Options that several commands share, made anew for each. */
export const shared = {
  json: () => new Option('--json', 'print one JSON document on stdout and nothing else there'),
  seed: () => new Option('--seed <integer>', 'seed of every random draw').argParser(parseWhole).default(0),
  out: (what: string) => new Option('--out <file>', what).argParser(parsePath).makeOptionMandatory(),
  force: () =>
    new Option(
      '--force',
      'replace an --out that is an input, a trained network, 64 MiB or more, or not written by limn; else refused',
    ),
  memory: () =>
    new Option('--memory <size>', 'bound of working memory, e.g. 4GB; default: most of what is free').argParser(
      parseBytes,
    ),
  data: () =>
    new Option(
      '--data <source>',
      `${named}, a folder of IDX files, a CIFAR binary folder, an .npz with x and y, or an .npy`,
    ),
  samples: () =>
    new Option('--samples <n>', `use the first n rows (${named}: a class-balanced draw); default: all`).argParser(
      parseCount,
    ),
  standardize: () => new Option('--standardize', 'standardise a file’s values (a named dataset always is)'),
  layers: () =>
    new Option(
      '--layers <list>',
      'layers of the network from input to output: names as in the file, or patterns such as encoder.*; default: all, by the numbers in their names or by the only order in which they chain',
    ).argParser(parseNames),
  zeros: () =>
    new Option('--zeros <what>', 'exact zeros of weights without a mask: pruned weights (default), or kept').choices([
      ...zeroMeanings,
    ]),
  keptWeights: (meaning: string) =>
    new Option('--weights <which>', meaning).choices([...weightChoices]).default('kept'),
  activation: () =>
    new Option(
      '--activation <name>',
      `${activationChoices}, or a module of your own such as ./my-activation.js`,
    ).argParser(parseActivationOption),
  sigmaW2: () => new Option('--sigma-w2 <list>', 'σ_w² of each weight matrix, e.g. 1,2,2,1').argParser(parseNumbers),
  sigmaB2: () => new Option('--sigma-b2 <number>', 'σ_b²').argParser(parseNonNegative),
}

export { formatActivation }
