import type { ActivationDefinition } from './definition.js'
import { sineDual } from './waves.js'

export const sin: ActivationDefinition = {
  name: 'sin',
  summary: 'the sine',
  form: () => ({
    value: Math.sin,
    derivative: Math.cos,
    second: (z) => -Math.sin(z),
    dual: { pair: sineDual, diagonal: (q) => sineDual(q, q, q) },
  }),
}
