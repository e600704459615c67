import { encodeNpy } from '../../data/npy.js'
import { kernelToTensor } from '../../ntk/kernel-file.js'
import { placePanel, type KernelPanel } from '../../ntk/kernel-panel.js'
import { writeTogether } from '../files/files.js'
import type { KernelTask } from './task.js'
import { requireFinite, type WrittenKernel } from './writer.js'

/**
 * Computes kernels in memory and writes all of them or none.
 *
 * @param run hands over the panels of all tasks, in their order
 * @throws FileError when an entry is not finite, or a file cannot be written
 */
export function writeWhole(
  tasks: readonly KernelTask[],
  outs: readonly string[],
  run: (sink: (panels: readonly KernelPanel[]) => void) => void,
): WrittenKernel[] {
  const kernels = tasks.map(({ classes, n }) => new Float64Array(classes * n * n))
  run((panels) => {
    panels.forEach((panel, t) => {
      const { classes, n } = tasks[t]
      for (let c = 0; c < classes; c++) {
        const block = kernels[t].subarray(c * n * n, (c + 1) * n * n)
        placePanel(panel, panel.entries.ntk!, c, (at, values) => block.set(values, at))
      }
    })
  })
  const tensors = tasks.map(({ source, classes, n }, t) => {
    const data = kernels[t]
    requireFinite(data, source, (k) => `[${Math.floor(k / n) % n}, ${k % n}]`)
    return kernelToTensor({ classes, n, data })
  })
  writeTogether(tensors.map((tensor, t) => ({ path: outs[t], contents: encodeNpy(tensor, tasks[t].comment) })))
  return tensors.map(({ shape }, t) => {
    const { classes, n } = tasks[t]
    const trace = Array.from({ length: shape.length === 2 ? 1 : classes }, (_, c) => {
      let sum = 0
      for (let i = 0; i < n; i++) sum += kernels[t][(c * n + i) * n + i]
      return sum
    })
    return { shape, trace }
  })
}
