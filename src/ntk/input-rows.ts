import type { GraphonChain } from '../graphon/chain/chain.js'
import { filled, matrix, type Matrix } from '../linalg/matrix.js'
import type { RandomStream } from '../random/random.js'
import { NumbersError } from '../numbers-error.js'

/** Every row of the first matrix `copies` times; columns of the second and measures follow. */
function splitFirstLayer(chain: GraphonChain, copies: number): GraphonChain {
  const { W, V, measures } = chain
  const rows = ({ rows: r, cols, data }: Matrix): Matrix => {
    const result = matrix(r * copies, cols)
    for (let u = 0; u < result.rows; u++) {
      const from = Math.floor(u / copies) * cols
      result.data.set(data.subarray(from, from + cols), u * cols)
    }
    return result
  }
  const columns = (m: Matrix): Matrix => {
    const cols = m.cols * copies
    const data = Float64Array.from({ length: m.rows * cols }, (_, k) => {
      const [u, v] = [Math.floor(k / cols), Math.floor((k % cols) / copies)]
      return m.data[u * m.cols + v]
    })
    return matrix(m.rows, cols, data)
  }
  const split = ([first, second, ...others]: readonly Matrix[]): Matrix[] => [rows(first), columns(second), ...others]
  const [inputs, ...hidden] = measures
  const measure = Float64Array.from(
    { length: inputs.length * copies },
    (_, u) => inputs[Math.floor(u / copies)] / copies,
  )
  return { ...chain, W: split(W), ...(V && { V: split(V) }), measures: [measure, ...hidden] }
}

/**
 * The chain whose first hidden layer has sampled masks instead of their mean: each bin becomes `rowsPerBin` positions, each
 * with its own row of zeros and ones drawn from W^1(u, ·), and energy V^1/W^1 on what survives. A unit of the first layer
 * sees one mask of the d inputs, so its law is a mixture over masks; the recursion on the chain itself averages K^1 over
 * masks before φ acts, which is off by about 1/d at any width. This chain averages after φ, up to sampling error.
 *
 * @param rowsPerBin masks for each bin; the cost of the first two matrices grows in proportion
 * @throws RangeError when the chain has no hidden layer or `rowsPerBin` is not a positive integer
 *
 * @example
 * import { constantChain, randomStream, sampleInputRows } from 'limn'
 *
 * const chain = constantChain({ inputs: 6, classes: 1, hidden: [2] }, 0.5)
 * const { W, measures } = sampleInputRows(chain, 3, randomStream(1, 'rows'))
 * console.log(`${W[0].rows} × ${W[0].cols}`, measures[0].length, W[0].data.every((w) => w === 0 || w === 1))
 * // 6 × 6 6 true
 */
export function sampleInputRows(chain: GraphonChain, rowsPerBin: number, random: RandomStream): GraphonChain {
  if (!(Number.isInteger(rowsPerBin) && rowsPerBin > 0)) {
    throw new NumbersError(`sampleInputRows: expected a positive integer of rows per bin, got ${rowsPerBin}`)
  }
  if (chain.measures.length === 0)
    throw new NumbersError('sampleInputRows: expected a chain with a hidden layer, got none')
  const { W, V = W, measures } = splitFirstLayer(chain, rowsPerBin)
  const mask = filled(W[0].rows, W[0].cols, 0)
  const energy = filled(W[0].rows, W[0].cols, 0)
  W[0].data.forEach((density, k) => {
    if (random.uniform() >= density) return
    mask.data[k] = 1
    energy.data[k] = V[0].data[k] / density
  })
  const sampled = { ...chain, W: [mask, ...W.slice(1)], measures }
  return chain.V ? { ...sampled, V: [energy, ...V.slice(1)] } : sampled
}
