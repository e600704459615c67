import type { KernelName, Step } from './steps.js'
import { argumentLength, stepHeader } from './team-block.js'

/**
 * Writes steps where threads read them, from the front of `data` on: kernel, argument count, and base, entry (−1: none) and
 * stride of each argument.
 *
 * @param names of the kernels in the order of their numbers
 * @returns where tasks can begin
 * @throws RangeError when a kernel is unknown, or the steps take more than half of the room
 */
export function encodeSteps(data: Float64Array, names: readonly KernelName[], steps: readonly Step[]): number {
  const needed = steps.reduce((sum, { args }) => sum + stepHeader + args.length * argumentLength, 0)
  if (needed > data.length / 2) throw new RangeError(`team: expected at most ${data.length / 2} numbers of steps`)
  let end = 0
  for (const { kernel, args } of steps) {
    const index = names.indexOf(kernel)
    if (index < 0) throw new RangeError(`team: expected the name of a kernel, got ${kernel}`)
    data[end++] = index
    data[end++] = args.length
    for (const arg of args) {
      const { base = 0, entry = -1, stride = 0 } = typeof arg === 'number' ? { base: arg } : arg
      data[end++] = base
      data[end++] = entry
      data[end++] = stride
    }
  }
  return end
}
