import type { Kernels } from '../../linalg/kernels.js'
import type { Matrix } from '../../linalg/matrix.js'
import type { Mask } from '../../network/mask.js'
import type { GraphonChain } from '../chain/chain.js'
import {
  countingBound,
  injectiveMotifDensities,
  injectiveMotifNames,
  motifDensities,
  motifEdges,
  motifNames,
  pathDensities,
  type MotifName,
  type MotifOptions,
  type PathName,
} from './motifs.js'
import { NumbersError } from '../../numbers-error.js'

export interface MotifTableOptions {
  readonly rowMeasure?: Float64Array
  readonly colMeasure?: Float64Array
  /** Longest path, in edges. Default 5. */
  readonly paths?: number
  /** Which motifs; default all of the table with all paths up to `paths`. */
  readonly names?: readonly (MotifName | PathName)[]
  readonly kernels?: Kernels
}

/** One motif in one graphon, beside a constant graphon of equal density. */
export interface MotifRow {
  readonly motif: MotifName | PathName
  readonly edges: number
  /** Homomorphism density t(F, W). */
  readonly density: number
  /** p^e(F): its density in the constant graphon p. */
  readonly constant: number
  /** Injective density, in a mask large enough and where it is known in closed form. */
  readonly injective?: number
  /** The injective density, or else the homomorphism density, over p^e(F); null without any edge. */
  readonly ratio: number | null
}

const defaultPaths = 5

const isPath = (name: string): name is PathName => name.startsWith('path')

/** The names of the table with all paths from 3 to `longest` edges; those of 1 and 2 are edge and column cherry. */
export function motifNamesUpTo(longest: number): readonly (MotifName | PathName)[] {
  const paths = Array.from({ length: Math.max(0, longest - 2) }, (_, i): PathName => `path${i + 3}`)
  const first = motifNames.findIndex(isPath)
  const others = motifNames.filter((name) => !isPath(name))
  return [...others.slice(0, first), ...paths, ...others.slice(first)]
}

function densitiesOf(W: Matrix, { paths, names, ...options }: MotifTableOptions): Map<MotifName | PathName, number> {
  const wanted = names ?? motifNamesUpTo(paths ?? defaultPaths)
  const longest = Math.max(0, ...wanted.filter(isPath).map(motifEdges))
  const alongPaths = longest > 0 ? pathDensities(W, longest, options) : []
  const others = motifDensities(W, { ...options, names: wanted.filter((name) => !isPath(name)) })
  return new Map(
    wanted.map((name) => [name, isPath(name) ? alongPaths[motifEdges(name) - 1] : others.get(name as MotifName)!]),
  )
}

/** Densities of different units, as far as they are wanted and the mask is large enough to hold them. */
function injectiveOf(mask: Mask, wanted: readonly string[], kernels?: Kernels): ReadonlyMap<string, number> {
  if (!(mask.rows >= 2 && mask.cols >= 2)) return new Map()
  const names = injectiveMotifNames.filter((name) => wanted.includes(name))
  return injectiveMotifDensities(mask, names, kernels)
}

/**
 * Densities of motifs in one graphon beside those of the constant graphon of equal density, which by Sidorenko's
 * inequality are the least possible for cherries, paths and even cycles: a ratio of 1 says that no structure is seen.
 *
 * @param W `[rows, cols]`
 * @param mask the mask that W is, for the densities of different units, whose ratio is free of terms in 1/n
 * @throws RangeError when measures do not fit W or `paths` is no integer
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { motifTable } from 'limn/graphon'
 *
 * const rows = motifTable(matrixOf([[1, 0], [0, 1]]), { names: ['edge', 'cycle-4'] })
 * console.log(rows.map(({ motif, ratio }) => `${motif} ${ratio}`)) // [ 'edge 1', 'cycle-4 2' ]
 */
export function motifTable(W: Matrix, options: MotifTableOptions = {}, mask?: Mask): MotifRow[] {
  const { paths = defaultPaths } = options
  if (!(Number.isInteger(paths) && paths > 0)) {
    throw new NumbersError(`motifTable: expected a positive integer as the longest path, got ${paths}`)
  }
  const densities = densitiesOf(W, options)
  const p = pathDensities(W, 1, options)[0]
  const injective = mask && injectiveOf(mask, [...densities.keys()], options.kernels)
  return Array.from(densities, ([motif, density]): MotifRow => {
    const edges = motifEdges(motif)
    const constant = p ** edges
    const corrected = injective?.get(motif)
    const ratio = constant > 0 ? (corrected ?? density) / constant : null
    return { motif, edges, density, constant, ...(corrected !== undefined && { injective: corrected }), ratio }
  })
}

/** One motif in one matrix of two chains, beside what the cut norm allows. */
export interface MotifComparison {
  readonly motif: MotifName | PathName
  /** Homomorphism density in the first chain. */
  readonly a: number
  /** In the second. */
  readonly b: number
  /** |a − b| */
  readonly difference: number
  /** e(F) times the cut distance, at most 1: `difference` cannot exceed it. */
  readonly bound: number
}

export interface MotifReport {
  /** Weight matrix l = 1 … L + 1. */
  readonly matrix: number
  /** The upper bound of the cut norm or distance that was given. */
  readonly cut: number
  readonly motifs: readonly MotifComparison[]
}

/** The measures of matrix l = 0 … L of a chain, as motifs take them. */
export function measuresOf({ measures }: GraphonChain, l: number): Pick<MotifOptions, 'rowMeasure' | 'colMeasure'> {
  const [rowMeasure, colMeasure] = [measures.at(l), l > 0 ? measures[l - 1] : undefined]
  return { ...(rowMeasure && { rowMeasure }), ...(colMeasure && { colMeasure }) }
}

/**
 * The counting lemma beside the cut norm: densities of every motif in both chains, their difference, and the bound that a
 * cut norm or cut distance puts on it. The chains may cut their hidden layers differently, since densities ignore labels.
 *
 * @param cuts certified upper bound per matrix, for example `upper` of `distanceChains` with the norm `cut`
 * @param options which motifs; default all
 * @throws RangeError when the chains or bounds differ in number, or a bound is negative or no number
 *
 * @example
 * import { blockChain, constantChain } from 'limn'
 * import { motifReport } from 'limn/graphon'
 *
 * const shape = { inputs: 2, classes: 2, hidden: [2, 2] }
 * const blocks = blockChain(shape, { blocks: 2, within: 0.6, between: 0.4 })
 * const [, hidden] = motifReport(blocks, constantChain(shape, 0.5), [0.025, 0.025, 0.025], { names: ['cycle-4'] })
 * console.log(hidden.motifs.map(({ motif, bound }) => `${motif} ≤ ${bound}`)) // [ 'cycle-4 ≤ 0.1' ]
 */
export function motifReport(
  a: GraphonChain,
  b: GraphonChain,
  cuts: readonly number[],
  options: Pick<MotifTableOptions, 'names' | 'paths' | 'kernels'> = {},
): MotifReport[] {
  if (!(a.W.length === b.W.length && a.W.length === cuts.length)) {
    const got = `${a.W.length}, ${b.W.length} and ${cuts.length}`
    throw new NumbersError(`motifReport: expected as many matrices in both chains as cut bounds, got ${got}`)
  }
  const densities = (chain: GraphonChain, l: number) => densitiesOf(chain.W[l], { ...options, ...measuresOf(chain, l) })
  return cuts.map((cut, l) => {
    if (!(cut >= 0)) throw new NumbersError(`motifReport: expected a cut bound of at least 0, got ${cut}`)
    const [inA, inB] = [densities(a, l), densities(b, l)]
    const compared = [...inA].map(([motif, value]): MotifComparison => {
      const other = inB.get(motif)!
      const bound = Math.min(1, countingBound(motif, cut))
      return { motif, a: value, b: other, difference: Math.abs(value - other), bound }
    })
    return { matrix: l + 1, cut, motifs: compared }
  })
}
