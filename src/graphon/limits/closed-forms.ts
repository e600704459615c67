import type { ConstantLimit, LimitOptions } from './closed-form.js'
import { magnitudeLimit, magnitudeWidthLimit } from './magnitude.js'
import { randomLimit } from './random.js'

interface ClosedFormRule {
  /** One sentence for help texts. */
  readonly summary: string
  /** At the sizes given. */
  readonly finite: (options: LimitOptions) => ConstantLimit
  /** As the hidden layers grow in proportion. */
  readonly limit: (options: LimitOptions) => ConstantLimit
}

/** Pruning methods whose graphon limits are constants known from theory: one line each. */
export const closedForms = {
  random: {
    summary: 'the same density everywhere',
    finite: randomLimit,
    limit: (options) => {
      const found = randomLimit(options)
      return { ...found, deviations: found.deviations.map(() => 0) }
    },
  },
  magnitude: {
    summary: 'constant graphons, P(kept) = P(|w| > τ √n/σ_w)',
    finite: magnitudeLimit,
    limit: magnitudeWidthLimit,
  },
} as const satisfies Readonly<Record<string, ClosedFormRule>>

export type ClosedForm = keyof typeof closedForms
