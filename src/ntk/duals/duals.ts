import type { Activation, ActivationName } from '../../network/activation.js'
import type { Dual } from './dual.js'
import { erfDual } from './erf.js'
import { identityDual } from './identity.js'
import { leakyReluDual } from './leaky-relu.js'
import { reluDual } from './relu.js'

/** The dual of every activation. */
export const duals = {
  relu: () => reluDual,
  'leaky-relu': leakyReluDual,
  erf: () => erfDual,
  identity: () => identityDual,
} as const satisfies Record<ActivationName, (activation: Activation) => Dual>

export function dualOf(activation: Activation): Dual {
  return duals[activation.name](activation)
}
