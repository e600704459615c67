import { randomStream } from '../../src/random/random.js'
import type { LeastWork } from '../bound.js'
import { relativeDifference } from '../compare.js'
import type { Parameters } from '../contestant.js'
import { writeInput } from '../inputs.js'
import type { Case } from './case.js'
import { sharedCoordinates, writeMnist } from './network.js'
import { shapes } from './graphon-ntk.js'

/** Chains that share their densities: weights drawn again (V = W), and kept, with energies of their own. */
const kindsOfWeights = 2

/** Of every method densities `method0-W0`, …, energies `method0-V0`, …; the same measures for all. */
function prepare(folder: string, parameters: Parameters): void {
  writeMnist(folder, parameters['samples'], 'f64')
  shapes(parameters).forEach(([rows, cols], i) => {
    for (let method = 0; method < parameters['methods']; method++) {
      for (const name of ['W', 'V']) {
        const random = randomStream(1, 'bench chains', method, name, i)
        const data = Float64Array.from({ length: rows * cols }, () => random.uniform())
        writeInput(folder, `method${method}-${name}${i}`, { shape: [rows, cols], data })
      }
    }
    const last = i === parameters['hiddenLayers']
    if (!last) writeInput(folder, `measure${i}`, { shape: [rows], data: new Float64Array(rows).fill(1 / rows) })
  })
}

/**
 * Multiplications and additions behind the first layer, for one pair of samples and one method: K = V G and
 * Θ = V (Ġ∘Θ) + W G, the two parts of Θ in one product where V = W. Of the output, the mean over classes, Θ alone is needed.
 */
function hiddenFlops({ bins, hiddenLayers }: Parameters): number {
  const [redrawn, kept] = [2, 3].map((products) => (hiddenLayers - 1) * products * bins + (products - 1))
  return 2 * bins * (redrawn + kept)
}

const pairsOf = (samples: number): number => (samples * (samples + 1)) / 2

function least(parameters: Parameters, folder: string): LeastWork {
  const { samples, bins, hiddenLayers, methods } = parameters
  const pairs = pairsOf(samples)
  return {
    precision: 'f64',
    // The Grams of W are those of both chains.
    flops: methods * (2 * 2 * bins * sharedCoordinates(folder) + pairs * hiddenFlops(parameters)),
    duals: methods * kindsOfWeights * (pairs - samples) * bins * hiddenLayers,
    bytes: 8 * methods * kindsOfWeights * samples ** 2,
  }
}

/** The kernels that a study of one network asks for: of every method's chain with weights drawn again and with weights kept. */
export const graphonNtkChains: Case = {
  title: 'Graphon NTKs of 3 methods, V = W and V ≠ W, mean of classes, MNIST, N = 512, 4 hidden layers, 64 bins, f64',
  task: 'graphon-ntk-chains',
  peers: [
    { name: 'JAX, jitted', environment: 'numeric', task: 'graphon_chains_jax' },
    { name: 'PyTorch', environment: 'torch', task: 'graphon_chains_torch' },
    { name: 'NumPy', environment: 'numeric', task: 'graphon_chains_numpy' },
  ],
  parameters: { samples: 512, inputs: 784, bins: 64, hiddenLayers: 4, classes: 10, methods: 3 },
  quick: { samples: 128, bins: 16 },
  prepare,
  compare: ({ methods }) => {
    const keys = Array.from({ length: methods }, (_, m) => [`redrawn${m}`, `kept${m}`])
    return relativeDifference(keys.flat(), 1e-9)
  },
  // As if there were no structure, and every chain's first layer for itself only where its weights are its own.
  flops: (parameters) => {
    const { samples, bins, inputs, methods } = parameters
    return pairsOf(samples) * methods * (2 * 2 * bins * inputs + hiddenFlops(parameters))
  },
  least,
  precision: 'f64',
}
