import type { GraphonChain } from '../../chain/chain.js'
import { matrixVectors } from './shapes.js'
import { meanNoise, squaredDistance } from './squared-distance.js'

/**
 * The L2 distance that the mean estimates of `trials` masks have when they are drawn like `a` and `b`, from fewer of them:
 * the difference of their expectations (sorting bias at two widths) and the noise of means over so many trials.
 *
 * @param a at least 3 simulated chains of one width
 * @param b at least 3 of another
 * @param trials that are averaged on either side of the distance in question
 * @returns one number per weight matrix
 */
export function nullFloor(a: readonly GraphonChain[], b: readonly GraphonChain[], trials: number): number[] {
  return a[0].W.map((_, index) => {
    const sides = matrixVectors(a, b, index)
    const noise = (meanNoise(sides.a) * a.length + meanNoise(sides.b) * b.length) / trials
    return Math.sqrt(Math.max(0, squaredDistance(sides.a, sides.b).value + noise))
  })
}
