import { filled, type Matrix } from '../../linalg/matrix.js'
import type { Kernels } from '../../linalg/kernels.js'
import { createNetwork } from '../../network/create.js'
import type { Batch } from '../../network/gradient.js'
import { denseMask } from '../../network/mask.js'
import type { Network, NetworkSpec } from '../../network/network.js'
import type { Scope } from '../../prune/budget.js'
import type { CriterionName } from '../../prune/criteria.js'
import { closedForms, type ClosedForm } from './closed-forms.js'
import { snipProfiles, synflowProfiles, type Profile } from './profiles.js'
import { saliencyLimit } from './saliency.js'
import { NumbersError } from '../../numbers-error.js'

/** What a closed form is evaluated at. */
export interface PredictionInput {
  readonly spec: NetworkSpec
  /** Kept share of all weights, or of every matrix. */
  readonly density: number
  readonly scope: Scope
  /** At initialisation; masks are ignored. For forms that need `network` or `batch`. */
  readonly network?: Network
  /** The samples that were pruned with. For forms that need `batch`. */
  readonly batch?: Batch
  readonly kernels?: Kernels
}

/** Probabilities of keeping every weight, `[out, in]` per matrix. */
export type Predict = (input: PredictionInput) => Matrix[]

interface PredictionRule {
  /** The form, or why there is none. */
  readonly summary: string
  /** What must be known: sizes alone, the weights at initialisation, or also the samples; null where no form is known. */
  readonly needs: 'sizes' | 'network' | 'batch' | null
  /** Whether the form is that of the method as limn prunes by default. */
  readonly isOfMethod: boolean
  readonly predict: Predict | null
}

/** A method whose graphons are constants, at every entry. */
function constant({ summary, finite }: (typeof closedForms)[ClosedForm]) {
  const predict: Predict = ({ spec, density, scope }) => {
    const { densities } = finite({ ...spec, density, scope })
    return densities.map((p, l) => filled(spec.sizes[l + 1], spec.sizes[l], p))
  }
  return { summary, needs: 'sizes', isOfMethod: true, predict } as const
}

function factorised(profilesOf: (network: Network, input: PredictionInput) => Profile[]): Predict {
  return (input) => {
    const { network, density, scope } = input
    if (!network) throw new Error('predictMasks: expected the network at initialisation, got none')
    const layers = network.layers.map((layer) => ({ ...layer, mask: denseMask(layer.mask.rows, layer.mask.cols) }))
    return [...saliencyLimit(profilesOf(createNetwork(network.spec, layers), input), density, scope).probabilities]
  }
}

/** How well theory knows the masks of each pruning method. */
export const predictions = {
  random: constant(closedForms.random),
  magnitude: constant(closedForms.magnitude),
  snip: {
    summary: 'P(kept) = P(|w| > τ/(r c)), with the profiles r c measured from the gradient on the samples',
    needs: 'batch',
    isOfMethod: true,
    predict: factorised((network, { batch, kernels }) => {
      if (!batch) throw new Error('predictMasks: expected the samples that were pruned with, got none')
      return snipProfiles(network, batch, kernels)
    }),
  },
  grasp: {
    summary: 'none known: the score w (Hg) has a sign and does not factorise',
    needs: null,
    isOfMethod: false,
    predict: null,
  },
  synflow: {
    summary: 'none known for many rounds; P(kept) = P(|w| > τ/(r c)) with the flows r c is that of a single round',
    needs: 'network',
    isOfMethod: false,
    predict: factorised(synflowProfiles),
  },
} as const satisfies Readonly<Record<CriterionName, PredictionRule>>

/** Methods whose masks have a closed form as limn prunes by default. */
export const predictedMethods = (Object.keys(predictions) as CriterionName[]).filter(
  (method) => predictions[method].isOfMethod,
)

/**
 * The probability of keeping every weight by the closed form of a method, at finite width.
 *
 * @throws Error when none is known, or what it needs is missing
 * @throws RangeError when the density is not in (0, 1] or the batch does not fit the network
 *
 * @example
 * import { createSpec } from 'limn'
 * import { predictMasks } from 'limn/graphon'
 *
 * const spec = createSpec({ sizes: [784, 300, 10] })
 * const probabilities = predictMasks('magnitude', { spec, density: 0.1, scope: 'layer' })
 * console.log(probabilities.map(({ data }) => data[0].toFixed(4))) // [ '0.1000', '0.1000' ]
 */
export function predictMasks(method: CriterionName, input: PredictionInput): Matrix[] {
  const { predict, summary }: PredictionRule = predictions[method]
  if (!predict) throw new NumbersError(`predictMasks: no closed form for ${method}, ${summary}`)
  return predict(input)
}
