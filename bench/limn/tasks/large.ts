import { createChain } from '../../../src/graphon/chain/chain.js'
import { matrix } from '../../../src/linalg/matrix.js'
import { topEigenpairs } from '../../../src/linalg/top-eigenpairs.js'
import { toFloat64 } from '../../../src/data/tensor.js'
import { graphonNtkPanels } from '../../../src/ntk/graphon-ntk.js'
import { placePanel } from '../../../src/ntk/kernel-panel.js'
import { readList, readMatrix } from '../../inputs.js'
import type { Task } from '../task.js'

/**
 * The Graphon NTK of all classes in panels that are dropped as they come, except the first class's, whose top eigenvalues
 * follow: what is too large to hold ten times.
 */
export const large: Task = (folder, { top }, kernels) => {
  const x = readMatrix(folder, 'x')
  const n = x.rows
  const chain = createChain({
    W: readList(folder, 'W').map((tensor) => matrix(tensor.shape[0], tensor.shape[1], toFloat64(tensor))),
    measures: readList(folder, 'measure').map(toFloat64),
  })
  return () => {
    const theta = new Float64Array(n * n)
    const begin = performance.now()
    graphonNtkPanels(chain, x, { kernels, kernelNames: ['ntk'] }, (panel) =>
      placePanel(panel, panel.entries.ntk!, 0, (at, values) => theta.set(values, at)),
    )
    const kernelSeconds = (performance.now() - begin) / 1000
    const { values, residuals } = topEigenpairs(matrix(n, n, theta), { k: top, seed: 0 })
    const eigenSeconds = (performance.now() - begin) / 1000 - kernelSeconds
    const found = { kernelSeconds, eigenSeconds, largest: values[0], residual: Math.max(...residuals) / values[0] }
    return {
      answer: () =>
        new Map(Object.entries(found).map(([key, value]) => [key, { shape: [1], data: Float64Array.of(value) }])),
    }
  }
}
