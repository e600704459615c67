import { weightedMean, type Norm } from './norm.js'

/** √ ∫∫ (A − B)². */
export const l2: Norm = {
  summary: 'root of mean (A − B)²',
  norm(difference) {
    const value = Math.sqrt(weightedMean(difference, (entry) => entry * entry))
    return { lower: value, upper: value }
  },
}
