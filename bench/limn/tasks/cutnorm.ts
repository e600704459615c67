import { distance } from '../../../src/graphon/distances/distance.js'
import { readMatrix } from '../../inputs.js'
import type { Task } from '../task.js'

export const cutnorm: Task = (folder) => {
  const [a, b] = [readMatrix(folder, 'a'), readMatrix(folder, 'b')]
  return () => {
    const { value, upper } = distance(a, b, { norm: 'cut' })
    const scalar = (number: number) => ({ shape: [1], data: Float64Array.of(number) })
    return {
      answer: () =>
        new Map([
          ['value', scalar(value)],
          ['upper', scalar(upper)],
        ]),
    }
  }
}
