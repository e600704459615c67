import { createChain } from '../../../src/graphon/chain/chain.js'
import { matrix } from '../../../src/linalg/matrix.js'
import { toFloat64 } from '../../../src/data/tensor.js'
import { graphonNtk } from '../../../src/ntk/graphon-ntk.js'
import type { Kernel } from '../../../src/ntk/kernel.js'
import { readList, readMatrix } from '../../inputs.js'
import type { Task } from '../task.js'

export const graphonKernel: Task = (folder, _parameters, kernels) => {
  const x = readMatrix(folder, 'x')
  const chain = createChain({
    W: readList(folder, 'W').map((tensor) => matrix(tensor.shape[0], tensor.shape[1], toFloat64(tensor))),
    measures: readList(folder, 'measure').map(toFloat64),
  })
  const tensor = ({ classes, n, data }: Kernel) => ({ shape: [classes, n, n], data })
  return () => {
    const { ntk, nngp } = graphonNtk(chain, x, { kernels })
    return {
      answer: () =>
        new Map([
          ['ntk', tensor(ntk)],
          ['nngp', tensor(nngp)],
        ]),
    }
  }
}
