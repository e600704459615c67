import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import { createMask, type Mask } from '../../src/network/mask.js'
import { permutation, randomStream } from '../../src/random/random.js'

/** Bernoulli masks of a network, by one uniform draw per entry. */
export function bernoulliMasks(sizes: readonly number[], density: number, seed: number): Mask[] {
  return sizes.slice(1).map((rows, i) => {
    const random = randomStream(seed, 'test mask', i)
    const data = Uint8Array.from({ length: rows * sizes[i] }, () => (random.uniform() < density ? 1 : 0))
    return createMask(rows, sizes[i], data)
  })
}

/** The same network with the units of every hidden layer renamed at random. */
export function relabelHidden(masks: readonly Mask[], seed: number): Mask[] {
  const orders = masks.map(({ cols }, l) => permutation(cols, randomStream(seed, 'relabel', l)))
  const last = masks.length
  return masks.map(({ rows, cols, data }, i) => {
    const renamed = new Uint8Array(data.length)
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < cols; c++) {
        const row = i + 1 < last ? orders[i + 1][r] : r
        const col = i > 0 ? orders[i][c] : c
        renamed[r * cols + c] = data[row * cols + col]
      }
    }
    return createMask(rows, cols, renamed)
  })
}

export function randomMatrix(rows: number, cols: number, seed: number, draw: 'normal' | 'uniform' = 'normal'): Matrix {
  const random = randomStream(seed, 'test matrix')
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => random[draw]()),
  )
}

/** A random partition of [0, 1] into `count` bins, none tiny. */
export function randomMeasure(count: number, seed: number): Float64Array {
  const random = randomStream(seed, 'test measure')
  const parts = Float64Array.from({ length: count }, () => 0.2 + random.uniform())
  const total = parts.reduce((a, b) => a + b, 0)
  return parts.map((part) => part / total)
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = a.length === b.length ? 0 : Infinity
  for (let k = 0; k < a.length; k++) worst = Math.max(worst, Math.abs(a[k] - b[k]))
  return worst
}
