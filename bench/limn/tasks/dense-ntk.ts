import { denseNtk } from '../../../src/ntk/dense-ntk.js'
import { readMatrix } from '../../inputs.js'
import type { Task } from '../task.js'

export const denseKernel: Task = (folder, { hiddenLayers }, kernels) => {
  const x = readMatrix(folder, 'x')
  const sizes = [x.cols, ...Array.from({ length: hiddenLayers }, () => 1), 1]
  return () => {
    const { n, data } = denseNtk(sizes, x, { kernels })
    return { answer: () => new Map([['ntk', { shape: [n, n], data }]]) }
  }
}
