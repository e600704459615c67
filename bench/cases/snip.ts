import { maskDifference } from '../compare.js'
import type { Case } from './case.js'
import { gradientFlops, totalWeights, writeMnist, writeNetwork } from './network.js'

export const snip: Case = {
  title: 'SNIP, 784-2048×3-10, batch 128, density 0.05',
  task: 'snip',
  peers: [{ name: 'PyTorch', environment: 'torch', task: 'snip_torch' }],
  parameters: { inputs: 784, width: 2048, hiddenLayers: 3, classes: 10, density: 0.05, rounds: 0, samples: 128 },
  quick: { width: 512 },
  prepare(folder, parameters) {
    writeNetwork(folder, parameters)
    writeMnist(folder, parameters['samples'], 'f32')
  },
  compare: ({ hiddenLayers }) => maskDifference(hiddenLayers + 1, 2e-3),
  floor: 1.2,
  flops: gradientFlops,
  // In f32, which the case does not forbid; weights read twice, scores written and read.
  least: (parameters) => ({
    precision: 'f32',
    flops: gradientFlops(parameters),
    bytes: 16 * totalWeights(parameters),
  }),
  precision: 'f64',
}
