import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GraphonChain } from '../../src/graphon/chain/chain.js'
import { matrix, matrixOf, type Matrix } from '../../src/linalg/matrix.js'
import { parseActivation } from '../../src/network/activation.js'
import { graphonNtk } from '../../src/ntk/graphon-ntk.js'
import { factorLowRank } from '../../src/ntk/low-rank.js'
import { randomStream } from '../../src/random/random.js'
import { normalSamples, randomChain, randomMatrix, relativeError } from './chains.js'

/** A product of two positive random matrices with rows of very different size. */
function lowRank(rows: number, cols: number, rank: number, seed: number, decades = 0): Matrix {
  const random = randomStream(seed, 'low-rank')
  const left = randomMatrix(rows, rank, () => 0.2 + random.uniform())
  const right = randomMatrix(rank, cols, () => 0.2 + random.uniform())
  const scale = Array.from({ length: rows }, () => 10 ** (-decades * random.uniform()))
  return multiply({ ...left, data: left.data.map((value, k) => value * scale[Math.floor(k / rank)]) }, right)
}

function multiply(a: Matrix, b: Matrix): Matrix {
  const result = matrix(a.rows, b.cols)
  for (let u = 0; u < a.rows; u++) {
    for (let k = 0; k < a.cols; k++) {
      for (let v = 0; v < b.cols; v++) result.data[u * b.cols + v] += a.data[u * a.cols + k] * b.data[k * b.cols + v]
    }
  }
  return result
}

/** max |A − B| / B over the entries, 0/0 = 0. */
function entrywiseError(a: Matrix, b: Matrix): number {
  return a.data.reduce((most, value, k) => Math.max(most, value === b.data[k] ? 0 : Math.abs(value / b.data[k] - 1)), 0)
}

describe('low-rank factors', () => {
  it('find the rank and agree with the matrix in every entry, however uneven its rows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 30 }),
        fc.nat(1000),
        (rank, decades, seed) => {
          const a = lowRank(30, 41, rank, seed, decades)
          const found = factorLowRank(a, 1e-12)!
          expect(found.left.cols).toBe(rank)
          expect(found.right.rows).toBe(rank)
          expect(entrywiseError(multiply(found.left, found.right), a)).toBeLessThan(1e-12)
        },
      ),
      { seed: 1, numRuns: 40 },
    )
  })

  it('keep dead rows and dead columns dead', () => {
    const a = lowRank(20, 20, 3, 2)
    a.data.fill(0, 40, 60)
    for (let u = 0; u < 20; u++) a.data[u * 20 + 7] = 0
    const { left, right } = factorLowRank(a, 1e-12)!
    const product = multiply(left, right)
    expect(product.data.every((value, k) => (a.data[k] === 0) === (value === 0))).toBe(true)
  })

  it('are refused where they would not save work, or not be accurate in some entry', () => {
    const full = randomMatrix(
      30,
      30,
      (() => {
        const r = randomStream(3, 'full')
        return () => r.uniform()
      })(),
    )
    expect(factorLowRank(full, 1e-12)).toBeUndefined()
    expect(factorLowRank(lowRank(30, 30, 2, 4), 0)).toBeUndefined()
    expect(factorLowRank(matrixOf([[1, 2]]), 1e-12)).toBeUndefined()
    expect(factorLowRank(matrix(8, 8), 1e-12)).toBeUndefined()
    // One small entry is lost in a sum of large ones: an error of 1e-16 of the row is all of it.
    const uneven = lowRank(30, 30, 3, 5)
    uneven.data[95] = 1e-18
    expect(factorLowRank(uneven, 1e-12)).toBeUndefined()
  })

  it('allow a larger error when told, and no larger one', () => {
    const a = lowRank(30, 30, 2, 6)
    const random = randomStream(7, 'noise')
    const noisy = { ...a, data: a.data.map((value) => value * (1 + 1e-4 * (random.uniform() - 0.5))) }
    expect(factorLowRank(noisy, 1e-12)).toBeUndefined()
    const { left, right } = factorLowRank(noisy, 1e-3)!
    const error = entrywiseError(multiply(left, right), noisy)
    expect(left.cols).toBe(2)
    expect(error).toBeGreaterThan(1e-6)
    expect(error).toBeLessThan(1e-3)
  })
})

describe('a chain of low rank', () => {
  const bins = [24, 30, 26]
  const shape = [33, ...bins, 14]
  const { measures } = randomChain({ d: 33, bins, classes: 14, seed: 8 })
  const layers = (seed: number, noise = 0): Matrix[] =>
    shape.slice(1).map((rows, l) => {
      const random = randomStream(seed + l, 'noise')
      const a = lowRank(rows, shape[l], 3, seed + l)
      return { ...a, data: a.data.map((value) => (value / 10) * (1 + noise * random.uniform())) }
    })
  const x = normalSamples(19, 33, 9)
  const activations = ['relu', 'leaky-relu:0.3', 'erf', 'identity'].map(parseActivation)

  it.each(activations)('has the kernels of the whole matrices to rounding: $name', (activation) => {
    const chain: GraphonChain = { W: layers(10), V: layers(20), measures }
    for (const sigmaB2 of [0, 0.2]) {
      for (const weights of ['kept', 'redrawn'] as const) {
        const options = { activation, sigmaB2, weights }
        const [factored, whole] = [
          graphonNtk(chain, x, options),
          graphonNtk(chain, x, { ...options, rankTolerance: 0 }),
        ]
        expect(factored.ntk.data).not.toEqual(whole.ntk.data)
        expect(relativeError(factored.ntk.data, whole.ntk.data)).toBeLessThan(1e-13)
        expect(relativeError(factored.nngp.data, whole.nngp.data)).toBeLessThan(1e-13)
      }
    }
  })

  it('is off by at most the tolerance for each matrix, relative to the variances', () => {
    const tolerance = 1e-3
    const noisy: GraphonChain = { W: layers(30, 1e-4), measures }
    const covariance = (rankTolerance: number): Float64Array =>
      graphonNtk(noisy, x, { activation: { name: 'identity' }, rankTolerance }).nngp.data
    const [factored, whole] = [covariance(tolerance), covariance(0)]
    let worst = 0
    whole.forEach((value, k) => {
      const [c, i, j] = [Math.floor(k / 361), Math.floor(k / 19) % 19, k % 19]
      const norm = Math.sqrt(whole[c * 361 + i * 20] * whole[c * 361 + j * 20])
      worst = Math.max(worst, Math.abs(factored[k] - value) / norm)
    })
    expect(worst).toBeGreaterThan(1e-8)
    expect(worst).toBeLessThan((1 + tolerance) ** 4 - 1)
  })

  it('refuses a tolerance that is none', () => {
    const chain = { W: layers(10), measures }
    for (const rankTolerance of [-1, 1, NaN]) {
      expect(() => graphonNtk(chain, x, { rankTolerance })).toThrow(/expected rankTolerance in \[0, 1\), got/)
    }
  })
})
