import { FileError } from '../data/file-error.js'
import type { Candidate } from './checkpoint-groups.js'
import { compareByNumbers, compareNames, orderLayers, tableName, tokensOf } from './checkpoint-order.js'

/** Fully connected layers of a file that follow one another. */
export interface FoundChain {
  /** From input to output. */
  readonly layers: readonly Candidate[]
  /** Why they are taken for a chain, as the end of a sentence. */
  readonly why: string
}

const parentOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('.')))

/** The one order that names and shapes allow; undefined where there is none, or more than one. */
function onlyOrder(candidates: readonly Candidate[], file: string): readonly Candidate[] | undefined {
  try {
    return orderLayers(candidates, file)
  } catch (error) {
    if (error instanceof FileError) return undefined
    throw error
  }
}

const inOrder = 'in the only order that numbers in their names and their shapes allow'

/** Neighbours by the numbers in their names, as long as one takes what the other gives. */
function runsOf(family: readonly Candidate[]): FoundChain[] {
  const sorted = family
    .map((layer) => ({ layer, tokens: tokensOf(layer.name) }))
    .sort((a, b) => compareNames(a.tokens, b.tokens))
  const runs: Candidate[][] = []
  sorted.forEach(({ layer, tokens }, i) => {
    const before = sorted.at(i - 1)
    const follows = i > 0 && compareByNumbers(before!.tokens, tokens) < 0 && before!.layer.rows === layer.cols
    if (follows) runs.at(-1)!.push(layer)
    else runs.push([layer])
  })
  return runs.map((layers) => ({
    layers,
    why:
      layers.length > 1
        ? 'neighbours by the numbers in their names, each of which takes what the one before gives'
        : 'on its own: neither numbers in names nor shapes say which matrix comes before or after it (--layers does)',
  }))
}

/**
 * The chains of fully connected layers in a file. All of them make one chain where names and shapes allow a single order;
 * else those of each module are looked at by themselves. Look-up tables are no layers. The file's own order means nothing.
 *
 * @param patterns which layers in which order, as one chain: names, or patterns with `*`
 * @throws FileError when `patterns` name none, or do not chain
 */
export function findChains(
  candidates: readonly Candidate[],
  file: string,
  patterns?: readonly string[],
): readonly FoundChain[] {
  if (patterns) return [{ layers: orderLayers(candidates, file, patterns), why: 'the layers that --layers names' }]
  const layers = candidates.filter(({ name, rows }) => !tableName.test(name) && !Number.isNaN(rows))
  if (layers.length === 0) return []
  const whole = onlyOrder(layers, file)
  if (whole) {
    const why = whole.length > 1 ? `all matrices of the file, ${inOrder}` : 'the only matrix of the file'
    return [{ layers: whole, why }]
  }
  const families = new Map<string, Candidate[]>()
  for (const layer of layers) families.set(parentOf(layer.name), [...(families.get(parentOf(layer.name)) ?? []), layer])
  return Array.from(families).flatMap(([parent, family]): readonly FoundChain[] => {
    const order = family.length > 1 ? onlyOrder(family, file) : undefined
    const where = parent === '' ? 'without a module around them' : `of ${parent}`
    return order ? [{ layers: order, why: `the matrices ${where}, ${inOrder}` }] : runsOf(family)
  })
}
