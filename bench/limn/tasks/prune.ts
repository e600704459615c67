import { oneHot } from '../../../src/data/one-hot.js'
import type { CriterionName } from '../../../src/prune/criteria.js'
import { prune } from '../../../src/prune/prune.js'
import { readInput, readMatrix } from '../../inputs.js'
import { readNetwork } from '../network.js'
import type { Task } from '../task.js'

/** Pruning by one method; `samples` of the parameters says whether there are data. */
export function pruning(method: CriterionName): Task {
  return (folder, { density, rounds, samples, classes }) => {
    const network = readNetwork(folder)
    const batch = samples > 0 && {
      x: readMatrix(folder, 'x'),
      targets: oneHot(readInput(folder, 'labels').data, classes),
    }
    return () => {
      const { masks } = prune(network, {
        method,
        density,
        scope: 'global',
        seed: 0,
        ...(rounds > 0 && { rounds }),
        ...(batch && { batch }),
      })
      return {
        answer: () => new Map(masks.map(({ rows, cols, data }, i) => [`mask${i}`, { shape: [rows, cols], data }])),
      }
    }
  }
}
