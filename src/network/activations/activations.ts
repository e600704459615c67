import { abrelu } from './abrelu.js'
import { abs } from './abs.js'
import { cos } from './cos.js'
import type { ActivationDefinition } from './definition.js'
import { elu } from './elu.js'
import { erfActivation } from './erf-activation.js'
import { geluTanh } from './gelu-tanh.js'
import { gelu } from './gelu.js'
import { hardTanh } from './hard-tanh.js'
import { identity } from './identity.js'
import { leakyRelu } from './leaky-relu.js'
import { relu } from './relu.js'
import { sigmoid } from './sigmoid.js'
import { silu } from './silu.js'
import { sin } from './sin.js'
import { softplus } from './softplus.js'
import { tanh } from './tanh.js'

/** Every activation that limn has, by name: one file and one line each. */
export const activations = {
  relu,
  'leaky-relu': leakyRelu,
  erf: erfActivation,
  identity,
  tanh,
  gelu,
  'gelu-tanh': geluTanh,
  silu,
  sigmoid,
  softplus,
  elu,
  'hard-tanh': hardTanh,
  abs,
  abrelu,
  sin,
  cos,
} as const satisfies Record<string, ActivationDefinition>

export type ActivationName = keyof typeof activations

export const activationNames = Object.keys(activations) as readonly ActivationName[]
