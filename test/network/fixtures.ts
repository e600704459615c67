import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import type { Activation } from '../../src/network/activation.js'
import { activationNames } from '../../src/network/activations/activations.js'
import { createNetwork, createSpec, initialize } from '../../src/network/initialize.js'
import { createMask } from '../../src/network/mask.js'
import type { Network, Parameterization } from '../../src/network/network.js'
import { randomStream } from '../../src/random/random.js'

/** Every activation, with parameters other than those that it has by itself. */
export const activations: readonly Activation[] = activationNames.map((name) =>
  name === 'leaky-relu' ? { name, slope: 0.2 } : name === 'abrelu' ? { name, slope: -0.3, rise: 1.5 } : { name },
)

export function normalMatrix(rows: number, cols: number, seed: number): Matrix {
  const random = randomStream(seed, 'test matrix')
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => random.normal()),
  )
}

export function oneHotTargets(rows: number, classes: number): Matrix {
  const y = matrix(rows, classes)
  for (let i = 0; i < rows; i++) y.data[i * classes + ((i * 7) % classes)] = 1
  return y
}

/** The network with every mask redrawn at `density`; `dead` leaves the first row of each mask but the last empty. */
export function sparsified(network: Network, density: number, seed: number, dead = false): Network {
  const layers = network.layers.map((layer, l) => {
    const random = randomStream(seed, 'test mask', l)
    const { rows, cols } = layer.mask
    const data = Uint8Array.from(layer.mask.data, () => (random.uniform() < density ? 1 : 0))
    if (dead && l + 1 < network.layers.length) data.fill(0, 0, cols)
    return { ...layer, mask: createMask(rows, cols, data) }
  })
  return createNetwork(network.spec, layers)
}

export interface SampleOptions {
  readonly activation?: Activation
  readonly bias?: boolean
  readonly density?: number
  readonly parameterization?: Parameterization
  readonly seed?: number
  readonly dead?: boolean
}

export function sampleNetwork(sizes: readonly number[], options: SampleOptions = {}): Network {
  const { activation = { name: 'relu' }, bias = false, density = 1, parameterization = 'ntk', seed = 1, dead } = options
  const spec = createSpec({ sizes, activation, parameterization, sigmaB2: bias ? 0.3 : 0 })
  const network = initialize(spec, seed)
  return density < 1 ? sparsified(network, density, seed, dead) : network
}

/** ‖a − b‖ / ‖b‖ over several arrays together. */
export function relativeError(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  let error = 0
  let size = 0
  a.forEach((values, l) => {
    values.forEach((value, k) => {
      error += (value - b[l][k]) ** 2
      size += b[l][k] ** 2
    })
  })
  return Math.sqrt(error / size)
}

export function dot(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  let sum = 0
  a.forEach((values, l) => values.forEach((value, k) => (sum += value * b[l][k])))
  return sum
}
