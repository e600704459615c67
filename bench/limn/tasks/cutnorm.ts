import { toFloat64, type Tensor } from '../../../src/data/tensor.js'
import { distance, type DistanceResult } from '../../../src/graphon/distances/distance.js'
import { matrix } from '../../../src/linalg/matrix.js'
import { readList } from '../../inputs.js'
import type { Task } from '../task.js'

const square = (tensor: Tensor) => matrix(tensor.shape[0], tensor.shape[1], toFloat64(tensor))

const vector = (data: readonly number[]) => ({ shape: [data.length], data: Float64Array.from(data) })

/**
 * For every pair a cut, and a proven bound that no cut exceeds. Timed is the enclosure without branching, which does what
 * the peer does and proves its bound; the answer tells the default enclosure as well, and how long it took.
 */
export const cutnorm: Task = (folder) => {
  const [a, b] = [readList(folder, 'a').map(square), readList(folder, 'b').map(square)]
  const enclose = (gap?: number): DistanceResult[] =>
    a.map((first, p) => distance(first, b[p], { norm: 'cut', ...(gap !== undefined && { gap }) }))
  return () => {
    const found = enclose(Infinity)
    return {
      answer() {
        const begin = performance.now()
        const tight = enclose()
        const seconds = (performance.now() - begin) / 1000
        return new Map([
          ['value', vector(found.map(({ value }) => value))],
          ['upper', vector(found.map(({ upper }) => upper))],
          ['tight', vector(tight.map(({ upper, value }) => upper / value))],
          ['tightSeconds', vector([seconds])],
        ])
      },
    }
  }
}
