import type { Network } from '../network/network.js'
import { layerMemory } from './empirical-layer.js'
import { derivativesMemory } from './output-derivatives.js'

/** Samples on a side of a block in multiples of this, so that no register tile, 6 × 4, is cut. */
export const sampleUnit = 12

/** How the empirical NTK is cut. */
export interface EmpiricalTiling {
  /** Samples on a side of a block. */
  readonly samples: number
  /** Classes whose derivatives are in memory at a time. */
  readonly classes: number
}

export interface TilingInput {
  readonly network: Network
  /** Number of samples N. */
  readonly n: number
  /** Classes to compute. */
  readonly classes: number
  /** Bytes for each row of the result that are held while a panel is computed. */
  readonly rowBytes: number
  readonly threads: number
}

/** A block's share of recomputing derivatives is about this number of samples over its size. */
const recomputed = 200

/** Bytes of working memory of a tiling. */
export function tilingMemory({ network, rowBytes, threads }: TilingInput, tiling: EmpiricalTiling): number {
  const { samples, classes } = tiling
  const { sizes } = network.spec
  const widest = Math.max(...sizes)
  const weights = network.layers.reduce((sum, { mask }) => sum + mask.rows * mask.cols, 0)
  // Effective weights; in kernel memory survivors with their places and by columns, or a whole matrix; lists of inputs.
  const fixed = (8 + 16 + 8 + 16 + 4) * weights + derivativesMemory(widest)
  const units = sizes.reduce((sum, size) => sum + size, 0)
  const forward = 2 * 16 * samples * units
  // On either side the derivatives of a layer, those of the next and by unit; and the product in kernel memory.
  const derivatives = (2 * 3 + 2) * 8 * samples * classes * widest
  const theta = 8 * classes * samples ** 2
  return fixed + forward + derivatives + theta + layerMemory(widest, samples, classes, threads) + rowBytes * samples
}

const roundUp = (value: number): number => Math.ceil(value / sampleUnit) * sampleUnit

/** The smallest tiling. */
export const smallestTiling: EmpiricalTiling = { samples: sampleUnit, classes: 1 }

/**
 * The tiling that repeats least work within `memory` bytes: inputs' products for every round of classes, derivatives for
 * every block of samples.
 *
 * @throws RangeError when not even the smallest fits, with the size needed
 */
export function chooseTiling(input: TilingInput, memory: number): EmpiricalTiling {
  const least = tilingMemory(input, smallestTiling)
  if (!(memory >= least)) {
    throw new RangeError(
      `empiricalNtk: expected at least ${Math.ceil(least)} bytes of memory for this network and ${input.n} samples, got ${memory}; use fewer samples or classes, or a narrower network`,
    )
  }
  const most = roundUp(input.n) / sampleUnit
  let best = smallestTiling
  let bestCost = Infinity
  for (let classes = input.classes; classes >= 1; classes--) {
    const fits = (blocks: number): boolean => tilingMemory(input, { samples: blocks * sampleUnit, classes }) <= memory
    if (!fits(1)) continue
    let [low, high] = [1, most]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (fits(middle)) low = middle
      else high = middle - 1
    }
    const samples = low * sampleUnit
    const cost = Math.ceil(input.classes / classes) * (1 + (samples >= input.n ? 0 : recomputed / samples))
    if (cost < bestCost) [best, bestCost] = [{ samples, classes }, cost]
  }
  return best
}
