import { describe, expect, it } from 'vitest'
import { estimateChain } from '../../../../src/graphon/estimate/estimate.js'
import { nullFloor } from '../../../../src/graphon/convergence/limit-test/null-floor.js'
import { constantShape, layerDensity, shapeVectors } from '../../../../src/graphon/convergence/limit-test/shapes.js'
import { simulateChains, simulateNull } from '../../../../src/graphon/convergence/limit-test/simulate.js'
import { meanNoise, squaredDistance } from '../../../../src/graphon/convergence/limit-test/squared-distance.js'
import { constantChain, degreeProductChain, sampleMasks } from '../../../../src/graphon/sample/sample.js'
import type { GraphonChain } from '../../../../src/graphon/chain/chain.js'
import { matrix } from '../../../../src/linalg/matrix.js'
import { randomMatrix, randomMeasure } from '../../support.js'

const product = degreeProductChain({ inputs: 10, classes: 6, hidden: [8, 8] }, { density: 0.4, slope: 1 })

const randomChain = (hidden: readonly number[], seed: number): GraphonChain => {
  const axes = [5, ...hidden, 4]
  return {
    W: axes.slice(1).map((rows, i) => randomMatrix(rows, axes[i], seed + i, 'uniform')),
    measures: hidden.map((count, l) => randomMeasure(count, seed + 10 + l)),
  }
}

/** The value of a step function with the given bin measures at a position. */
const binAt = (measure: Float64Array, position: number): number => {
  let [bin, end] = [0, measure[0]]
  while (position >= end && bin < measure.length - 1) end += measure[++bin]
  return bin
}

const inner = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, k) => sum + value * b[k], 0)

describe('shapeVectors', () => {
  it('have the inner products of L², also where two chains cut the layers differently', () => {
    const [a, b] = [randomChain([3, 5], 1), randomChain([4, 2], 2)]
    const points = 600
    const shape = ({ W, measures }: GraphonChain, index: number, u: number, v: number) => {
      const row = binAt(measures[index], u)
      const col = binAt(measures[index - 1], v)
      return W[index].data[row * W[index].cols + col] / layerDensity({ W, measures }, index)
    }
    let product = 0
    for (let i = 0; i < points; i++) {
      for (let j = 0; j < points; j++) {
        const [u, v] = [(i + 0.5) / points, (j + 0.5) / points]
        product += (shape(a, 1, u, v) * shape(b, 1, u, v)) / points ** 2
      }
    }
    const { a: left, b: right } = shapeVectors([a], [b], 1)!
    expect(left[0].length).toBe(right[0].length)
    expect(Math.abs(inner(left[0], right[0]) - product)).toBeLessThan(0.01)
  })

  it('do not change when a budget scales W', () => {
    const a = randomChain([3, 5], 3)
    const half = {
      ...a,
      W: a.W.map((m) =>
        matrix(
          m.rows,
          m.cols,
          m.data.map((w) => w / 2),
        ),
      ),
    }
    for (let index = 0; index < 3; index++) {
      const { a: left, b: right } = shapeVectors([a], [half], index)!
      expect(left[0]).toEqual(right[0])
    }
  })

  it('have mean 1: their product with the constant is the measure of everything', () => {
    const a = randomChain([3, 5], 4)
    for (let index = 0; index < 3; index++) {
      expect(inner(shapeVectors([a], [a], index)!.a[0], constantShape(a, index))).toBeCloseTo(1, 12)
    }
  })

  it('are not defined for an empty matrix', () => {
    const a = randomChain([3], 5)
    const empty = { ...a, W: [a.W[0], matrix(a.W[1].rows, a.W[1].cols)] }
    expect(shapeVectors([a], [empty], 1)).toBeNull()
    expect(shapeVectors([a], [empty], 0)).not.toBeNull()
  })
})

describe('simulateChains', () => {
  const sizes = [10, 60, 90, 6]

  it.each([
    ['lower', [0.1, 0.2, 0.3]],
    ['so high that W is cut off at 1', [0.7, 0.8, 0.9]],
  ])('draws masks of the densities asked for: %s', (_, densities) => {
    const trials = 12
    const chains = simulateChains(product, sizes, densities, trials, { bins: 6 }, (trial) => trial)
    densities.forEach((density, i) => {
      const mean = chains.reduce((sum, chain) => sum + layerDensity(chain, i), 0) / trials
      const error = Math.sqrt((density * (1 - density)) / (sizes[i] * sizes[i + 1] * trials))
      expect(Math.abs(mean - density)).toBeLessThan(4 * error)
    })
  })

  it('keeps the shape: what is simulated is as far from the constant as the chain itself', () => {
    const broad = degreeProductChain({ inputs: 200, classes: 200, hidden: [8, 8] }, { density: 0.4, slope: 1 })
    const wide = simulateChains(broad, [200, 400, 400, 200], [0.2, 0.2, 0.2], 4, { bins: 8 }, (trial) => trial)
    const { a } = shapeVectors(wide, [broad], 1)!
    expect(squaredDistance(a, constantShape(wide[0], 1)).value).toBeCloseTo((13 / 12) ** 2 - 1, 1)
  })
})

describe('simulateNull', () => {
  it('keeps exactly as many weights as asked for', () => {
    const [chain] = simulateNull([10, 20, 6], [0.25, 0.5], 1, { bins: 20 }, 1)
    expect(layerDensity(chain, 0)).toBeCloseTo(50 / 200, 12)
    expect(layerDensity(chain, 1)).toBeCloseTo(60 / 120, 12)
  })
})

describe('nullFloor', () => {
  const draw = (n: number, trials: number, seed: number) =>
    Array.from({ length: trials }, (_, t) => {
      const masks = sampleMasks(constantChain({ inputs: 10, classes: 6, hidden: [1] }, 0.3), [n], seed + t)
      return estimateChain(masks, { bins: 6 }).chain
    })

  it('is 0 between chains without noise that agree, and their distance where they do not', () => {
    const constant = (p: number) =>
      Array.from({ length: 3 }, () => constantChain({ inputs: 4, classes: 2, hidden: [2] }, p))
    nullFloor(constant(0.3), constant(0.3), 5).forEach((floor) => expect(floor).toBe(0))
    nullFloor(constant(0.3), constant(0.5), 5).forEach((floor) => expect(floor).toBeCloseTo(0.2, 12))
  })

  it('is the distance that means over so many trials have', () => {
    const trials = 4
    const predicted = nullFloor(draw(60, 12, 0), draw(240, 12, 100), trials)
    const squares = [0, 0]
    const repeats = 30
    const mean = (chains: readonly GraphonChain[], index: number) =>
      chains[0].W[index].data.map((_, k) => chains.reduce((sum, { W }) => sum + W[index].data[k], 0) / chains.length)
    for (let repeat = 0; repeat < repeats; repeat++) {
      const [a, b] = [draw(60, trials, 1000 + 50 * repeat), draw(240, trials, 5000 + 50 * repeat)]
      for (const index of [0, 1]) {
        const [x, y] = [mean(a, index), mean(b, index)]
        squares[index] += x.reduce((sum, value, k) => sum + (value - y[k]) ** 2, 0) / x.length / repeats
      }
    }
    predicted.forEach((floor, index) => {
      expect(floor / Math.sqrt(squares[index])).toBeGreaterThan(0.85)
      expect(floor / Math.sqrt(squares[index])).toBeLessThan(1.15)
    })
  })

  it('shrinks with the number of trials', () => {
    const [a, b] = [draw(60, 6, 0), draw(240, 6, 100)]
    const floors = [1, 4, 16].map((trials) => nullFloor(a, b, trials)[0])
    floors.slice(1).forEach((floor, k) => expect(floor).toBeLessThan(floors[k]))
  })

  it('needs trials to know the noise', () => {
    expect(() => nullFloor(draw(60, 1, 0), draw(60, 3, 9), 3)).toThrow(RangeError)
    expect(() => meanNoise([new Float64Array(2)])).toThrow(RangeError)
  })
})
