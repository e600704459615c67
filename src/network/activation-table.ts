import type { ActivationForm, Tail } from './activations/definition.js'

/** Coefficients of a cell's polynomials, of degrees 0 … 7. */
const terms = 8
/** Cells per unit of z: with poles of φ no nearer to the axis than 1, interpolation is off by less than 1e-15. */
const cellsPerUnit = 16
/** Numbers before the cells. */
const head = 8
/** Most units of z between the tails. */
const widest = 256

/** Chebyshev's points on [−½, ½], in which a polynomial of degree 7 takes the place of a function. */
const points = Array.from({ length: terms }, (_, i) => Math.cos((Math.PI * (i + 0.5)) / terms) / 2)

/** Monomial coefficients of the polynomials that are 1 at one of the points and 0 at the others. */
const basis = points.map((x, i) => {
  let row = [1]
  points.forEach((other, j) => {
    if (j === i) return
    const next = new Array<number>(row.length + 1).fill(0)
    row.forEach((value, power) => {
      next[power] -= (value * other) / (x - other)
      next[power + 1] += value / (x - other)
    })
    row = next
  })
  return row
})

function fillCell(into: Float64Array, f: (z: number) => number, middle: number): void {
  points.forEach((x, i) => {
    const value = f(middle + x / cellsPerUnit)
    for (let power = 0; power < terms; power++) into[power] += value * basis[i][power]
  })
}

const line = ({ slope, intercept }: Tail): number[] => [slope, intercept]

/**
 * The table that the kernels of kernels/tabulated.ts read: ends, lines beyond them, and of every cell a polynomial for φ and
 * one for φ'. Undefined where φ joins no lines, or has a kink within a cell.
 */
export function activationTable({ value, derivative, kinks = [], tails }: ActivationForm): Float64Array | undefined {
  if (!tails) return undefined
  const [left, right] = tails
  const cells = (right.from - left.from) * cellsPerUnit
  const onEdge = (z: number): boolean => Number.isInteger((z - left.from) * cellsPerUnit)
  const inside = kinks.filter((z) => z > left.from && z < right.from)
  if (!(cells >= 0 && cells <= widest * cellsPerUnit && onEdge(right.from) && inside.every(onEdge))) return undefined
  const table = new Float64Array(head + cells * 2 * terms)
  table.set([left.from, right.from, cellsPerUnit, ...line(left), ...line(right)])
  for (let cell = 0; cell < cells; cell++) {
    const at = head + cell * 2 * terms
    const middle = left.from + (cell + 0.5) / cellsPerUnit
    fillCell(table.subarray(at, at + terms), value, middle)
    fillCell(table.subarray(at + terms, at + 2 * terms), derivative, middle)
  }
  return table
}

const tables = new WeakMap<ActivationForm, { readonly table: Float64Array | undefined }>()

/** {@link activationTable}, made once for each form. */
export function tableOf(form: ActivationForm): Float64Array | undefined {
  const known = tables.get(form) ?? { table: activationTable(form) }
  tables.set(form, known)
  return known.table
}
