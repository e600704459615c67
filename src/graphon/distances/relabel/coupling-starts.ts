import { matmul } from '../../../linalg/matmul.js'
import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { symmetricEigen } from '../../../linalg/symmetric-eigen.js'
import { permutation, randomStream } from '../../../random/random.js'
import { byScore, inOrder, type Coupling } from './coupling.js'
import { profileCosts, profileWork, rowCosts } from './coupling-costs.js'
import { neighbours, unmovedCouplings, type Couplings, type LayeredPair } from './layered.js'
import { transport } from './transport.js'

/** A start of the search and what it was made from. */
export interface Start {
  readonly name: string
  readonly couplings: Couplings
}

const randomStarts = 4
const spectralStarts = 3
/** Largest axis for which all starts are tried. */
const manyStarts = 256
/** Multiplications that comparing sorted rows may take. */
const profileLimit = 4e8

/** cost += weight · more. */
export function addCosts(cost: Matrix, weight: number, more: Matrix): void {
  more.data.forEach((value, k) => (cost.data[k] += weight * value))
}

type Scores = (axis: number, side: 'a' | 'b') => Float64Array

/** Sums of rows over their mean, added over the layers on both sides. */
function degrees(pair: LayeredPair): Scores {
  return (axis, side) => {
    const measures = side === 'a' ? pair.measuresA : pair.measuresB
    const total = new Float64Array(measures[axis].length)
    for (const { across, ...layer } of neighbours(pair, axis)) {
      const { cols, data } = layer[side]
      const degree = total.map((_, i) => measures[across].reduce((sum, mass, j) => sum + mass * data[i * cols + j], 0))
      const mean = degree.reduce((sum, value, i) => sum + measures[axis][i] * value, 0)
      degree.forEach((value, i) => (total[i] += mean !== 0 ? value / Math.abs(mean) : 0))
    }
    return total
  }
}

/** Leading eigenfunctions of Σ over the adjacent layers of M Mᵀ, which relabelling the other axes leaves as they are. */
function eigenfunctions(pair: LayeredPair, weights: readonly number[], axis: number, side: 'a' | 'b'): Float64Array[] {
  const measures = side === 'a' ? pair.measuresA : pair.measuresB
  const own = measures[axis]
  const total = matrix(own.length, own.length)
  for (const { l, across, ...layer } of neighbours(pair, axis)) {
    const { rows, cols, data } = layer[side]
    const scaled = data.map((value, k) => {
      const area = own[Math.floor(k / cols)] * measures[across][k % cols]
      return value * Math.sqrt(area * weights[l])
    })
    const m = matrix(rows, cols, scaled)
    addCosts(total, 1, matmul(m, m, { transposeB: true }))
  }
  const { vectors } = symmetricEigen(total)
  return Array.from({ length: Math.min(spectralStarts, own.length) }, (_, k) =>
    own.map((mass, i) => vectors!.data[i * own.length + k] / Math.sqrt(mass)),
  )
}

/** Bins matched by the sorted values of their rows where the axis across is free, by the rows themselves where it is fixed. */
function byProfile(pair: LayeredPair, weights: readonly number[], axis: number): Coupling {
  const [ofA, ofB] = [pair.measuresA[axis], pair.measuresB[axis]]
  const cost = matrix(ofA.length, ofB.length)
  for (const { l, a, b, across } of neighbours(pair, axis)) {
    const [mu, nu] = [pair.measuresA[across], pair.measuresB[across]]
    const more = pair.free[across] ? profileCosts(a, b, mu, nu, 2) : rowCosts(a, b, inOrder(mu, nu), 2)
    addCosts(cost, weights[l], more)
  }
  return transport(cost, ofA, ofB).coupling
}

/**
 * Couplings to search from: positions as they are; bins in the order of degrees; of rows matched by their sorted values; of
 * leading singular functions, with both signs; and random ones. For large functions only the first three.
 */
export function startingCouplings(pair: LayeredPair, weights: readonly number[]): Start[] {
  const unmoved = unmovedCouplings(pair)
  const each = (name: string, coupling: (axis: number) => Coupling): Start => ({
    name,
    couplings: unmoved.map((same, axis) => (pair.free[axis] ? coupling(axis) : same)),
  })
  const scored = (name: string, score: Scores) =>
    each(name, (axis) => byScore(pair.measuresA[axis], pair.measuresB[axis], score(axis, 'a'), score(axis, 'b')))
  const starts = [{ name: 'positions', couplings: unmoved }, scored('degrees', degrees(pair))]
  const work = pair.free.flatMap((free, axis) =>
    free
      ? neighbours(pair, axis).map(({ a, b, across }) => (pair.free[across] ? profileWork(a, b) : a.rows * b.rows))
      : [],
  )
  if (Math.max(0, ...work) <= profileLimit) starts.push(each('profiles', (axis) => byProfile(pair, weights, axis)))
  if (
    Math.max(
      ...[...pair.measuresA, ...pair.measuresB]
        .filter((_, k) => pair.free[k % pair.free.length])
        .map(({ length }) => length),
      0,
    ) > manyStarts
  )
    return starts
  const functions = (side: 'a' | 'b') =>
    pair.free.map((free, axis) => (free ? eigenfunctions(pair, weights, axis, side) : []))
  const known = { a: functions('a'), b: functions('b') }
  for (let k = 0; k < spectralStarts; k++) {
    for (const sign of [1, -1]) {
      const score: Scores = (axis, side) => {
        const found = known[side][axis]
        return found[Math.min(k, found.length - 1)].map((value) => (side === 'a' ? sign : 1) * value)
      }
      starts.push(scored('singular functions', score))
    }
  }
  for (let draw = 0; draw < randomStarts; draw++) {
    const shuffled = (axis: number) =>
      inOrder(
        pair.measuresA[axis],
        pair.measuresB[axis],
        permutation(pair.measuresA[axis].length, randomStream(0, 'relabel', draw, axis)),
      )
    starts.push(each('random', shuffled))
  }
  return starts
}
