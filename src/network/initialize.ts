import { randomStream, type RandomStream } from '../random/random.js'
import type { Activation } from './activation.js'
import { denseMask } from './mask.js'
import { defaultSigmaW2, type Layer, type Network, type NetworkSpec, type Parameterization } from './network.js'

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
 * @throws RangeError when sizes are not two or more positive integers, σ_w² is not one positive number per matrix, or σ_b² is negative
 */
export function createSpec(options: SpecOptions): NetworkSpec {
  const { sizes, activation = { name: 'relu' }, parameterization = 'ntk', sigmaB2 = 0 } = options
  if (!(sizes.length >= 2 && sizes.every((size) => Number.isSafeInteger(size) && size > 0))) {
    throw new RangeError(`createSpec: expected two or more positive integer sizes, got [${sizes.join(', ')}]`)
  }
  const matrices = sizes.length - 1
  const sigmaW2 = options.sigmaW2 ?? defaultSigmaW2(activation, matrices)
  if (!(sigmaW2.length === matrices && sigmaW2.every((value) => value > 0 && value < Infinity))) {
    throw new RangeError(`createSpec: expected ${matrices} positive values of sigmaW2, got [${sigmaW2.join(', ')}]`)
  }
  if (!(sigmaB2 >= 0 && sigmaB2 < Infinity)) {
    throw new RangeError(`createSpec: expected a finite sigmaB2 of at least 0, got ${sigmaB2}`)
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
 */
export function createNetwork(spec: NetworkSpec, layers: readonly Layer[]): Network {
  const matrices = spec.sizes.length - 1
  if (layers.length !== matrices) {
    throw new RangeError(`createNetwork: expected ${matrices} layers, got ${layers.length}`)
  }
  layers.forEach(({ weight, mask, bias }, i) => {
    const rows = spec.sizes[i + 1]
    const cols = spec.sizes[i]
    if (mask.rows !== rows || mask.cols !== cols) {
      throw new RangeError(`layers.${i}.mask: expected ${rows} × ${cols}, got ${mask.rows} × ${mask.cols}`)
    }
    if (weight.length !== rows * cols) {
      throw new RangeError(`layers.${i}.weight: expected ${rows * cols} entries, got ${weight.length}`)
    }
    if (bias && bias.length !== rows) {
      throw new RangeError(`layers.${i}.bias: expected ${rows} entries, got ${bias.length}`)
    }
    for (const [name, values] of [['weight', weight] as const, ['bias', bias ?? new Float64Array()] as const]) {
      const bad = firstNotFinite(values)
      if (bad >= 0)
        throw new RangeError(`layers.${i}.${name}: expected finite values, got ${values[bad]} at entry ${bad}`)
    }
  })
  return { spec, layers }
}

/** How the entries of a fresh network are drawn. `uniform` exists in the standard parameterisation only. */
export const initializationSchemes = ['normal', 'uniform'] as const

export type InitializationScheme = (typeof initializationSchemes)[number]

function drawn(length: number, draw: () => number): Float64Array {
  const values = new Float64Array(length)
  for (let i = 0; i < length; i++) values[i] = Math.fround(draw())
  return values
}

function initialLayer(spec: NetworkSpec, index: number, scheme: InitializationScheme, random: RandomStream): Layer {
  const cols = spec.sizes[index]
  const rows = spec.sizes[index + 1]
  const mask = denseMask(rows, cols)
  if (scheme === 'uniform') {
    const bound = 1 / Math.sqrt(cols)
    const draw = () => bound * (2 * random.uniform() - 1)
    return { weight: drawn(rows * cols, draw), mask, bias: drawn(rows, draw) }
  }
  const ntk = spec.parameterization === 'ntk'
  const weightDeviation = ntk ? 1 : Math.sqrt(spec.sigmaW2[index] / cols)
  const biasDeviation = ntk ? 1 : Math.sqrt(spec.sigmaB2)
  const weight = drawn(rows * cols, () => weightDeviation * random.normal())
  return spec.sigmaB2 > 0
    ? { weight, mask, bias: drawn(rows, () => biasDeviation * random.normal()) }
    : { weight, mask }
}

/**
 * A freshly drawn dense network. Every draw is rounded to float32, so that an F32 file holds it exactly; layer i draws
 * from its own stream, so that widening one layer leaves the others' draws alone.
 *
 * - `ntk`: w, b ~ N(0, 1), biases only when σ_b² > 0.
 * - `standard`, `normal`: W ~ N(0, σ_w² / n_in) (LeCun 1998 for σ_w² = 1, He et al. 2015 for 2), b ~ N(0, σ_b²) when σ_b² > 0.
 * - `standard`, `uniform`: W and b ~ U(±1/√n_in), PyTorch's default for `nn.Linear`; always with biases.
 *
 * @param seed integer
 * @throws RangeError when the seed is not an integer, or `uniform` is asked for in the NTK parameterisation
 */
export function initialize(spec: NetworkSpec, seed: number, scheme: InitializationScheme = 'normal'): Network {
  if (scheme === 'uniform' && spec.parameterization !== 'standard') {
    throw new RangeError(
      `initialize: expected parameterization 'standard' for the uniform scheme, got '${spec.parameterization}'`,
    )
  }
  const layers = spec.sizes.slice(1).map((_, i) => initialLayer(spec, i, scheme, randomStream(seed, 'init', i)))
  return createNetwork(spec, layers)
}
