import { relativeDifference } from '../compare.js'
import type { Case } from './case.js'
import { sharedCoordinates, writeMnist } from './network.js'

export const denseNtk: Case = {
  title: 'dense NTK, MNIST, N = 2048, 4 hidden layers, f64',
  task: 'dense-ntk',
  peers: [
    { name: 'neural-tangents, jitted', environment: 'numeric', task: 'dense_neural_tangents' },
    {
      name: '@jax-js/jax, jitted, f32, one thread',
      environment: 'javascript',
      task: 'dense_jax',
      precision: 'f32',
      aside: true,
    },
  ],
  parameters: { samples: 2048, inputs: 784, hiddenLayers: 4 },
  quick: { samples: 512 },
  prepare: (folder, { samples }) => writeMnist(folder, samples, 'f64'),
  compare: (_, { precision }) => relativeDifference(['ntk'], precision === 'f32' ? 1e-3 : 1e-7),
  floor: 2,
  // The Gram matrix of the samples, half of it.
  flops: ({ samples, inputs }) => samples * (samples + 1) * inputs,
  least: ({ samples, hiddenLayers }, folder) => ({
    precision: 'f64',
    flops: 2 * sharedCoordinates(folder),
    duals: ((samples * (samples + 1)) / 2) * hiddenLayers,
    bytes: 8 * samples ** 2,
  }),
  precision: 'f64',
}
