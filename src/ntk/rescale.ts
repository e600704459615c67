import type { Matrix } from '../linalg/matrix.js'

/** ⟨W(u, ·)⟩: the mean density of an output position's row. */
function rowMean({ cols, data }: Matrix, u: number, inputs: Float64Array): number {
  let sum = 0
  for (let v = 0; v < cols; v++) sum += data[u * cols + v] * inputs[v]
  return sum
}

/** 1/x, and 0 for a density of 0: nothing flows through a dead row whatever its scale. */
function inverse(density: number): number {
  return density > 0 ? 1 / density : 0
}

type Rule = (means: Float64Array, outputs: Float64Array) => Float64Array

/** By which factor each output position's σ_w² is multiplied, from the mean densities of the rows. */
const rescaleRules = {
  /** No rescaling. */
  none: (means) => means.map(() => 1),
  /** Divided by the matrix's mean density. */
  layer: (means, outputs) => {
    const mean = means.reduce((sum, value, u) => sum + value * outputs[u], 0)
    return means.map(() => inverse(mean))
  },
  /** Divided by each output position's own mean density. */
  'fan-in': (means) => means.map(inverse),
} as const satisfies Record<string, Rule>

/** Sparsity-aware initialisation: what σ_w² is divided by. */
export type Rescale = keyof typeof rescaleRules

export const rescales = Object.keys(rescaleRules) as readonly Rescale[]

/**
 * The factor on σ_w² of each output position u of a matrix. Dead rows (and a dead matrix under `layer`) get 0.
 *
 * @param inputs measures of the input positions
 * @param outputs measures of the output positions
 */
export function rescaleFactors(rescale: Rescale, W: Matrix, inputs: Float64Array, outputs: Float64Array): Float64Array {
  const means = Float64Array.from({ length: W.rows }, (_, u) => rowMean(W, u, inputs))
  return rescaleRules[rescale](means, outputs)
}
