import { matrix } from '../../../src/linalg/matrix.js'
import { createSpec, initialize } from '../../../src/network/initialize.js'
import type { Batch } from '../../../src/network/gradient.js'
import type { Network } from '../../../src/network/network.js'
import { randomStream } from '../../../src/random/random.js'

export const networkOf = (sizes: readonly number[], seed: number): Network => initialize(createSpec({ sizes }), seed)

/** Samples whose coordinates differ in size, with labels at random: inputs are then kept unevenly. */
export function unevenBatch(inputs: number, classes: number, samples: number, seed: number): Batch {
  const random = randomStream(seed, 'uneven batch')
  const x = matrix(samples, inputs)
  for (let k = 0; k < x.data.length; k++) x.data[k] = random.normal() * (0.2 + (2 * (k % inputs)) / inputs)
  const targets = matrix(samples, classes)
  for (let i = 0; i < samples; i++) targets.data[i * classes + random.below(classes)] = 1
  return { x, targets }
}
