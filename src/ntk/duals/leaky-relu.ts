import { activationSlope, type Activation } from '../../network/activation.js'
import { arcCosineDual } from './arc-cosine.js'
import type { Dual } from './dual.js'

/** Leaky ReLU of the activation's slope. G(q, q, q) = (1 + slope²) q/2; at zero variance φ'(0) is the slope. */
export function leakyReluDual(activation: Activation): Dual {
  return arcCosineDual(activationSlope(activation))
}
