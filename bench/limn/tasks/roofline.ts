import { measurePeak } from '../../../src/linalg/peak.js'
import type { Task } from '../task.js'

/** Speed of limn's own dense product on one thread. */
export const roofline: Task = (_folder, _parameters, kernels) => () => {
  const scalar = (number: number) => ({ shape: [1], data: Float64Array.of(number) })
  const found = { f32: measurePeak('f32', kernels), f64: measurePeak('f64', kernels) }
  return {
    answer: () =>
      new Map([
        ['f32', scalar(found.f32)],
        ['f64', scalar(found.f64)],
      ]),
  }
}
