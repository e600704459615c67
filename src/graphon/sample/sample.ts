import { filled, matrix, type Matrix } from '../../linalg/matrix.js'
import { createMask, type Mask } from '../../network/mask.js'
import { randomStream, type RandomStream } from '../../random/random.js'
import { createChain, type GraphonChain } from '../chain/chain.js'
import { bins, exactPositions } from '../chain/positions.js'
import { NumbersError } from '../../numbers-error.js'

/** The ends of a reference chain. */
export interface ChainShape {
  /** d */
  readonly inputs: number
  /** C */
  readonly classes: number
  /** Bins of each hidden layer, equal measures: `[bins_1, …, bins_L]`. */
  readonly hidden: readonly number[]
}

function fromFunction(
  { inputs, classes, hidden }: ChainShape,
  value: (index: number, rows: number, cols: number) => Matrix,
): GraphonChain {
  const axes = [inputs, ...hidden, classes]
  return createChain({
    W: axes.slice(1).map((rows, i) => value(i, rows, axes[i])),
    measures: hidden.map((count) => bins(count, count).measure),
  })
}

/**
 * W^l = densities[l − 1] everywhere.
 *
 * @param densities one number for all matrices, or one per matrix
 * @throws RangeError when a density is not in [0, 1]
 *
 * @example
 * import { constantChain } from 'limn'
 *
 * const chain = constantChain({ inputs: 3, classes: 2, hidden: [1, 1] }, 0.25)
 * console.log(chain.W.length, chain.W[1].data[0]) // 3 0.25
 */
export function constantChain(shape: ChainShape, densities: number | readonly number[]): GraphonChain {
  return fromFunction(shape, (i, rows, cols) =>
    filled(rows, cols, typeof densities === 'number' ? densities : densities[i]),
  )
}

/**
 * Parallel pathways: every axis is cut into B blocks of neighbouring positions, and W is `within` between equal blocks,
 * `between` otherwise. Axes should have at least B bins.
 *
 * @throws RangeError when a density is not in [0, 1] or B is not a positive integer
 *
 * @example
 * import { blockChain } from 'limn'
 *
 * const { W } = blockChain({ inputs: 2, classes: 2, hidden: [2, 2] }, { blocks: 2, within: 0.6, between: 0.2 })
 * console.log(W[1].data) // Float64Array(4) [ 0.6, 0.2, 0.2, 0.6 ]
 */
export function blockChain(
  shape: ChainShape,
  { blocks, within, between }: { readonly blocks: number; readonly within: number; readonly between: number },
): GraphonChain {
  return fromFunction(shape, (_, rows, cols) => {
    const [rowBlock, colBlock] = [bins(rows, blocks).binOf, bins(cols, blocks).binOf]
    const value = (k: number) => (rowBlock[Math.floor(k / cols)] === colBlock[k % cols] ? within : between)
    return matrix(
      rows,
      cols,
      Float64Array.from({ length: rows * cols }, (_, k) => value(k)),
    )
  })
}

/**
 * Degree product W^l(u, v) = p · g(u) · g(v) with g(u) = 1 + s(½ − u), so that hidden units near 0 are richer; g
 * integrates to 1, and is 1 on inputs and classes. The density of every matrix is p.
 *
 * @param slope s in [0, 2]: 0 is constant, 2 leaves units near 1 without weights
 * @throws RangeError when the slope is out of range or W would exceed 1
 *
 * @example
 * import { degreeProductChain } from 'limn'
 *
 * const { W } = degreeProductChain({ inputs: 1, classes: 1, hidden: [2, 2] }, { density: 0.4, slope: 1 })
 * // Means of the bins: 0.4 (1 + s/4)², 0.4 (1 − s²/16), 0.4 (1 − s/4)².
 * console.log(Array.from(W[1].data, (w) => w.toFixed(4))) // [ '0.6250', '0.3750', '0.3750', '0.2250' ]
 */
export function degreeProductChain(
  shape: ChainShape,
  { density, slope }: { readonly density: number; readonly slope: number },
): GraphonChain {
  if (!(slope >= 0 && slope <= 2))
    throw new NumbersError(`degreeProductChain: expected a slope in [0, 2], got ${slope}`)
  const richness = (bin: number, count: number) => 1 + slope * (0.5 - (bin + 0.5) / count)
  const last = shape.hidden.length
  return fromFunction(shape, (i, rows, cols) => {
    const row = (r: number) => (i < last ? richness(r, rows) : 1)
    const col = (c: number) => (i > 0 ? richness(c, cols) : 1)
    const value = (k: number) => density * row(Math.floor(k / cols)) * col(k % cols)
    return matrix(
      rows,
      cols,
      Float64Array.from({ length: rows * cols }, (_, k) => value(k)),
    )
  })
}

/** Bin of each of n equispaced positions (i + ½) / n. */
function binsOfPositions(measure: Float64Array, n: number): Int32Array {
  const result = new Int32Array(n)
  let bin = 0
  let end = measure[0]
  for (let i = 0; i < n; i++) {
    const position = (i + 0.5) / n
    while (position >= end && bin < measure.length - 1) end += measure[++bin]
    result[i] = bin
  }
  return result
}

/**
 * Bins of the units of a finite network along every axis of a chain, `[inputs, n_1, …, n_L, classes]`: unit i of a hidden layer
 * of n sits at position (i + ½)/n; inputs and classes are those of the chain.
 *
 * @param widths n_1 … n_L
 */
export function binsOfUnits({ W, measures }: GraphonChain, widths: readonly number[]): Int32Array[] {
  return [
    exactPositions(W[0].cols).binOf,
    ...measures.map((measure, l) => binsOfPositions(measure, widths[l])),
    exactPositions(W[W.length - 1].rows).binOf,
  ]
}

export interface SampleOptions {
  /** Keep exactly ⌊Σ P + ½⌋ weights in every matrix, its expected number. Default false: entries are independent. */
  readonly fixedDensity?: boolean
}

/**
 * Brings a draw to exactly ⌊Σ P + ½⌋ ones by flipping as few entries as that takes, chosen at random: ones with weights
 * 1 − p or zeros with weights p, without replacement (exponential keys: Efraimidis and Spirakis 2006). To first order in the
 * number of flips that is what conditioning independent entries on their sum does.
 */
function settle(mask: Uint8Array, probability: (k: number) => number, random: RandomStream): void {
  let expected = 0
  let kept = 0
  for (let k = 0; k < mask.length; k++) {
    expected += probability(k)
    kept += mask[k]
  }
  const missing = Math.floor(expected + 0.5) - kept
  if (missing === 0) return
  const from = missing > 0 ? 0 : 1
  const keys = new Float64Array(mask.length).fill(Infinity)
  for (let k = 0; k < mask.length; k++) {
    if (mask[k] !== from) continue
    const weight = missing > 0 ? probability(k) : 1 - probability(k)
    if (weight > 0) keys[k] = random.exponential() / weight
  }
  const limit = keys.slice().sort()[Math.abs(missing) - 1]
  for (let k = 0, left = Math.abs(missing); k < mask.length && left > 0; k++) {
    if (keys[k] > limit) continue
    mask[k] = 1 - from
    left--
  }
}

/**
 * Masks of a finite network whose entries are independent Bernoulli draws from a chain, or with `fixedDensity` such draws
 * brought to the expected number of ones. Units have the positions of `binsOfUnits`.
 *
 * @param widths n_1 … n_L
 * @returns M^1 … M^{L+1}
 * @throws RangeError when there is not one positive integer width per hidden layer
 *
 * @example
 * import { constantChain, sampleMasks } from 'limn'
 *
 * const chain = constantChain({ inputs: 10, classes: 2, hidden: [1] }, 0.25)
 * const masks = sampleMasks(chain, [20], 1, { fixedDensity: true })
 * console.log(masks.map(({ kept, rows, cols }) => `${kept} of ${rows * cols}`)) // [ '50 of 200', '10 of 40' ]
 */
export function sampleMasks(
  chain: GraphonChain,
  widths: readonly number[],
  seed: number,
  { fixedDensity = false }: SampleOptions = {},
): Mask[] {
  const { W, measures } = chain
  if (!(widths.length === measures.length && widths.every((n) => Number.isInteger(n) && n > 0))) {
    throw new NumbersError(
      `sampleMasks: expected ${measures.length} positive integer widths, got ${widths.join(', ') || 'none'}`,
    )
  }
  const axes = binsOfUnits(chain, widths)
  return W.map(({ cols: colBins, data }, i) => {
    const [into, out] = [axes[i], axes[i + 1]]
    const random = randomStream(seed, 'bernoulli mask', i)
    const mask = new Uint8Array(out.length * into.length)
    for (let r = 0; r < out.length; r++) {
      for (let c = 0; c < into.length; c++) {
        if (random.uniform() < data[out[r] * colBins + into[c]]) mask[r * into.length + c] = 1
      }
    }
    const probability = (k: number) => data[out[Math.floor(k / into.length)] * colBins + into[k % into.length]]
    if (fixedDensity) settle(mask, probability, randomStream(seed, 'settle mask', i))
    return createMask(out.length, into.length, mask)
  })
}
