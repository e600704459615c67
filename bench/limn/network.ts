import { createMask, denseMask } from '../../src/network/mask.js'
import { createNetwork, createSpec } from '../../src/network/initialize.js'
import type { Network } from '../../src/network/network.js'
import { toFloat64 } from '../../src/data/tensor.js'
import { readList } from '../inputs.js'

/** The network w0, w1, … with the masks mask0, mask1, … or without any, in PyTorch's parameterisation. */
export function readNetwork(folder: string): Network {
  const weights = readList(folder, 'w')
  const masks = readList(folder, 'mask')
  const sizes = [weights[0].shape[1], ...weights.map(({ shape }) => shape[0])]
  return createNetwork(
    createSpec({ sizes, parameterization: 'standard' }),
    weights.map((weight, i) => {
      const [rows, cols] = weight.shape
      const mask = i < masks.length ? createMask(rows, cols, Uint8Array.from(masks[i].data)) : denseMask(rows, cols)
      return { weight: toFloat64(weight), mask }
    }),
  )
}
