import { matmul } from '../../linalg/matmul.js'
import { matrix, transpose, type Matrix } from '../../linalg/matrix.js'
import type { NormName } from './norms.js'

/** Step functions A and B on bins with the same measures, and which sides may be relabelled. */
export interface Sides {
  readonly a: Matrix
  readonly b: Matrix
  readonly row: Float64Array
  readonly col: Float64Array
  readonly rowsFree: boolean
  readonly colsFree: boolean
}

/**
 * inf over rearrangements of ∫ |f − g|^power for functions with values f_i, g_i on bins of measure m_i: that of the
 * rearrangements in order (Hardy, Littlewood and Pólya; the Wasserstein distance of the values' distributions).
 */
export function rearranged(f: Float64Array, g: Float64Array, measure: Float64Array, power: 1 | 2): number {
  const order = (values: Float64Array) => Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j] || i - j)
  const [left, right] = [order(f), order(g)]
  let total = 0
  let [i, j] = [0, 0]
  let [restF, restG] = [measure[left[0]], measure[right[0]]]
  while (i < left.length && j < right.length) {
    const step = Math.min(restF, restG)
    total += step * Math.abs(f[left[i]] - g[right[j]]) ** power
    restF -= step
    restG -= step
    if (restF <= 0) restF = measure[left[++i]]
    if (restG <= 0) restG = measure[right[++j]]
  }
  return total
}

/** ∫ A(u, v) over v in the columns where `inT`. */
function rowDegrees({ rows, cols, data }: Matrix, col: Float64Array, inT?: (j: number) => boolean): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let degree = 0
    for (let j = 0; j < cols; j++) if (!inT || inT(j)) degree += data[i * cols + j] * col[j]
    return degree
  })
}

function mean(values: Float64Array, measure: Float64Array): number {
  return values.reduce((total, value, i) => total + value * measure[i], 0)
}

/**
 * max over S of |∫_S f − g| when f may be rearranged: the larger of ∫ (f − g)⁺ and ∫ (f − g)⁻ is (‖f − g‖₁ + |∫ f − g|)/2,
 * whose second term no rearrangement changes and whose first is least in order.
 */
function marginBound(f: Float64Array, g: Float64Array, measure: Float64Array, free: boolean): number {
  const apart = free ? rearranged(f, g, measure, 1) : unmoved(f, g, measure, 1)
  return (apart + Math.abs(mean(f, measure) - mean(g, measure))) / 2
}

/**
 * Cut sets S × all, all × T; where columns are fixed also S × T for the T of columns that gained and of those that lost. In
 * every relabelling |∫_{S×T} A − B| of the best S is at least {@link marginBound} of the degrees into T.
 */
function degreeBound({ a, b, row, col, rowsFree, colsFree }: Sides): number {
  const [columnsA, columnsB] = [transpose(a), transpose(b)]
  const rowsOf = (inT?: (j: number) => boolean) =>
    marginBound(rowDegrees(a, col, inT), rowDegrees(b, col, inT), row, rowsFree)
  const colsOf = (inS?: (i: number) => boolean) =>
    marginBound(rowDegrees(columnsA, row, inS), rowDegrees(columnsB, row, inS), col, colsFree)
  const bounds = [rowsOf(), colsOf()]
  if (!colsFree) {
    const gain = rowDegrees(columnsA, row).map((value, j) => value - rowDegrees(columnsB, row)[j])
    bounds.push(
      rowsOf((j) => gain[j] > 0),
      rowsOf((j) => gain[j] < 0),
    )
  }
  if (!rowsFree) {
    const gain = rowDegrees(a, col).map((value, i) => value - rowDegrees(b, col)[i])
    bounds.push(
      colsOf((i) => gain[i] > 0),
      colsOf((i) => gain[i] < 0),
    )
  }
  return Math.max(...bounds)
}

/** Homomorphism densities of the cycles with 4 and 6 edges: traces of powers of A Aᵀ, weighted by measures. */
function cycleDensities(a: Matrix, row: Float64Array, col: Float64Array): [number, number] {
  const n = matrix(
    a.rows,
    a.cols,
    a.data.map((value, k) => value * Math.sqrt(row[Math.floor(k / a.cols)] * col[k % a.cols])),
  )
  const gram = matmul(n, n, { transposeB: true })
  const square = matmul(gram, gram)
  const inner = (x: Matrix, y: Matrix) => x.data.reduce((total, value, k) => total + value * y.data[k], 0)
  return [inner(gram, gram), inner(square, gram)]
}

/**
 * Counting lemma (Lovász 2012, chapter 10): for functions with values in [0, M] and a bipartite graph F with e edges
 * |t(F, A) − t(F, B)| ≤ e M^{e−1} δ_□(A, B): exchange one edge's A for B at a time; the others give factors in [0, M] that
 * depend on one end each, and the integral is bilinear in them. Used with the cycles of 4 and 6 edges.
 */
function countingBound({ a, b, row, col }: Sides): number {
  if (![...a.data, ...b.data].every((value) => value >= 0)) return 0
  const largest = [a, b].reduce((most, { data }) => data.reduce((x, y) => Math.max(x, y), most), 0)
  if (largest === 0) return 0
  const ofA = cycleDensities(a, row, col)
  const ofB = cycleDensities(b, row, col)
  return Math.max(...[4, 6].map((edges, k) => Math.abs(ofA[k] - ofB[k]) / (edges * largest ** (edges - 1))))
}

/** ∫ |A − B|^power is at least that of the entries in order: of all of them, or of each row or column that stays in place. */
function entriesBound({ a, b, row, col, rowsFree, colsFree }: Sides, power: 1 | 2): number {
  if (rowsFree && colsFree) {
    const area = Float64Array.from(a.data, (_, k) => row[Math.floor(k / a.cols)] * col[k % a.cols])
    return rearranged(a.data, b.data, area, power)
  }
  const [x, y, fixed, free] = rowsFree ? [transpose(a), transpose(b), col, row] : [a, b, row, col]
  const line = (m: Matrix, i: number) => m.data.subarray(i * m.cols, (i + 1) * m.cols)
  return fixed.reduce((total, measure, i) => {
    const apart =
      rowsFree || colsFree
        ? rearranged(line(x, i), line(y, i), free, power)
        : unmoved(line(x, i), line(y, i), free, power)
    return total + measure * apart
  }, 0)
}

function unmoved(f: Float64Array, g: Float64Array, measure: Float64Array, power: 1 | 2): number {
  return mean(
    f.map((value, i) => Math.abs(value - g[i]) ** power),
    measure,
  )
}

/**
 * A number that the norm of A − B is at least, however the free sides are relabelled; zero when both differ by a relabelling.
 * From invariants: degrees and, for the cut norm, cycle densities; for l1 and l2 the distribution of the entries. What
 * rounding in sums of measures can amount to is taken off.
 */
export function relabellingLowerBound(norm: NormName, sides: Sides): number {
  const { rows, cols } = sides.a
  const size = [sides.a, sides.b].reduce((most, { data }) => data.reduce((x, y) => Math.max(x, Math.abs(y)), most), 0)
  const rounding = 8 * Number.EPSILON * size
  const table: Record<NormName, () => number> = {
    cut: () => Math.max(degreeBound(sides), countingBound(sides)) - rounding * (rows + cols),
    l1: () => entriesBound(sides, 1) - rounding * rows * cols,
    l2: () => Math.sqrt(Math.max(0, entriesBound(sides, 2) - rounding * size * rows * cols)),
  }
  return Math.max(0, table[norm]())
}
