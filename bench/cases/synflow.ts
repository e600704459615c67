import { maskDifference } from '../compare.js'
import type { Parameters } from '../contestant.js'
import type { Case } from './case.js'
import { totalWeights, writeNetwork } from './network.js'

/** Weights alive in a round, summed over all rounds. */
function aliveOverRounds(parameters: Parameters): number {
  const { density, rounds } = parameters
  const total = totalWeights(parameters)
  return Array.from({ length: rounds }, (_, t) => total * density ** (t / rounds)).reduce((a, b) => a + b, 0)
}

export const synflow: Case = {
  title: 'SynFlow, 100 iterations, 784-2048×3-10, density 0.05',
  task: 'synflow',
  peers: [
    { name: 'PyTorch, without autograd', environment: 'torch', task: 'synflow_tuned', precision: 'f32' },
    { name: 'PyTorch, as the authors run it', environment: 'torch', task: 'synflow_authors', precision: 'f32' },
    { name: 'PyTorch, without autograd, f64', environment: 'torch', task: 'synflow_tuned', precision: 'f64' },
  ],
  parameters: { inputs: 784, width: 2048, hiddenLayers: 3, classes: 10, density: 0.05, rounds: 100, samples: 0 },
  quick: { width: 512, rounds: 20 },
  warmUp: { rounds: 3 },
  turns: 3,
  prepare: writeNetwork,
  // Rounding in f32 changes ranks, and each of the hundred rounds builds on the one before: f32 and f64 end a few per cent
  // apart, also within PyTorch. The peer in f64 is held to limn's f64 answer.
  compare: ({ hiddenLayers }, { precision }) => maskDifference(hiddenLayers + 1, precision === 'f32' ? 6e-2 : 1e-4),
  floor: 10,
  // Two products and a score of two multiplications for every weight that a round finds alive.
  flops: (parameters) => 6 * aliveOverRounds(parameters),
  // The flows from both ends need every weight alive once each, in f32, in which they come.
  least: (parameters) => ({
    precision: 'f64',
    flops: 6 * aliveOverRounds(parameters),
    bytes: 8 * aliveOverRounds(parameters),
  }),
  precision: 'f64',
}
