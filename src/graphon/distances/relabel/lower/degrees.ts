import { marginBound } from './rearranged.js'
import { integral, rowDegrees, turned, type Sides } from './sides.js'

/**
 * Cut sets S × all and all × T: under every relabelling |∫_{S×all} A − B| of the best S is at least {@link marginBound} of the row
 * degrees, or what it is of them unmoved where rows are fixed.
 */
export function degreeBound(sides: Sides): number {
  return Math.max(rowBound(sides), rowBound(turned(sides)), pathBound(sides), pathBound(turned(sides)))
}

function rowBound({ a, b, rowA, rowB, colA, colB, rowsFree }: Sides): number {
  const [f, g] = [rowDegrees(a, colA), rowDegrees(b, colB)]
  if (rowsFree) return marginBound(f, g, rowA, rowB)
  const apart = f.map((value, i) => value - g[i])
  return (integral(apart.map(Math.abs), rowA) + Math.abs(integral(apart, rowA))) / 2
}

/**
 * The same of p(u) = ∫ A(u, v) c(v) dv, c(v) the column degrees, which counts paths of two edges from u, for functions ≥ 0:
 *
 *     ∫_S p_A − p_B = ∫_{S×all} D(u, v) c_A(v) + ∫ (∫_S B(u, v) du) (c_A − c_B)(v) dv ≤ ‖D‖_□ (max c_A + max c_B),
 *
 * because 0 ≤ ∫_S B(u, v) du ≤ c_B(v), and D's integral against functions with values in [0, x] and [0, y] is at most x y ‖D‖_□.
 */
function pathBound(sides: Sides): number {
  const { a, b, rowA, rowB, colA, colB } = sides
  if (![...a.data, ...b.data].every((value) => value >= 0)) return 0
  const { a: ta, b: tb } = turned(sides)
  const [columnsA, columnsB] = [rowDegrees(ta, rowA), rowDegrees(tb, rowB)]
  const paths = (m: typeof a, degrees: Float64Array, col: Float64Array) =>
    rowDegrees(
      m,
      degrees.map((value, j) => value * col[j]),
    )
  const constant = Math.max(...columnsA) + Math.max(...columnsB)
  if (!(constant > 0)) return 0
  return marginBound(paths(a, columnsA, colA), paths(b, columnsB, colB), rowA, rowB) / constant
}
