import { erf, erfDerivative } from '../erf.js'
import type { ActivationDefinition } from './definition.js'

export const erfActivation: ActivationDefinition = {
  name: 'erf',
  summary: 'the error function',
  form: () => ({
    value: erf,
    derivative: erfDerivative,
    second: (z) => -2 * z * erfDerivative(z),
    closedForm: { family: 'erf' },
  }),
}
