import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds, withScratch } from '../../src/linalg/kernels.js'
import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import { forSymmetricPart, largestEntry, powerOfTwo, putSymmetricPart } from '../../src/linalg/symmetric.js'
import { rowStride } from '../../src/linalg/tridiagonal.js'
import { randomStream } from '../../src/random/random.js'

const caller = 'test'

function nearlySymmetric(n: number, scale: number): Matrix {
  const stream = randomStream(n, 'nearly symmetric')
  const a = matrix(n, n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const entry = stream.normal() * scale
      a.data[i * n + j] = entry
      a.data[j * n + i] = entry * (1 + 1e-9 * stream.normal())
    }
  }
  return a
}

const thrown = (body: () => unknown): string => {
  try {
    body()
  } catch (error) {
    return String(error)
  }
  throw new Error('expected an error')
}

describe.each(supportedKernelBuilds())('the symmetric part of a matrix on the %s build', (build) => {
  const kernels = loadKernels(build)

  /** Its lower triangle by rows, through kernel memory. */
  const lowerTriangle = (a: Matrix): { entries: number[]; exponent: number } =>
    withScratch(kernels, (scratch) => {
      const stride = rowStride(a.rows)
      const at = scratch.alloc(a.rows * stride * 8)
      const { exponent } = putSymmetricPart(a, kernels, scratch, at, stride, caller)
      const copy = scratch.f64(at, a.rows * stride)
      const rows = Array.from({ length: a.rows }, (_, i) => [...copy.subarray(i * stride, i * stride + i + 1)])
      return { entries: rows.flat(), exponent }
    })

  it('is (A + Aᵀ)/2 by a power of two, to the bit, for orders around those of its squares and for sizes of any kind', () => {
    const order = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 29, max: 100 }))
    fc.assert(
      fc.property(order, fc.constantFrom(1, 3, 2 ** -1060, 2 ** 1018), (n, scale) => {
        const a = nearlySymmetric(n, scale)
        const { entries, exponent } = lowerTriangle(a)
        const [first, second] = powerOfTwo(-exponent)
        const half = (i: number, j: number): number =>
          0.5 * (a.data[i * n + j] * first * second + a.data[j * n + i] * first * second)
        const expected = Array.from({ length: n }, (_, i) => Array.from({ length: i + 1 }, (_, j) => half(i, j)))
        expect(entries).toEqual(expected.flat())
        if (n > 0) {
          const size = entries.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0)
          expect(size).toBeGreaterThan(0.99)
          expect(size).toBeLessThan(2.01)
        }
      }),
      { seed: 3, numRuns: 60 },
    )
  })

  it('is refused with the words of the search by entries, wherever an entry is not finite or has another mirror image', () => {
    const place = fc.nat({ max: 66 })
    fc.assert(
      fc.property(place, place, fc.constantFrom(NaN, Infinity, -Infinity, 1e-6, -1e-6), (i, j, wrong) => {
        fc.pre(i !== j || !Number.isFinite(wrong))
        const a = nearlySymmetric(67, 1)
        a.data[i * 67 + j] += wrong
        const text = thrown(() => lowerTriangle(a))
        expect(text).toBe(thrown(() => forSymmetricPart(a, 0, largestEntry(a, caller), caller, () => undefined)))
        expect(text).toMatch(Number.isFinite(wrong) ? /symmetric matrix/ : /finite entries/)
      }),
      { seed: 4, numRuns: 100 },
    )
  })
})
