import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import { effectiveWeight } from '../../src/network/forward.js'
import type { Batch } from '../../src/network/gradient.js'
import { createNetwork, createSpec, initialize, type SpecOptions } from '../../src/network/initialize.js'
import { biasScale, type Network } from '../../src/network/network.js'
import { randomStream } from '../../src/random/random.js'

export function network(sizes: readonly number[], seed: number, options: Omit<SpecOptions, 'sizes'> = {}): Network {
  return initialize(createSpec({ sizes, ...options }), seed)
}

/** The same function in standard parameterisation: effective weights become the stored ones. */
export function standardTwin(original: Network): Network {
  const spec = createSpec({ ...original.spec, parameterization: 'standard' })
  const scale = biasScale(original.spec)
  return createNetwork(
    spec,
    original.layers.map(({ mask, bias }, i) => ({
      weight: effectiveWeight(original, i, false).data,
      mask,
      ...(bias && { bias: bias.map((b) => scale * b) }),
    })),
  )
}

/** The network with every weight of matrix i multiplied by `factors[i]`. */
export function rescaled(original: Network, factors: readonly number[]): Network {
  return createNetwork(
    original.spec,
    original.layers.map((layer, i) => ({ ...layer, weight: layer.weight.map((w) => w * factors[i]) })),
  )
}

/** Gaussian samples with random one-hot labels. */
export function batchFor({ spec: { sizes } }: Network, samples: number, seed: number): Batch {
  const random = randomStream(seed, 'batch')
  const classes = sizes.at(-1)!
  const x = matrix(samples, sizes[0])
  for (let k = 0; k < x.data.length; k++) x.data[k] = random.normal()
  const labels = Array.from({ length: samples }, () => random.below(classes))
  return { x, targets: oneHotRows(labels, classes) }
}

export function oneHotRows(labels: readonly number[], classes: number): Matrix {
  const targets = matrix(labels.length, classes)
  labels.forEach((label, i) => (targets.data[i * classes + label] = 1))
  return targets
}

export function entries({ data }: { readonly data: Uint8Array }): number[] {
  return Array.from(data)
}
