import type { ActivationDefinition } from './definition.js'
import { cosineDual } from './waves.js'

export const cos: ActivationDefinition = {
  name: 'cos',
  summary: 'the cosine',
  form: () => ({
    value: Math.cos,
    derivative: (z) => -Math.sin(z),
    second: (z) => -Math.cos(z),
    dual: { pair: cosineDual, diagonal: (q) => cosineDual(q, q, q) },
  }),
}
