import { oneHot } from '../../../src/data/one-hot.js'
import { train } from '../../../src/network/train.js'
import { readInput, readMatrix } from '../../inputs.js'
import { readNetwork } from '../network.js'
import type { Task } from '../task.js'

/** Time of one step of gradient descent, the mean over `steps` of them; placing the network beforehand does not count. */
export const trainStep: Task = (folder, { learningRate, steps, classes }, kernels) => {
  const network = readNetwork(folder)
  const x = readMatrix(folder, 'x')
  const targets = oneHot(readInput(folder, 'labels').data, classes)
  return () => {
    let first = 0
    let last = 0
    const { network: trained } = train(
      network,
      { x, targets },
      {
        loss: 'cross-entropy',
        optimizer: { name: 'sgd', learningRate },
        steps,
        kernels,
        onStep(step) {
          last = performance.now()
          if (step === 0) first = last
        },
      },
    )
    return {
      seconds: (last - first) / 1000 / steps,
      answer: () =>
        new Map(
          trained.layers.map(({ weight, mask }, i) => [
            `w${i}`,
            { shape: [mask.rows, mask.cols], data: weight.map((w, k) => w * mask.data[k]) },
          ]),
        ),
    }
  }
}
