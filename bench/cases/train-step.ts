import { relativeDifference } from '../compare.js'
import type { Case } from './case.js'
import { gradientFlops, totalWeights, writeMasks, writeMnist, writeNetwork } from './network.js'

function trainStep(density: number, floor: number): Case {
  return {
    title: `one training step, 784-2048×3-10, batch 128, density ${density}`,
    task: 'train-step',
    peers: [
      { name: 'PyTorch, masked dense', environment: 'torch', task: 'train_masked' },
      { name: 'PyTorch, sparse', environment: 'torch', task: 'train_sparse' },
      { name: '@jax-js/jax, masked dense, jitted, one thread', environment: 'javascript', task: 'train_jax' },
    ],
    parameters: {
      ...{ inputs: 784, width: 2048, hiddenLayers: 3, classes: 10, density },
      ...{ samples: 128, steps: 10, learningRate: 0.01 },
    },
    quick: { width: 512 },
    prepare(folder, parameters) {
      writeNetwork(folder, parameters)
      writeMasks(folder, parameters)
      writeMnist(folder, parameters['samples'], 'f32')
    },
    compare: ({ hiddenLayers }) =>
      relativeDifference(
        Array.from({ length: hiddenLayers + 1 }, (_, i) => `w${i}`),
        1e-5,
      ),
    floor,
    flops: (parameters) => density * gradientFlops(parameters),
    // Surviving weights and the places of their inputs, two bytes, read in both directions; weights written.
    least: (parameters) => ({
      precision: 'f32',
      flops: density * gradientFlops(parameters),
      bytes: 16 * density * totalWeights(parameters),
    }),
    precision: 'f32',
  }
}

export const trainStepTenth = trainStep(0.1, 2)
export const trainStepTwentieth = trainStep(0.05, 4)
