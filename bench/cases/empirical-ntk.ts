import { relativeDifference } from '../compare.js'
import type { Parameters } from '../contestant.js'
import type { Case } from './case.js'
import { totalWeights, writeMasks, writeMnist, writeNetwork } from './network.js'

/** One Gram matrix per unit over its surviving inputs, shared by the classes; one product of derivatives per unit and class. */
function flops(parameters: Parameters): number {
  const { samples, density, width, hiddenLayers, classes } = parameters
  const perPair = 2 * density * totalWeights(parameters) + 3 * classes * (width * hiddenLayers + 1)
  return ((samples * (samples + 1)) / 2) * perPair
}

export const empiricalNtk: Case = {
  title: 'empirical NTK, N = 256, 784-1024×3-10, density 0.1, 10 classes, f64',
  task: 'empirical-ntk',
  peers: [
    { name: 'PyTorch, gathered Jacobian', environment: 'torch', task: 'empirical_tuned' },
    { name: 'PyTorch, torch.func', environment: 'torch', task: 'empirical_functorch' },
  ],
  parameters: { samples: 256, inputs: 784, width: 1024, hiddenLayers: 3, classes: 10, density: 0.1 },
  quick: { samples: 64, width: 256 },
  prepare(folder, parameters) {
    writeNetwork(folder, parameters)
    writeMasks(folder, parameters)
    writeMnist(folder, parameters['samples'], 'f64')
  },
  compare: () => relativeDifference(['ntk'], 1e-10),
  floor: 3,
  flops,
  least: (parameters) => ({ precision: 'f64', flops: flops(parameters) }),
  precision: 'f64',
}
