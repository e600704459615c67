import { weightedMean, type Norm } from './norm.js'

/** ∫∫ |A − B|. */
export const l1: Norm = {
  summary: 'mean |A − B|',
  norm(difference) {
    const value = weightedMean(difference, Math.abs)
    return { lower: value, upper: value }
  },
}
