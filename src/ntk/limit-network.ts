import type { GraphonChain } from '../graphon/chain/chain.js'
import type { Matrix } from '../linalg/matrix.js'
import { requireActivation, type Activation } from '../network/activation.js'
import { defaultContext } from '../network/context.js'
import { type WeightChoice } from '../network/weight-choice.js'
import type { Parameterization } from '../network/network.js'
import { NumbersError } from '../numbers-error.js'

/** What a caller says of the network; the rest is what the chain says, or else the defaults. */
export interface NetworkOptions {
  /** Default: the chain's, or ReLU. */
  readonly activation?: Activation
  /**
   * The coordinates in which the network is trained, and so those of its tangent kernel: see `limitNetwork`. Default:
   * the chain's, or `ntk`.
   */
  readonly parameterization?: Parameterization
  /** σ_w² of each of the L + 1 matrices; default: the chain's, or 1, 2, …, 2, 1 for ReLU, else 1. */
  readonly sigmaW2?: readonly number[]
  /** σ_b²; default: the chain's, or 0. */
  readonly sigmaB2?: number
  /** Whether there are biases, which are then trained. Default: as the chain has them, or as `sigmaB2` says. */
  readonly biases?: boolean
  /** `[d, n_1, …, n_L, C]`, which only the standard parameterisation needs; default: the chain's. */
  readonly sizes?: readonly number[]
}

/** Everything of a network that its recursion needs. */
export interface LimitNetwork {
  readonly activation: Activation
  readonly sigmaW2: readonly number[]
  /** In the standard parameterisation: of each matrix, its number of inputs. */
  readonly fanIn?: readonly number[]
  /** Of each matrix: variance of the biases as they enter z. */
  readonly biasVariance: readonly number[]
  /** Of each matrix: the biases' part of Θ. */
  readonly biasTangent: readonly number[]
}

/**
 * The network of a limit, from options and what the chain says. Of matrix l with n inputs, z = s_w (M ∘ w) a + s_b b:
 *
 *     ntk       s_w² = σ_w²/n, w ~ N(0, 1): the part of Θ is σ_w² ⟨W G⟩; s_b² = σ_b², the biases' part is σ_b²
 *     standard  s_w = 1, w ~ N(0, σ_w²/n):  the part of Θ is n ⟨W G⟩;    s_b = 1, the biases' part is 1
 *
 * so that the standard kernel is the sum of the same parts, matrix by matrix, times n/σ_w² (docs/theory.md). Kept biases
 * have the variance that was measured, others σ_b².
 *
 * @throws RangeError when there is not one positive σ_w² for each matrix, σ_b² is negative, or the standard
 *   parameterisation lacks the widths
 */
export function limitNetwork(
  name: string,
  { W, network }: GraphonChain,
  options: NetworkOptions & { readonly weights?: WeightChoice },
): LimitNetwork {
  const matrices = W.length
  const activation = options.activation ?? network?.activation ?? { name: 'relu' }
  requireActivation(name, activation)
  const known = network ?? defaultContext(matrices, activation)
  const { sigmaW2 = known.sigmaW2, sigmaB2 = known.sigmaB2, parameterization = known.parameterization } = options
  if (sigmaW2.length !== matrices) {
    throw new NumbersError(
      `${name}: expected ${matrices} values of sigmaW2, one for each matrix, got ${sigmaW2.length}`,
    )
  }
  for (const value of sigmaW2) {
    if (!(value > 0 && value < Infinity)) {
      throw new NumbersError(`${name}: expected positive finite sigmaW2, got ${value}`)
    }
  }
  if (!(sigmaB2 >= 0 && sigmaB2 < Infinity)) {
    throw new NumbersError(`${name}: expected a non-negative finite sigmaB2, got ${sigmaB2}`)
  }
  const standard = parameterization === 'standard'
  const biases = sigmaW2.map((_, l) => {
    if (options.biases !== undefined) return options.biases
    if (options.sigmaB2 === undefined) return known.biases[l]
    return sigmaB2 > 0 || (standard && known.biases[l])
  })
  const measured = options.sigmaB2 === undefined && options.weights !== 'redrawn' ? known.biasEnergies : undefined
  return {
    activation,
    sigmaW2,
    ...(standard && { fanIn: fanIns(name, W, options.sizes ?? known.sizes) }),
    biasVariance: biases.map((has, l) => (has ? (measured?.[l] ?? sigmaB2) : 0)),
    biasTangent: biases.map((has) => (has ? (standard ? 1 : sigmaB2) : 0)),
  }
}

function fanIns(name: string, W: readonly Matrix[], sizes: readonly number[] | undefined): number[] {
  if (!sizes) {
    throw new NumbersError(`${name}: expected sizes [d, n_1, …, C] for the standard parameterisation, got none`)
  }
  const [inputs, classes] = [W[0].cols, W[W.length - 1].rows]
  const fits =
    sizes.length === W.length + 1 &&
    sizes.every((size) => Number.isSafeInteger(size) && size > 0) &&
    sizes[0] === inputs &&
    sizes[W.length] === classes
  if (!fits) {
    throw new NumbersError(
      `${name}: expected ${W.length + 1} positive sizes from ${inputs} inputs to ${classes} classes, got [${sizes.join(', ')}]`,
    )
  }
  return sizes.slice(0, -1)
}
