import type { Matrix } from '../../../linalg/matrix.js'
import { couplingOf, type Coupling } from './coupling.js'
import { NumbersError } from '../../../numbers-error.js'

/** An optimal transport plan and the proof that none is cheaper. */
export interface Transport {
  readonly coupling: Coupling
  /** Σ mass · cost. */
  readonly cost: number
  /**
   * Σ μ_i u_i + Σ ν_j v_j of prices with u_i + v_j ≤ cost(i, j), less what rounding can amount to: no plan costs less, by weak
   * duality, however the prices were found. Equal to `cost` up to rounding.
   */
  readonly lower: number
}

/** Mass this small is what subtraction has left of nothing. */
const tiny = 1e-15

/**
 * The cheapest plan that moves measure μ on the rows to ν on the columns: minimises Σ π_ij cost(i, j) over π ≥ 0 with marginals
 * μ and ν. Shortest augmenting paths with prices (Ahuja, Magnanti and Orlin 1993, section 9.7; for equal measures that is
 * Jonker and Volgenant's assignment), rows · columns steps for each path.
 *
 * @param cost `[rows, cols]`, finite
 * @param mu one positive measure for each row, @param nu for each column; equal totals
 * @throws RangeError when a cost is not finite or measures do not fit
 */
export function transport(cost: Matrix, mu: Float64Array, nu: Float64Array): Transport {
  const { rows, cols, data } = cost
  if (mu.length !== rows || nu.length !== cols) {
    throw new NumbersError(`transport: expected ${rows} and ${cols} measures, got ${mu.length} and ${nu.length}`)
  }
  const bad = data.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) throw new NumbersError(`transport: expected finite costs, got ${data[bad]} at index ${bad}`)
  const flow = new Float64Array(cols * rows)
  const [supply, demand] = [mu.slice(), nu.slice()]
  const { rowPrice, colPrice } = startingPrices(cost)
  const send = (i: number, j: number, mass: number) => {
    flow[j * rows + i] += mass
    supply[i] = supply[i] - mass > tiny ? supply[i] - mass : 0
    demand[j] = demand[j] - mass > tiny ? demand[j] - mass : 0
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols && supply[i] > 0; j++) {
      if (demand[j] > 0 && data[i * cols + j] - rowPrice[i] - colPrice[j] <= 0) {
        send(i, j, Math.min(supply[i], demand[j]))
      }
    }
  }
  const reach = new Float64Array(cols)
  const rowReach = new Float64Array(rows)
  const fromRow = new Int32Array(cols)
  const fromCol = new Int32Array(rows)
  const rowDone = new Uint8Array(rows)
  const open = new Int32Array(cols)
  for (let source = 0; source < rows; source++) {
    while (supply[source] > 0) {
      reach.fill(Infinity)
      rowDone.fill(0)
      for (let j = 0; j < cols; j++) open[j] = j
      let left = cols
      let reached = [source]
      let [at, target] = [0, -1]
      rowDone[source] = 1
      rowReach[source] = 0
      while (target < 0 && left > 0) {
        for (const i of reached) {
          for (let k = 0; k < left; k++) {
            const j = open[k]
            const length = at + data[i * cols + j] - rowPrice[i] - colPrice[j]
            if (length < reach[j]) {
              reach[j] = length
              fromRow[j] = i
            }
          }
        }
        let next = 0
        for (let k = 1; k < left; k++) if (reach[open[k]] < reach[open[next]]) next = k
        const j = open[next]
        at = Math.max(at, reach[j])
        reach[j] = at
        if (demand[j] > 0) target = j
        else {
          open[next] = open[--left]
          open[left] = j
          reached = []
          for (let i = 0; i < rows; i++) {
            if (rowDone[i] === 1 || !(flow[j * rows + i] > 0)) continue
            rowDone[i] = 1
            rowReach[i] = at
            fromCol[i] = j
            reached.push(i)
          }
        }
      }
      // Totals that differ by rounding leave a last crumb of supply without demand.
      if (target < 0) break
      for (let i = 0; i < rows; i++) if (rowDone[i] === 1) rowPrice[i] += at - rowReach[i]
      for (let k = left; k < cols; k++) colPrice[open[k]] -= at - reach[open[k]]
      let mass = Math.min(supply[source], demand[target])
      for (let i = fromRow[target]; i !== source; i = fromRow[fromCol[i]]) {
        mass = Math.min(mass, flow[fromCol[i] * rows + i])
      }
      for (let j = target; ;) {
        const i = fromRow[j]
        flow[j * rows + i] += mass
        if (i === source) break
        j = fromCol[i]
        const rest = flow[j * rows + i] - mass
        flow[j * rows + i] = rest > tiny ? rest : 0
      }
      supply[source] = supply[source] - mass > tiny ? supply[source] - mass : 0
      demand[target] = demand[target] - mass > tiny ? demand[target] - mass : 0
    }
  }
  const coupling = couplingOf(flow, rows)
  const total = coupling.measure.reduce(
    (sum, mass, k) => sum + mass * data[coupling.inA[k] * cols + coupling.inB[k]],
    0,
  )
  return { coupling, cost: total, lower: dualValue(cost, rowPrice, mu, nu) }
}

/** Prices under every cost, each column's and then each row's cheapest entry free. */
function startingPrices({ rows, cols, data }: Matrix) {
  const rowPrice = new Float64Array(rows).fill(Infinity)
  const colPrice = new Float64Array(cols).fill(Infinity)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) colPrice[j] = Math.min(colPrice[j], data[i * cols + j])
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) rowPrice[i] = Math.min(rowPrice[i], data[i * cols + j] - colPrice[j])
  }
  return { rowPrice, colPrice }
}

/** The value of row prices with the best column prices for them, which makes them feasible. */
function dualValue({ rows, cols, data }: Matrix, rowPrice: Float64Array, mu: Float64Array, nu: Float64Array): number {
  const colPrice = new Float64Array(cols).fill(Infinity)
  let size = 0
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      colPrice[j] = Math.min(colPrice[j], data[i * cols + j] - rowPrice[i])
      size = Math.max(size, Math.abs(data[i * cols + j]))
    }
  }
  const value = rowPrice.reduce((sum, price, i) => sum + mu[i] * price, 0)
  return nu.reduce((sum, mass, j) => sum + mass * colPrice[j], value) - 4 * (rows + cols) * Number.EPSILON * size
}
