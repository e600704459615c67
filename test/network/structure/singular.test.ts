import { describe, expect, it } from 'vitest'
import { defaultKernels } from '../../../src/linalg/kernels.js'
import { symmetricEigen } from '../../../src/linalg/symmetric-eigen.js'
import { topEigenpairs } from '../../../src/linalg/top-eigenpairs.js'
import { columnDegrees, createMask, denseMask, rowDegrees, type Mask } from '../../../src/network/mask.js'
import { maskChain } from '../../../src/network/structure/chain.js'
import { gram } from '../../../src/network/structure/gram.js'
import { leadingPair } from '../../../src/network/structure/leading-pair.js'
import { maskProduct } from '../../../src/network/structure/mask-product.js'
import { measureStructure, missingStructure } from '../../../src/network/structure/metrics.js'
import { bernoulli, constantFanIn, maskOf, transposed } from './masks.js'

const of = (...masks: Mask[]) => measureStructure(maskChain(masks))
const pairOf = (mask: Mask) => leadingPair(mask, rowDegrees(mask), columnDegrees(mask), defaultKernels())

/** Survivors where (i + j · step) mod rows is in `places`: constant degrees on both sides. */
const circulant = (n: number, places: readonly number[]): Mask =>
  createMask(
    n,
    n,
    Uint8Array.from({ length: n * n }, (_, k) => (places.includes(((k % n) - Math.floor(k / n) + n) % n) ? 1 : 0)),
  )

describe('singular values of masks', () => {
  it('are √(rows · columns) and 0 for dense masks, on a small side and on a large one', () => {
    for (const [rows, cols] of [
      [6, 9],
      [1100, 1200],
    ] as const) {
      const { first, second } = pairOf(denseMask(rows, cols))
      expect(first).toBeCloseTo(Math.sqrt(rows * cols), 8)
      expect(second).toBe(0)
    }
  })

  it('are those of a circulant by its Fourier sums', () => {
    const n = 1100
    const places = [0, 1, 5, 25, 60, 200]
    const sums = Array.from({ length: n }, (_, q) => {
      const angles = places.map((place) => (2 * Math.PI * q * place) / n)
      return Math.hypot(...[Math.cos, Math.sin].map((part) => angles.reduce((sum, angle) => sum + part(angle), 0)))
    }).sort((a, b) => b - a)
    const { first, second } = pairOf(circulant(n, places))
    expect(first).toBeCloseTo(6, 9)
    expect(second).toBeCloseTo(sums[1], 6)
  })

  it('find the same value twice where a mask has two parts alike that nothing connects', () => {
    const part = 600
    const mask = createMask(
      2 * part,
      2 * part,
      Uint8Array.from({ length: 4 * part ** 2 }, (_, k) => {
        const [i, j] = [Math.floor(k / (2 * part)), k % (2 * part)]
        return Math.floor(i / part) === Math.floor(j / part) && (i + j) % 7 === 0 ? 1 : 0
      }),
    )
    const { singularValues, ramanujan } = of(mask)
    expect(singularValues.matrices[0].gap).toBeCloseTo(0, 6)
    expect(ramanujan.matrices[0].within).toBe(false)
  })

  it('come out alike from the Gram matrix and from products along survivors or along pruned places', () => {
    for (const p of [0.05, 0.4, 0.7]) {
      const mask = bernoulli(90, 130, p, 6)
      const all = symmetricEigen(gram(mask), { vectors: false }).values
      for (const one of [mask, transposed(mask)]) {
        const { values } = topEigenpairs(maskProduct(one), { k: 2, seed: 3, tolerance: 1e-10 })
        expect(values[0]).toBeCloseTo(all[0], 6)
        expect(values[1]).toBeCloseTo(all[1], 6)
        const product = maskProduct(one)
        const v = Float64Array.from({ length: product.n }, (_, i) => Math.sin(i))
        const rows = Float64Array.from([...v, ...v.map((x) => 2 * x), ...v, ...v, ...v.map((x) => -x)])
        const image = product.applyRows!(rows, 5)
        const single = product.apply(v)
        expect(image.subarray(4 * product.n)).toEqual(single.map((x) => -x))
        expect(image.subarray(product.n, 2 * product.n)).toEqual(single.map((x) => 2 * x))
      }
    }
  })

  it('count shared neighbours in the Gram matrix', () => {
    expect([...gram(maskOf('1101', '0111')).data]).toEqual([3, 2, 2, 3])
    expect([...gram(maskOf('10', '11', '01')).data]).toEqual([2, 1, 1, 2])
  })

  it('are told from 0 down to the smallest second value that a mask can have', () => {
    const { second } = pairOf(maskOf('11', '10'))
    expect(second).toBeCloseTo((Math.sqrt(5) - 1) / 2, 12)
    const row = '1'.repeat(40)
    expect(pairOf(maskOf(row, row, row, '0'.repeat(40))).second).toBe(0)
  })

  it('are null, with the reason, where there is one', () => {
    const chain = maskChain([maskOf('1011')])
    const { singularValues, ramanujan } = measureStructure(chain, ['singularValues', 'ramanujan'])
    expect(singularValues.matrices).toEqual([{ first: Math.sqrt(3), second: null, gap: null }])
    expect(ramanujan.matrices[0].within).toBeNull()
    expect(missingStructure(chain, ['singularValues', 'ramanujan', 'regularity'])).toEqual({
      singularValues: 'layers.0 (1 × 4): has one singular value',
      ramanujan: 'layers.0 (1 × 4): has one singular value',
    })
  })
})

describe('regularity', () => {
  it('is 1 exactly when fan-in and fan-out are constant', () => {
    expect(of(circulant(30, [0, 3, 7, 11])).regularity.matrices[0].regularity).toBeCloseTo(1, 12)
    const fanIn = of(constantFanIn(30, 30, 4, 2)).regularity.matrices[0].regularity!
    const chance = of(bernoulli(30, 30, 4 / 30, 2)).regularity.matrices[0].regularity!
    expect(fanIn).toBeLessThan(0.97)
    expect(chance).toBeLessThan(fanIn)
  })
})

describe('the Ramanujan bound', () => {
  it('is met by the Heawood graph: degree 3, second value √2 below 2 √2', () => {
    const { bound, difference, within } = of(circulant(7, [0, 1, 3])).ramanujan.matrices[0]
    expect(bound).toBeCloseTo(2 * Math.SQRT2, 14)
    expect(difference).toBeCloseTo(Math.SQRT2, 12)
    expect(within).toBe(true)
  })

  it('counts a graph on the bound in: a ring has degree 2, and with 4 units on a side σ₂ = √2 ≤ 2; two edges each σ₂ = 1 > 0', () => {
    expect(of(circulant(4, [0, 1])).ramanujan.matrices[0]).toMatchObject({ bound: 2, within: true })
    // A perfect matching has degree 1 and as many values 1 as edges.
    expect(of(circulant(4, [0])).ramanujan.matrices[0]).toMatchObject({ bound: 0, within: false })
  })

  it('does not look at units without a survivor', () => {
    const small = circulant(7, [0, 1, 3])
    const padded = createMask(
      9,
      10,
      Uint8Array.from({ length: 90 }, (_, k) => {
        const [i, j] = [Math.floor(k / 10), k % 10]
        return i < 7 && j < 7 ? small.data[7 * i + j] : 0
      }),
    )
    const [alone, among] = [small, padded].map((mask) => of(mask).ramanujan.matrices[0])
    expect(among.bound).toBe(alone.bound)
    expect(among.difference).toBeCloseTo(alone.difference!, 12)
  })

  it('is the same from both sides', () => {
    const mask = bernoulli(40, 60, 0.2, 9)
    const [a, b] = [mask, transposed(mask)].map((one) => of(one).ramanujan.matrices[0])
    expect(b.bound).toBeCloseTo(a.bound!, 12)
    expect(b.difference).toBeCloseTo(a.difference!, 9)
  })

  it('has a mean difference over subgraphs that is the difference itself where one side is regular', () => {
    const mask = transposed(constantFanIn(40, 30, 8, 3))
    const { ramanujan, boundDifference } = of(mask)
    expect(boundDifference.matrices[0].subgraphs).toBe(1)
    expect(boundDifference.matrices[0].difference).toBeCloseTo(ramanujan.matrices[0].difference!, 12)
  })
})
