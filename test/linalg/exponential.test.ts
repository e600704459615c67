import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exponentialAction, exponentialNorms, exponentialPath } from '../../src/linalg/exponential.js'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matmul } from '../../src/linalg/matmul.js'
import { matrix, matrixOf, type Matrix } from '../../src/linalg/matrix.js'
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.js'
import { randomStream } from '../../src/random/random.js'

function random(rows: number, cols: number, seed: number): Matrix {
  const stream = randomStream(seed, 'entries')
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => stream.normal()),
  )
}

function diagonal(values: ArrayLike<number>): Matrix {
  const n = values.length
  const a = matrix(n, n)
  for (let i = 0; i < n; i++) a.data[i * n + i] = values[i]
  return a
}

/** X Xᵀ / columns: positive semi-definite, of rank min(n, columns). */
function gram(n: number, columns: number, seed: number): Matrix {
  const x = random(n, columns, seed)
  const a = matmul(x, x, { transposeB: true })
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) a.data[i * n + j] = a.data[j * n + i] = a.data[i * n + j] / columns
  }
  return a
}

const columnLength = ({ rows, cols, data }: Matrix, c: number): number =>
  Math.hypot(...Array.from({ length: rows }, (_, i) => data[i * cols + c]))

const minus = (a: Matrix, b: Matrix): Matrix =>
  matrix(
    a.rows,
    a.cols,
    a.data.map((value, i) => value - b.data[i]),
  )

describe.each(supportedKernelBuilds())('exp(−tA) Y on the %s build', (build) => {
  const kernels = loadKernels(build)

  /** V exp(−tD) Vᵀ Y from the full decomposition. */
  function decomposed(a: Matrix, y: Matrix, t: number): Matrix {
    const { values, vectors } = symmetricEigen(a, { kernels })
    const along = matmul(vectors!, y, { transposeA: true, kernels })
    const decayed = along.data.map((value, i) => value * Math.exp(-t * values[Math.floor(i / y.cols)]))
    return matmul(vectors!, matrix(along.rows, along.cols, decayed), { kernels })
  }

  /** Errors keep to the bounds, the bounds to the tolerance, and lengths agree with vectors. */
  function expectExponential(a: Matrix, y: Matrix, times: readonly number[], tolerance: number): void {
    const { values, bounds } = exponentialAction(a, y, times, { tolerance, kernels })
    const { norms } = exponentialNorms(a, y, times, { tolerance, kernels })
    const largest = symmetricEigen(a, { vectors: false, kernels }).values[0]
    times.forEach((t, at) => {
      const error = minus(values[at], decomposed(a, y, t))
      const rounding = 1e-14 * (1 + t * largest)
      for (let c = 0; c < y.cols; c++) {
        const length = columnLength(y, c)
        const bound = bounds.data[at * y.cols + c]
        expect(bound).toBeLessThanOrEqual(tolerance * length)
        expect(columnLength(error, c)).toBeLessThanOrEqual(bound + rounding * length)
        expect(Math.abs(norms.data[at * y.cols + c] - columnLength(values[at], c))).toBeLessThanOrEqual(1e-13 * length)
      }
    })
  }

  it('agrees with the full decomposition within its own bound, for any shape and several times at once', () => {
    const shape = fc.record({
      n: fc.integer({ min: 1, max: 120 }),
      columns: fc.integer({ min: 0, max: 5 }),
      rank: fc.integer({ min: 1, max: 120 }),
      tolerance: fc.constantFrom(1e-2, 1e-5, 1e-10),
    })
    fc.assert(
      fc.property(shape, fc.integer({ min: 0, max: 999 }), ({ n, columns, rank, tolerance }, seed) => {
        expectExponential(gram(n, rank, seed), random(n, columns, seed + 1), [3, 0, 0.01, 40, 3], tolerance)
      }),
      { seed: 4, numRuns: 30 },
    )
  })

  it('needs a small basis where few eigenvalues matter, and its bound is not far above the error', () => {
    const n = 500
    const spectrum = Array.from({ length: n }, (_, k) => 100 * (k + 1) ** -2)
    const y = random(n, 1, 2)
    const { values, bounds, products } = exponentialAction(diagonal(spectrum), y, [2], { tolerance: 1e-6, kernels })
    const exact = matrix(
      n,
      1,
      y.data.map((value, i) => value * Math.exp(-2 * spectrum[i])),
    )
    const error = columnLength(minus(values[0], exact), 0)
    expect(products).toBeLessThan(60)
    expect(error).toBeLessThanOrEqual(bounds.data[0])
    expect(bounds.data[0]).toBeLessThan(100 * error)
  })

  it('is exp of each entry for a diagonal matrix, and the identity at t = 0', () => {
    const spectrum = [0, 1e-3, 0.5, 2, 30]
    const y = random(5, 2, 3)
    const [start, later] = exponentialAction(diagonal(spectrum), y, [0, 1.5], { kernels }).values
    for (let i = 0; i < 10; i++) {
      expect(start.data[i]).toBeCloseTo(y.data[i], 13)
      expect(later.data[i]).toBeCloseTo(y.data[i] * Math.exp(-1.5 * spectrum[i >> 1]), 13)
    }
  })

  it('removes what a projector keeps and keeps what it removes: e^{−tP} = I − (1 − e^{−t}) P', () => {
    const n = 150
    const v = random(n, 1, 5)
    const length = columnLength(v, 0)
    const p = matmul(v, v, { transposeB: true, kernels })
    for (let i = 0; i < p.data.length; i++) p.data[i] /= length ** 2
    const y = random(n, 3, 6)
    const py = matmul(p, y, { kernels })
    const times = [0.3, 5, 1000]
    const { values, products } = exponentialAction(p, y, times, { kernels })
    expect(products).toBeLessThanOrEqual(6)
    times.forEach((t, at) => {
      values[at].data.forEach((value, i) => {
        expect(Math.abs(value - (y.data[i] + Math.expm1(-t) * py.data[i]))).toBeLessThan(1e-11)
      })
    })
  })

  it('tends to the projection on the null space for large t', () => {
    const n = 90
    const a = gram(n, 60, 7)
    const y = random(n, 2, 8)
    const [value] = exponentialAction(a, y, [1e4], { tolerance: 1e-6, kernels }).values
    const image = matmul(a, value, { kernels })
    const { values, vectors } = symmetricEigen(a, { kernels })
    const along = matmul(vectors!, y, { transposeA: true, kernels })
    const expected = Math.hypot(...Array.from({ length: n - 60 }, (_, k) => along.data[(60 + k) * 2]))
    expect(values[60]).toBeLessThan(1e-14)
    expect(columnLength(value, 0)).toBeCloseTo(expected, 8)
    expect(columnLength(image, 0)).toBeLessThan(1e-8)
  })

  it('forms a semigroup: e^{−(s+t)A} = e^{−sA} e^{−tA}', () => {
    const a = gram(200, 300, 9)
    const y = random(200, 4, 10)
    const options = { tolerance: 1e-11, kernels }
    const [once, half] = exponentialAction(a, y, [7, 3], options).values
    const [twice] = exponentialAction(a, half, [4], options).values
    for (let c = 0; c < 4; c++) expect(columnLength(minus(once, twice), c)).toBeLessThan(1e-9)
  })

  it('handles zero, repeated and very many columns, and columns of very different size', () => {
    const n = 60
    const a = gram(n, 80, 11)
    const y = random(n, 40, 12)
    for (let i = 0; i < n; i++) {
      y.data[i * 40] = 0
      y.data[i * 40 + 1] = y.data[i * 40 + 2]
      y.data[i * 40 + 3] *= 1e150
      y.data[i * 40 + 4] *= 1e-150
    }
    const times = [0.5, 2]
    expectExponential(a, y, times, 1e-9)
    expectExponential(a, matrix(n, 2), times, 1e-9)
    expect(exponentialAction(matrix(n, n), y, [3], { kernels }).values[0].data[50]).toBeCloseTo(y.data[50], 13)
  })

  it('grows along negative eigenvalues', () => {
    const [value] = exponentialAction(diagonal([-1, 2, 0.5]), matrixOf([[1], [1], [1]]), [3], { kernels }).values
    expect(value.data[0] / Math.exp(3)).toBeCloseTo(1, 12)
    expect(() => exponentialAction(diagonal([-1]), matrixOf([[1]]), [1e4], { kernels })).toThrow(Error)
  })

  it('takes an operator, and depends on tA alone', () => {
    const spectrum = Float64Array.from({ length: 300 }, (_, k) => 3 / (k + 1))
    const y = random(300, 2, 13)
    const apply = (v: Float64Array): Float64Array => v.map((value, i) => value * spectrum[i])
    const [byOperator] = exponentialAction({ n: 300, apply }, y, [2], { kernels }).values
    const large = diagonal(spectrum.map((value) => value * 2 ** 600))
    const [byMatrix] = exponentialAction(large, y, [2 ** -599], { kernels }).values
    for (let c = 0; c < 2; c++) expect(columnLength(minus(byOperator, byMatrix), c)).toBeLessThan(1e-7)
  })

  it('says how far it came when the basis does not suffice, and refuses what it cannot use', () => {
    const a = gram(100, 120, 14)
    const y = random(100, 1, 15)
    expect(() => exponentialAction(a, y, [100], { maxBasis: 10, kernels })).toThrow(
      /error bound .* with 10 basis vectors, tolerance 1e-8 not reached; use a larger maxBasis/,
    )
    for (const t of [-1, NaN, Infinity]) expect(() => exponentialAction(a, y, [t], { kernels })).toThrow(RangeError)
    for (const tolerance of [0, NaN, 2]) {
      expect(() => exponentialAction(a, y, [1], { tolerance, kernels })).toThrow(RangeError)
    }
    for (const maxBasis of [0, 1.5])
      expect(() => exponentialAction(a, y, [1], { maxBasis, kernels })).toThrow(RangeError)
    expect(() => exponentialAction(a, random(99, 1, 1), [1], { kernels })).toThrow(/100 rows, got 99/)
    y.data[3] = Infinity
    expect(() => exponentialAction(a, y, [1], { kernels })).toThrow(/Infinity in row 3/)
  })
})

it('goes from Y to exp(−tA) Y point by point, more columns than fit into a group, without cancellation at small times', () => {
  const [a, y] = [gram(40, 60, 3), random(40, 19, 4)]
  const times = [0, 1e-12, 0.3, 2]
  const { values, bounds } = exponentialAction(a, y, times)
  const { norms } = exponentialNorms(a, y, times)
  const image = matmul(a, y)
  const seen = new Set<number>()
  const path = exponentialPath(a, y, times, { change: true }, ({ time, column, norm, change }) => {
    seen.add(time * 19 + column)
    expect(norm).toBe(norms.data[time * 19 + column])
    for (let i = 0; i < 40; i++) {
      const at = i * 19 + column
      if (time === 0) expect(change[i]).toBe(0)
      else if (time === 1) expect(Math.abs(change[i] / 1e-12 - image.data[at])).toBeLessThan(1e-9)
      else expect(Math.abs(y.data[at] - change[i] - values[time].data[at])).toBeLessThan(1e-12)
    }
  })
  expect(seen.size).toBe(4 * 19)
  expect(path.bounds).toEqual(bounds)
})
