import type { Activation } from './activation.js'
import { biasScale, defaultSigmaW2, type Network, type NetworkSpec, type Parameterization } from './network.js'

/** What a limit depends on beside the graphons: the network whose masks a chain describes. */
export interface NetworkContext {
  /** Absent where nothing says it, as in files of PyTorch: then ReLU is taken. */
  readonly activation?: Activation | undefined
  readonly parameterization: Parameterization
  /** σ_w² of each of the L + 1 matrices. */
  readonly sigmaW2: readonly number[]
  readonly sigmaB2: number
  /** Of each matrix: whether its outputs have biases, which are then trained. */
  readonly biases: readonly boolean[]
  /** Of each matrix: the mean square of its biases as they enter z, where they were kept; 0 without biases. */
  readonly biasEnergies?: readonly number[]
  /** `[d, n_1, …, n_L, C]`; unknown for a chain that was made by other means than masks. */
  readonly sizes?: readonly number[]
}

/**
 * What is known of a network from its specification alone: biases exist where they are drawn.
 *
 * @example
 * import { contextOfSpec, createSpec } from 'limn'
 *
 * const { parameterization, sigmaW2, biases } = contextOfSpec(createSpec({ sizes: [4, 8, 2], sigmaB2: 0.1 }))
 * console.log(parameterization, sigmaW2, biases) // ntk [ 1, 1 ] [ true, true ]
 */
export function contextOfSpec({ sizes, activation, parameterization, sigmaW2, sigmaB2 }: NetworkSpec): NetworkContext {
  const biases = sigmaW2.map(() => sigmaB2 > 0)
  return { activation, parameterization, sigmaW2, sigmaB2, biases, sizes }
}

/**
 * The context of a network with its weights: which matrices have biases, and how large these are.
 *
 * @example
 * import { createSpec, initialize, networkContext } from 'limn'
 *
 * const network = initialize(createSpec({ sizes: [4, 8, 2], parameterization: 'standard', sigmaB2: 0.5 }), 1)
 * const { parameterization, biases } = networkContext(network)
 * console.log(parameterization, biases) // standard [ true, true ]
 */
export function networkContext({ spec, layers }: Network): NetworkContext {
  const scale = biasScale(spec) ** 2
  const biasEnergies = layers.map(({ bias }) =>
    bias ? (scale * bias.reduce((sum, b) => sum + b * b, 0)) / bias.length : 0,
  )
  return { ...contextOfSpec(spec), biases: layers.map(({ bias }) => bias !== undefined), biasEnergies }
}

/** What a chain that says nothing stands for: the NTK parameterisation without biases, unknown widths; σ_w² of ReLU by default. */
export function defaultContext(matrices: number, activation?: Activation): NetworkContext {
  return {
    ...(activation && { activation }),
    parameterization: 'ntk',
    sigmaW2: defaultSigmaW2(activation ?? { name: 'relu' }, matrices),
    sigmaB2: 0,
    biases: Array.from({ length: matrices }, () => false),
  }
}

/** The first rule that a context breaks, for a chain of so many matrices with d inputs and C classes; or undefined. */
export function findContextProblem(
  { sigmaW2, sigmaB2, biases, biasEnergies, sizes, parameterization }: NetworkContext,
  { matrices, inputs, classes }: { readonly matrices: number; readonly inputs: number; readonly classes: number },
): { readonly key: string; readonly problem: string } | undefined {
  const numbers = (key: string, values: readonly number[], good: (value: number) => boolean, what: string) =>
    values.length === matrices && values.every(good)
      ? undefined
      : { key, problem: `expected ${matrices} ${what}, got [${values.join(', ')}]` }
  const counts = `${matrices} values, one for each matrix, got ${biases.length}`
  return (
    numbers('sigma_w2', sigmaW2, (value) => value > 0 && value < Infinity, 'positive numbers') ??
    (sigmaB2 >= 0 && sigmaB2 < Infinity
      ? undefined
      : { key: 'sigma_b2', problem: `expected a finite number of at least 0, got ${sigmaB2}` }) ??
    (biases.length === matrices ? undefined : { key: 'biases', problem: `expected ${counts}` }) ??
    (parameterization === 'ntk' && sigmaB2 === 0 && biases.includes(true)
      ? { key: 'biases', problem: 'expected none, because sigma_b2 is 0 in the NTK parameterisation' }
      : undefined) ??
    (biasEnergies &&
      (numbers('bias_energies', biasEnergies, (value) => value >= 0 && value < Infinity, 'numbers of at least 0') ??
        (biasEnergies.some((value, l) => value > 0 && !biases[l])
          ? { key: 'bias_energies', problem: 'expected 0 where there are no biases' }
          : undefined))) ??
    (sizes &&
      (sizes.length === matrices + 1 && sizes.every((size) => Number.isSafeInteger(size) && size > 0)
        ? sizes[0] === inputs && sizes[matrices] === classes
          ? undefined
          : { key: 'sizes', problem: `expected ${inputs} inputs and ${classes} classes, got [${sizes.join(', ')}]` }
        : { key: 'sizes', problem: `expected ${matrices + 1} positive integers, got [${sizes.join(', ')}]` }))
  )
}
