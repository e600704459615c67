import { requireActivation, type Activation } from './activation.js'
import { defaultSigmaW2, type Layer, type Network, type NetworkSpec, type Parameterization } from './network.js'
import { NumbersError } from '../numbers-error.js'

/** What {@link createSpec} takes; everything but `sizes` has a default. */
export interface SpecOptions {
  /** `[d, n_1, …, n_L, C]`, at least input and output */
  readonly sizes: readonly number[]
  /** default ReLU */
  readonly activation?: Activation
  /** default `ntk` */
  readonly parameterization?: Parameterization
  /** σ_w² per matrix; default {@link defaultSigmaW2} */
  readonly sigmaW2?: readonly number[]
  /** σ_b²; default 0, no biases */
  readonly sigmaB2?: number
}

/**
 * A checked network specification.
 *
 * @throws TypeError when the activation is none, such as a text
 * @throws RangeError when sizes are not two or more positive integers, σ_w² is not one positive number per matrix, or σ_b² is negative
 *
 * @example
 * import { createSpec } from 'limn'
 *
 * const { sigmaW2, parameterization } = createSpec({ sizes: [784, 512, 512, 10] })
 * console.log(sigmaW2, parameterization) // [ 1, 2, 1 ] ntk
 */
export function createSpec(options: SpecOptions): NetworkSpec {
  const { sizes, activation = { name: 'relu' }, parameterization = 'ntk', sigmaB2 = 0 } = options
  if (!(sizes.length >= 2 && sizes.every((size) => Number.isSafeInteger(size) && size > 0))) {
    throw new NumbersError(`createSpec: expected two or more positive integer sizes, got [${sizes.join(', ')}]`)
  }
  requireActivation('createSpec', activation)
  const matrices = sizes.length - 1
  const sigmaW2 = options.sigmaW2 ?? defaultSigmaW2(activation, matrices)
  if (!(sigmaW2.length === matrices && sigmaW2.every((value) => value > 0 && value < Infinity))) {
    throw new NumbersError(`createSpec: expected ${matrices} positive values of sigmaW2, got [${sigmaW2.join(', ')}]`)
  }
  if (!(sigmaB2 >= 0 && sigmaB2 < Infinity)) {
    throw new NumbersError(`createSpec: expected a finite sigmaB2 of at least 0, got ${sigmaB2}`)
  }
  return { sizes: [...sizes], activation, parameterization, sigmaW2: [...sigmaW2], sigmaB2 }
}

function firstNotFinite(values: Float64Array): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i
  return -1
}

/**
 * A network over `layers` (not copied), checked against its specification.
 *
 * @throws RangeError that names the layer (`layers.<i>`) when a count, shape or length is wrong or a weight or bias is not finite
 *
 * @example
 * import { createNetwork, createSpec, denseMask, matrixOf, outputs } from 'limn'
 *
 * const spec = createSpec({ sizes: [2, 1], activation: { name: 'identity' } })
 * const network = createNetwork(spec, [{ weight: Float64Array.of(3, 4), mask: denseMask(1, 2) }])
 * // f(x) = w · x / √2
 * console.log(outputs(network, matrixOf([[1, 1]])).data[0].toFixed(4)) // 4.9497
 */
export function createNetwork(spec: NetworkSpec, layers: readonly Layer[]): Network {
  const matrices = spec.sizes.length - 1
  if (layers.length !== matrices) {
    throw new NumbersError(`createNetwork: expected ${matrices} layers, got ${layers.length}`)
  }
  layers.forEach(({ weight, mask, bias }, i) => {
    const rows = spec.sizes[i + 1]
    const cols = spec.sizes[i]
    if (mask.rows !== rows || mask.cols !== cols) {
      throw new NumbersError(`layers.${i}.mask: expected ${rows} × ${cols}, got ${mask.rows} × ${mask.cols}`)
    }
    if (weight.length !== rows * cols) {
      throw new NumbersError(`layers.${i}.weight: expected ${rows * cols} entries, got ${weight.length}`)
    }
    if (bias && bias.length !== rows) {
      throw new NumbersError(`layers.${i}.bias: expected ${rows} entries, got ${bias.length}`)
    }
    for (const [name, values] of [['weight', weight] as const, ['bias', bias ?? new Float64Array()] as const]) {
      const bad = firstNotFinite(values)
      if (bad >= 0)
        throw new NumbersError(`layers.${i}.${name}: expected finite values, got ${values[bad]} at entry ${bad}`)
    }
  })
  return { spec, layers }
}
