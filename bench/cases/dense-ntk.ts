import { relativeDifference } from '../compare.js'
import type { Case } from './case.js'
import { writeMnist } from './network.js'

export const denseNtk: Case = {
  title: 'dense NTK, MNIST, N = 2048, 4 hidden layers, f64',
  task: 'dense-ntk',
  peers: [{ name: 'neural-tangents, jitted', environment: 'numeric', task: 'dense_neural_tangents' }],
  parameters: { samples: 2048, inputs: 784, hiddenLayers: 4 },
  quick: { samples: 512 },
  prepare: (folder, { samples }) => writeMnist(folder, samples, 'f64'),
  compare: () => relativeDifference(['ntk'], 1e-7),
  floor: 2,
  // The Gram matrix of the samples, half of it.
  flops: ({ samples, inputs }) => samples * (samples + 1) * inputs,
  precision: 'f64',
}
