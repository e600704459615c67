import { empiricalNtk } from '../../../src/ntk/empirical-ntk.js'
import { readMatrix } from '../../inputs.js'
import { readNetwork } from '../network.js'
import type { Task } from '../task.js'

export const empirical: Task = (folder, _parameters, kernels) => {
  const network = readNetwork(folder)
  const x = readMatrix(folder, 'x')
  return () => {
    const { classes, n, data } = empiricalNtk(network, x, { kernels })
    return { answer: () => new Map([['ntk', { shape: [classes, n, n], data }]]) }
  }
}
