import { routeMemory, tallyMemory, type Route } from '../../dynamics/predict.js'
import type { Matrix } from '../../linalg/matrix.js'
import type { KernelSource } from '../../ntk/kernel-file.js'
import { requireFreeMemory } from '../files/memory.js'

/**
 * Refuses a prediction for which there is no room, before it is computed.
 *
 * @param file named in the message
 * @param route as `chooseRoute` says
 * @throws RangeError when memory does not suffice, with need, free memory and remedy
 */
export function requireRoute(file: string, route: Route, kernel: KernelSource, targets: Matrix, steps: number): void {
  const { n, classes } = kernel
  const outputs = classes === 1 ? targets.cols : 1
  // The decomposition keeps the vectors of every class until the end.
  const kept = route === 'modes' ? 8 * n * n * (classes - 1) : targets.cols > 1 ? tallyMemory(n, steps) : 0
  const remedy =
    route === 'modes' ? 'use fewer samples, or fewer --steps for plain descent' : 'use fewer samples or fewer --steps'
  requireFreeMemory(routeMemory(route, n, outputs) + kept, `${file}: a prediction for ${n} samples`, remedy)
}
