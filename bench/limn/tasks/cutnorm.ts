import { matrix } from '../../../src/linalg/matrix.js'
import { toFloat64, type Tensor } from '../../../src/data/tensor.js'
import { distance } from '../../../src/graphon/distances/distance.js'
import { readList } from '../../inputs.js'
import type { Task } from '../task.js'

const square = (tensor: Tensor) => matrix(tensor.shape[0], tensor.shape[1], toFloat64(tensor))

/** For every pair a cut, and a bound that no cut exceeds. */
export const cutnorm: Task = (folder) => {
  const [a, b] = [readList(folder, 'a').map(square), readList(folder, 'b').map(square)]
  return () => {
    const found = a.map((first, p) => distance(first, b[p], { norm: 'cut' }))
    const vector = (key: 'value' | 'upper') => Float64Array.from(found, (result) => result[key])
    return {
      answer: () =>
        new Map([
          ['value', { shape: [a.length], data: vector('value') }],
          ['upper', { shape: [a.length], data: vector('upper') }],
        ]),
    }
  }
}
