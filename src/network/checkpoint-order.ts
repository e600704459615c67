import { FileError } from '../data/file-error.js'
import type { Candidate } from './checkpoint-groups.js'

/** Partial orders looked at before a file's order counts as ambiguous. */
const searchLimit = 10_000
/** Beyond it nobody compares all pairs of names. */
const mostCompared = 1000

const label = ({ name, key }: Candidate): string => name || key

/** Layers with their shapes, few enough for a message. */
function listed(layers: readonly Candidate[]): string {
  const texts = layers.map((layer) => `${label(layer)} (${layer.cols} → ${layer.rows})`)
  return texts.length > 12 ? `${texts.slice(0, 11).join(', ')}, … and ${texts.length - 11} more` : texts.join(', ')
}

/** `8-4-8: encoder, decoder` */
function asRead(order: readonly Candidate[]): string {
  return `${[order[0].cols, ...order.map(({ rows }) => rows)].join('-')}: ${order.map(label).join(', ')}`
}

/** Texts and numbers of a name in turn, a text first. */
export const tokensOf = (name: string): string[] => name.split(/(\d+)/)

/**
 * What numbers in two names say of their order: the first place where the names differ decides, if both have a number
 * there. Negative: `a` is before `b`; 0: nothing.
 */
export function compareByNumbers(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((token, i) => token !== b[i])
  return at % 2 === 1 && at < b.length ? Number(a[at]) - Number(b[at]) : 0
}

/** As {@link compareByNumbers}; where numbers say nothing, texts in the order of their letters. */
export function compareNames(a: readonly string[], b: readonly string[]): number {
  const byNumbers = compareByNumbers(a, b)
  if (byNumbers !== 0) return byNumbers
  const at = a.findIndex((token, i) => token !== b[i])
  if (at < 0) return a.length - b.length
  return at >= b.length || a[at] > b[at] ? 1 : -1
}

/** Layers and which of them must come before which. */
interface PartialOrder {
  readonly layers: readonly Candidate[]
  /** Places of the layers that come after each. */
  readonly after: readonly (readonly number[])[]
  /** Whether nothing is left open. */
  readonly total: boolean
}

/** The order that numbers in names give, within each group; groups follow one another. */
function partialOrder(groups: readonly (readonly Candidate[])[]): PartialOrder {
  const sorted = groups.map((group) =>
    group.map((layer) => ({ layer, tokens: tokensOf(layer.name) })).sort((a, b) => compareNames(a.tokens, b.tokens)),
  )
  const layers = sorted.flatMap((group) => group.map(({ layer }) => layer))
  // Neighbours that numbers tell apart are enough: names sorted like this are then in order throughout.
  const total = sorted.every((group) =>
    group.every(({ tokens }, i) => i === 0 || compareByNumbers(group[i - 1].tokens, tokens) < 0),
  )
  if (total || layers.length > mostCompared) return { layers, after: layers.map(() => []), total }
  const places = sorted.flatMap((group, g) => group.map(({ tokens }) => ({ g, tokens })))
  const after = places.map((a) =>
    places.flatMap((b, k) => (a.g < b.g || (a.g === b.g && compareByNumbers(a.tokens, b.tokens) < 0) ? [k] : [])),
  )
  return { layers, after, total }
}

/** The first place where an order of layers does not chain (in ≠ out of the layer before), or −1. */
function brokenLink(layers: readonly Candidate[]): number {
  for (let i = 1; i < layers.length; i++) if (layers[i].cols !== layers[i - 1].rows) return i
  return -1
}

/**
 * Orders in which shapes chain and that keep to the numbers in names, up to two; undefined when the search is not finished
 * within its limit.
 */
function chainingOrders({ layers, after, total }: PartialOrder): (readonly Candidate[])[] | undefined {
  if (total) return brokenLink(layers) < 0 ? [layers] : []
  if (layers.length > mostCompared) return undefined
  const found: (readonly Candidate[])[] = []
  const waitsFor = layers.map(() => 0)
  for (const k of after.flat()) waitsFor[k]++
  const taken = layers.map(() => false)
  const order: number[] = []
  let looked = 0
  const extend = (): void => {
    if (++looked > searchLimit || found.length > 1) return
    if (order.length === layers.length) found.push(order.map((k) => layers[k]))
    const end = order.at(-1)
    for (let k = 0; k < layers.length; k++) {
      if (taken[k] || waitsFor[k] > 0 || (end !== undefined && layers[k].cols !== layers[end].rows)) continue
      taken[k] = true
      order.push(k)
      for (const later of after[k]) waitsFor[later]--
      extend()
      for (const later of after[k]) waitsFor[later]++
      order.pop()
      taken[k] = false
    }
  }
  extend()
  return looked > searchLimit && found.length < 2 ? undefined : found
}

/** What the user can do. */
const remedy = 'say which layers in which order, input first, with --layers a,b,…'

/** A name or pattern of --layers as a test of layers. */
function matcher(pattern: string): (layer: Candidate) => boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
  const whole = new RegExp(`^${parts.join('.*')}$`, 's')
  return ({ name, key }) => whole.test(name) || whole.test(key)
}

/** The layers that every entry of --layers stands for. @throws FileError when one stands for none, or two for the same */
function chosen(candidates: readonly Candidate[], patterns: readonly string[], file: string): Candidate[][] {
  const by = new Map<Candidate, string>()
  return patterns.map((pattern) => {
    const matched = candidates.filter(matcher(pattern))
    if (matched.length === 0) {
      throw new FileError(
        file,
        `expected a fully connected layer as each of --layers, got ${pattern}; there are: ${listed(candidates)}`,
      )
    }
    for (const layer of matched) {
      const other = by.get(layer)
      if (other !== undefined) {
        throw new FileError(
          file,
          `expected each layer once in --layers, got ${label(layer)} by ${other} and ${pattern}`,
        )
      }
      by.set(layer, pattern)
    }
    return matched
  })
}

/** @throws FileError that says where the order breaks */
function refuseBroken({ layers, total }: PartialOrder, file: string, why: string): never {
  if (!total) {
    throw new FileError(
      file,
      `expected layers that chain, got no order of ${listed(layers)} in which each takes what the one before gives; ${remedy}`,
    )
  }
  const at = brokenLink(layers)
  const [before, layer] = [layers[at - 1], layers[at]]
  throw new FileError(
    file,
    `expected ${before.rows} columns as ${label(before)} has rows, got shape [${layer.rows}, ${layer.cols}]; ${why}: ${listed(layers)}; ${remedy}`,
    layer.key,
  )
}

/** Names of look-up tables, which are matrices too but no layers. */
export const tableName = /embed|(^|[._])(emb|w[tp]e)($|[._])/i

/**
 * The layers of a network from input to output: by `patterns`, else all candidates (without look-up tables where these
 * do not chain), in the only order that numbers in names and shapes allow. The file's own order means nothing.
 *
 * @param patterns names, or patterns with `*`, in order; a pattern's layers go by their numbers and shapes
 * @throws FileError when no order or more than one is possible, with the candidates and what to say
 */
export function orderLayers(
  candidates: readonly Candidate[],
  file: string,
  patterns?: readonly string[],
): readonly Candidate[] {
  const order = partialOrder(patterns ? chosen(candidates, patterns, file) : [candidates])
  // What has no shape that can be read cannot be placed.
  order.layers.find(({ rows }) => Number.isNaN(rows))?.check()
  const orders = chainingOrders(order)
  if (orders?.length === 1) return orders[0]
  if (orders?.length === 0) {
    const layers = candidates.filter(({ name }) => !tableName.test(name))
    if (!patterns && layers.length > 0 && layers.length < candidates.length) return orderLayers(layers, file)
    refuseBroken(
      order,
      file,
      patterns ? 'that is the order of --layers' : 'that is the order of the numbers in their names',
    )
  }
  const isShort = orders !== undefined && order.layers.length <= 12
  const could = isShort ? `could be ${orders.map(asRead).join(', or ')}` : `is among ${listed(order.layers)}`
  throw new FileError(
    file,
    `the order of its layers is ambiguous, since neither numbers in their names nor their shapes decide; it ${could}; ${remedy}`,
  )
}
