import { aligned } from './aligned.js'
import { blockModel } from './block-model.js'
import type { Candidate } from './candidate.js'
import { degreeProduct } from './degree-product.js'
import { histogram } from './histogram.js'
import { neighbourhood } from './neighbourhood.js'
import { sortSmooth } from './sort-smooth.js'
import { usvt } from './usvt.js'

/** Every estimator that guesses by one method, by name: a new one is a file and a line here. */
export const candidates = {
  histogram,
  'sort-smooth': sortSmooth,
  'block-model': blockModel,
  usvt,
  neighbourhood,
  'degree-product': degreeProduct,
  aligned,
} as const satisfies Record<string, Candidate>

export type CandidateName = keyof typeof candidates

export const candidateNames = Object.keys(candidates) as readonly CandidateName[]
