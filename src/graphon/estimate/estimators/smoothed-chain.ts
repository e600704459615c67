import { matrix, type Matrix } from '../../../linalg/matrix.js'
import { chainInOrders } from '../fit/binning.js'
import { createChain } from '../../chain/chain.js'
import type { ChainInput, PlacedChain, Values } from './estimator.js'

/** Standard errors that the spread around an estimate must be above chance. */
const shown = 2

/** One exact unit of a matrix, an input or a class, over the bins of the hidden layer on its other side. */
interface Profile {
  /** Index of bin 0 and distance of the next. */
  readonly from: number
  readonly step: number
}

/**
 * Draws the estimate at one exact unit towards the means of the mask: its mean all the way, so that the unit keeps the
 * density it has, and its shape over the bins by the share that is not chance (James–Stein), which is none where
 * the spread is within 2 standard errors of what chance makes, and all of it as units grow in number.
 */
function drawToMask(W: Matrix, masked: Matrix, { from, step }: Profile, measure: Float64Array, units: number): void {
  const at = (u: number) => from + u * step
  const shift = measure.reduce((sum, m, u) => sum + m * (masked.data[at(u)] - W.data[at(u)]), 0)
  let [spread, chance] = [0, 0]
  measure.forEach((m, u) => {
    const p = Math.min(1, Math.max(0, W.data[at(u)] + shift))
    spread += m * (masked.data[at(u)] - W.data[at(u)] - shift) ** 2
    chance += ((1 - m) * p * (1 - p)) / units
  })
  const limit = chance * (1 + shown * Math.sqrt(2 / Math.max(1, measure.length - 1)))
  const share = spread > limit ? 1 - chance / spread : 0
  measure.forEach((_, u) => {
    const shape = masked.data[at(u)] - W.data[at(u)] - shift
    W.data[at(u)] = Math.min(1, Math.max(0, W.data[at(u)] + shift + share * shape))
  })
}

function total(values: ArrayLike<number>): number {
  let sum = 0
  for (let k = 0; k < values.length; k++) sum += values[k]
  return sum
}

/** V = W · (energy of a kept weight), from the means of the same bins; of the whole matrix where a bin has kept none. */
function energyOf(W: Matrix, masked: Matrix, energies: Matrix, mask: Values, energy: Matrix): Matrix {
  const kept = total(mask.data)
  const overall = kept > 0 ? total(energy.data) / kept : 0
  return matrix(
    W.rows,
    W.cols,
    W.data.map((w, k) => w * (masked.data[k] > 0 ? energies.data[k] / masked.data[k] : overall)),
  )
}

/**
 * The chain of estimated probabilities with the units of every hidden layer in the given orders. An estimate of the first
 * matrix may have smoothed over inputs, one of the last over classes: there `drawToMask` gives every input and every class its
 * own density back, so that none are merged, whatever their number. V is W times the energy that kept weights have in each
 * bin: weights of unit energy have V = W.
 *
 * @param estimates P̂ of every entry of every mask
 */
export function smoothedChain(
  estimates: readonly Values[],
  orders: readonly Int32Array[],
  { masks, bins, energies }: Pick<ChainInput, 'masks' | 'bins' | 'energies'>,
): PlacedChain {
  const { chain, binOf } = chainInOrders(estimates, orders, { bins })
  const raw = chainInOrders(masks, orders, { bins, ...(energies && { energies }) }).chain
  const { W, measures } = chain
  if (measures.length > 0) {
    const [first, last] = [W[0], W.at(-1)!]
    for (let j = 0; j < first.cols; j++) {
      drawToMask(first, raw.W[0], { from: j, step: first.cols }, measures[0], masks[0].rows)
    }
    for (let c = 0; c < last.rows; c++) {
      drawToMask(last, raw.W.at(-1)!, { from: c * last.cols, step: 1 }, measures.at(-1)!, masks.at(-1)!.cols)
    }
  }
  if (!energies) return { chain, binOf }
  const V = W.map((w, l) => energyOf(w, raw.W[l], raw.V![l], masks[l], energies[l]))
  return { chain: createChain({ W, V, measures }), binOf }
}
