import { toFloat64 } from '../../../src/data/tensor.js'
import { createChain } from '../../../src/graphon/chain/chain.js'
import { matrix, type Matrix } from '../../../src/linalg/matrix.js'
import { graphonNtksPanels } from '../../../src/ntk/graphon-ntk.js'
import { placePanel } from '../../../src/ntk/kernel-panel.js'
import { readList, readMatrix } from '../../inputs.js'
import type { Task } from '../task.js'

/** Θ, the mean over classes, of every method's chain with V = W and with its energies, in one pass. */
export const graphonKernels: Task = (folder, { methods }, kernels) => {
  const x = readMatrix(folder, 'x')
  const n = x.rows
  const measures = readList(folder, 'measure').map(toFloat64)
  const read = (key: string): Matrix[] =>
    readList(folder, key).map((tensor) => matrix(tensor.shape[0], tensor.shape[1], toFloat64(tensor)))
  const chains = Array.from({ length: methods }, (_, m) => {
    const [W, V] = ['W', 'V'].map((name) => read(`method${m}-${name}`))
    return [createChain({ W, measures }), createChain({ W, V, measures })]
  }).flat()
  const names = chains.map((_, c) => `${c % 2 === 0 ? 'redrawn' : 'kept'}${Math.floor(c / 2)}`)
  return () => {
    const found = chains.map(() => new Float64Array(n * n))
    graphonNtksPanels(chains, x, { kernels, kernelNames: ['ntk'], classes: 'mean' }, (panels) => {
      panels.forEach((panel, c) => placePanel(panel, panel.entries.ntk!, 0, (at, values) => found[c].set(values, at)))
    })
    return { answer: () => new Map(found.map((data, c) => [names[c], { shape: [n, n], data }])) }
  }
}
