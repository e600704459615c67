import type { Kernels } from '../../linalg/kernels.js'
import { matmul } from '../../linalg/matmul.js'
import { matrix, transpose, type Matrix } from '../../linalg/matrix.js'
import { columnDegrees, rowDegrees, type Mask } from '../../network/mask.js'
import { NumbersError } from '../../numbers-error.js'

/** What the densities of a bipartite graphon are made of. */
interface Weighted {
  readonly W: Matrix
  readonly rowMeasure: Float64Array
  readonly colMeasure: Float64Array
  /** diag(√μ) W W^T diag(√μ) with the measures inside, on the smaller side; computed once, when a cycle asks. */
  gram(): Matrix
}

interface Motif {
  /** Edges e(F): the constant of the counting lemma. */
  readonly edges: number
  readonly density: (graphon: Weighted) => number
}

/** u ↦ ∫ W(u, v) x(v) dv */
function alongColumns({ W: { rows, cols, data }, colMeasure }: Weighted, x?: Float64Array): Float64Array {
  return Float64Array.from({ length: rows }, (_, u) => {
    let sum = 0
    for (let v = 0; v < cols; v++) sum += data[u * cols + v] * colMeasure[v] * (x ? x[v] : 1)
    return sum
  })
}

/** v ↦ ∫ W(u, v) x(u) du */
function alongRows({ W: { rows, cols, data }, rowMeasure }: Weighted, x?: Float64Array): Float64Array {
  const result = new Float64Array(cols)
  for (let u = 0; u < rows; u++) {
    const weight = rowMeasure[u] * (x ? x[u] : 1)
    for (let v = 0; v < cols; v++) result[v] += weight * data[u * cols + v]
  }
  return result
}

const dot = (measure: Float64Array, x: Float64Array, y: Float64Array): number =>
  measure.reduce((sum, weight, i) => sum + weight * x[i] * y[i], 0)

/** The path of k edges, started on the row side: 1ᵀ W Wᵀ W … 1. */
function path(edges: number): Motif {
  return {
    edges,
    density: (graphon) => {
      let values: Float64Array | undefined
      for (let step = 0; step < edges; step++) {
        values = (edges - step) % 2 === 1 ? alongColumns(graphon, values) : alongRows(graphon, values)
      }
      return graphon.rowMeasure.reduce((sum, weight, u) => sum + weight * values![u], 0)
    },
  }
}

/** Bipartite graphs whose densities are followed; `row` and `column` are the sides of W(u, v). */
export const motifs = {
  edge: path(1),
  /** Two columns joined to one row: ∫ (row degree)². */
  'row-cherry': {
    edges: 2,
    density: (graphon) => {
      const degree = alongColumns(graphon)
      return dot(graphon.rowMeasure, degree, degree)
    },
  },
  /** Two rows joined to one column: ∫ (column degree)². */
  'column-cherry': {
    edges: 2,
    density: (graphon) => {
      const degree = alongRows(graphon)
      return dot(graphon.colMeasure, degree, degree)
    },
  },
  path3: path(3),
  path4: path(4),
  path5: path(5),
  /** tr (W Wᵀ)² */
  'cycle-4': {
    edges: 4,
    density: (graphon) => graphon.gram().data.reduce((sum, value) => sum + value * value, 0),
  },
  /** tr (W Wᵀ)³ */
  'cycle-6': {
    edges: 6,
    density: (graphon) => {
      const gram = graphon.gram()
      return matmul(gram, gram).data.reduce((sum, value, k) => sum + value * gram.data[k], 0)
    },
  },
} satisfies Readonly<Record<string, Motif>>

export type MotifName = keyof typeof motifs

export const motifNames = Object.keys(motifs) as readonly MotifName[]

export interface MotifOptions {
  /** Bin measures of the rows; default all alike. */
  readonly rowMeasure?: Float64Array
  readonly colMeasure?: Float64Array
  /** Default all. */
  readonly names?: readonly MotifName[]
  readonly kernels?: Kernels
}

function gramOf(W: Matrix, rowMeasure: Float64Array, colMeasure: Float64Array, kernels?: Kernels): Matrix {
  const scaled = matrix(
    W.rows,
    W.cols,
    W.data.map((value, k) => value * Math.sqrt(rowMeasure[Math.floor(k / W.cols)] * colMeasure[k % W.cols])),
  )
  const narrow = W.rows <= W.cols ? scaled : transpose(scaled)
  return matmul(narrow, narrow, { transposeB: true, ...(kernels && { kernels }) })
}

/** @throws RangeError when measures do not fit W */
function weighted(
  caller: string,
  W: Matrix,
  rowMeasure: Float64Array,
  colMeasure: Float64Array,
  kernels?: Kernels,
): Weighted {
  if (rowMeasure.length !== W.rows || colMeasure.length !== W.cols) {
    const got = `${rowMeasure.length} and ${colMeasure.length}`
    throw new NumbersError(`${caller}: expected ${W.rows} row and ${W.cols} column measures, got ${got}`)
  }
  let gram: Matrix | undefined
  return { W, rowMeasure, colMeasure, gram: () => (gram ??= gramOf(W, rowMeasure, colMeasure, kernels)) }
}

/**
 * Homomorphism densities t(F, W) of bipartite motifs F in a step graphon: the probability that independent uniform
 * positions, rows for one side of F and columns for the other, are joined as F says (Lovász 2012, section 7.2). They do
 * not depend on the order of either side. The cycles take a product of the smaller side's size cubed.
 *
 * @param W `[rows, cols]`
 * @throws RangeError when measures do not fit W
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { motifDensities } from 'limn/graphon'
 *
 * const densities = motifDensities(matrixOf([[1, 0], [0, 1]]))
 * // Two blocks hold twice as many 4-cycles as the constant ½, (½)⁴.
 * console.log(densities.get('edge'), densities.get('cycle-4')) // 0.5 0.125
 */
export function motifDensities(W: Matrix, options: MotifOptions = {}): ReadonlyMap<MotifName, number> {
  const { rowMeasure = uniform(W.rows), colMeasure = uniform(W.cols), names = motifNames, kernels } = options
  const graphon = weighted('motifDensities', W, rowMeasure, colMeasure, kernels)
  return new Map(names.map((name) => [name, motifs[name].density(graphon)]))
}

const uniform = (n: number): Float64Array => new Float64Array(n).fill(1 / n)

/** A path of so many edges. */
export type PathName = `path${number}`

/**
 * Densities of paths of 1, 2, …, `longest` edges that start on the row side: 1ᵀ W 1, 1ᵀ W Wᵀ 1, 1ᵀ W Wᵀ W 1, … in one pass
 * over W for each edge. That of 2 edges has its middle on a column.
 *
 * @throws RangeError when `longest` is not a positive integer or measures do not fit W
 *
 * @example
 * import { matrixOf } from 'limn'
 * import { pathDensities } from 'limn/graphon'
 *
 * console.log(pathDensities(matrixOf([[0.5, 0.5], [0.5, 0.5]]), 3)) // [ 0.5, 0.25, 0.125 ]
 */
export function pathDensities(
  W: Matrix,
  longest: number,
  { rowMeasure = uniform(W.rows), colMeasure = uniform(W.cols) }: Pick<MotifOptions, 'rowMeasure' | 'colMeasure'> = {},
): number[] {
  if (!(Number.isInteger(longest) && longest > 0)) {
    throw new NumbersError(`pathDensities: expected a positive integer as the longest path, got ${longest}`)
  }
  const graphon = weighted('pathDensities', W, rowMeasure, colMeasure)
  let values: Float64Array | undefined
  return Array.from({ length: longest }, (_, step) => {
    values = step % 2 === 0 ? alongRows(graphon, values) : alongColumns(graphon, values)
    const measure = step % 2 === 0 ? colMeasure : rowMeasure
    return values.reduce((sum, value, i) => sum + value * measure[i], 0)
  })
}

/** Motifs whose injective densities are known in closed form. */
export type InjectiveMotif = 'edge' | 'row-cherry' | 'column-cherry' | 'path3' | 'cycle-4'

export const injectiveMotifNames = [
  'edge',
  'row-cherry',
  'column-cherry',
  'path3',
  'cycle-4',
] as const satisfies readonly InjectiveMotif[]

/**
 * Injective densities of motifs in a mask: as homomorphism densities, but the motif's vertices are *different* units.
 * For masks drawn from a graphon they are unbiased estimates of its densities at every width, where homomorphism densities
 * are off by terms in 1/n from units met twice.
 *
 * @param names default all; `cycle-4` takes the product of the smaller side with itself, the others the mask once
 * @throws RangeError when a side has fewer than 2 units, since no motif but the edge then fits
 *
 * @example
 * import { denseMask } from 'limn'
 * import { injectiveMotifDensities } from 'limn/graphon'
 *
 * console.log(injectiveMotifDensities(denseMask(3, 3), ['edge', 'cycle-4']))
 * // Map(2) { 'edge' => 1, 'cycle-4' => 1 }
 */
export function injectiveMotifDensities(
  mask: Mask,
  names: readonly InjectiveMotif[] = injectiveMotifNames,
  kernels?: Kernels,
): ReadonlyMap<InjectiveMotif, number> {
  const { rows, cols, data, kept } = mask
  if (!(rows >= 2 && cols >= 2)) {
    throw new NumbersError(`injectiveMotifDensities: expected at least 2 rows and 2 columns, got ${rows} × ${cols}`)
  }
  const [row, col] = [rowDegrees(mask), columnDegrees(mask)]
  const pairs = (degrees: Int32Array) => degrees.reduce((sum, degree) => sum + degree * (degree - 1), 0)
  const count: Readonly<Record<InjectiveMotif, () => number>> = {
    edge: () => kept / (rows * cols),
    'row-cherry': () => pairs(row) / (rows * cols * (cols - 1)),
    'column-cherry': () => pairs(col) / (cols * rows * (rows - 1)),
    path3: () => {
      let sum = 0
      for (let u = 0; u < rows; u++) {
        for (let v = 0; v < cols; v++) if (data[u * cols + v] === 1) sum += (row[u] - 1) * (col[v] - 1)
      }
      return sum / (rows * (rows - 1) * cols * (cols - 1))
    },
    'cycle-4': () => {
      const W = matrix(rows, cols, Float64Array.from(data))
      const gram = gramOf(W, new Float64Array(rows).fill(1), new Float64Array(cols).fill(1), kernels)
      // Closed walks of length 4, without those that return along an edge or meet one unit twice.
      const walks = gram.data.reduce((sum, value) => sum + value * value, 0)
      return (walks - pairs(row) - pairs(col) - kept) / (rows * (rows - 1) * cols * (cols - 1))
    },
  }
  return new Map(names.map((name) => [name, count[name]()]))
}

/** e(F): the edges of a motif of the table or of a path of any length. */
export function motifEdges(name: MotifName | PathName): number {
  return Object.hasOwn(motifs, name) ? motifs[name as MotifName].edges : Number(name.slice('path'.length))
}

/**
 * The counting lemma's bound (Lovász 2012, lemma 10.23; its proof replaces one edge at a time and holds for bipartite
 * graphons): |t(F, W) − t(F, W′)| ≤ e(F) · ‖W − W′‖_□, and the same with the cut distance, as densities ignore labels.
 *
 * @param cut an upper bound of the cut norm or cut distance
 *
 * @example
 * import { countingBound } from 'limn/graphon'
 *
 * // Four edges, each worth the cut norm.
 * console.log(countingBound('cycle-4', 0.01)) // 0.04
 */
export function countingBound(name: MotifName | PathName, cut: number): number {
  return motifEdges(name) * cut
}
