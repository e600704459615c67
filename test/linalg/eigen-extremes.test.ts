import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matmul } from '../../src/linalg/matmul.js'
import { identity, matrix, type Matrix } from '../../src/linalg/matrix.js'
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.js'
import { randomStream } from '../../src/random/random.js'

const largest = (data: ArrayLike<number>): number => Array.from(data).reduce((a, b) => Math.max(a, Math.abs(b)), 0)
const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  largest(Array.from(a, (value, i) => value - b[i]))

function fromEntries(n: number, entry: (i: number, j: number) => number): Matrix {
  const a = matrix(n, n)
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a.data[i * n + j] = a.data[j * n + i] = entry(i, j)
  return a
}

/** Rows and columns of `a` in the opposite order: the same spectrum. */
const mirrored = (a: Matrix): Matrix =>
  fromEntries(a.rows, (i, j) => a.data[(a.rows - 1 - i) * a.rows + a.rows - 1 - j])

describe.each(supportedKernelBuilds())('symmetricEigen at the limits on the %s build', (build) => {
  const kernels = loadKernels(build)
  const valuesOf = (a: Matrix): Float64Array => symmetricEigen(a, { vectors: false, kernels }).values

  function expectOrthogonalResiduals(a: Matrix): Float64Array {
    const n = a.rows
    const { values, vectors } = symmetricEigen(a, { kernels })
    const bound = 1e-15 * Math.max(16, n)
    const unit = largest(values) || 1
    const image = matmul(a, vectors!, { kernels })
    const expected = Float64Array.from(image.data, (_, at) => values[at % n] * vectors!.data[at])
    expect(difference(image.data, expected)).toBeLessThanOrEqual(bound * unit)
    expect(
      difference(matmul(vectors!, vectors!, { transposeA: true, kernels }).data, identity(n).data),
    ).toBeLessThanOrEqual(bound)
    expect(difference(valuesOf(a), values)).toBeLessThanOrEqual(bound * unit)
    return values
  }

  it('decomposes matrices whose order is at, before and after whole panels, blocks and shares', () => {
    for (const n of [47, 48, 49, 96, 128, 129, 130, 191, 192, 193, 256, 257, 305, 385]) {
      const stream = randomStream(n, 'order')
      const values = expectOrthogonalResiduals(fromEntries(n, () => stream.normal()))
      expect(values.length).toBe(n)
    }
  })

  it('finds the known spectrum of x yᵀ + y xᵀ: xᵀy ± ‖x‖ ‖y‖, and zero otherwise', () => {
    const n = 260
    const stream = randomStream(2, 'rank two')
    const [x, y] = [0, 1].map(() => Array.from({ length: n }, () => stream.normal()))
    const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0)
    const length = Math.sqrt(dot(x, x) * dot(y, y))
    const values = expectOrthogonalResiduals(fromEntries(n, (i, j) => x[i] * y[j] + x[j] * y[i]))
    expect(Math.abs(values[0] - dot(x, y) - length)).toBeLessThan(1e-12 * length)
    expect(Math.abs(values[n - 1] - dot(x, y) + length)).toBeLessThan(1e-12 * length)
    expect(largest(values.subarray(1, n - 1))).toBeLessThan(1e-13 * length)
  })

  it('keeps the small eigenvalues of a graded tridiagonal matrix in either order of its rows', () => {
    // Couplings √(d_i d_{i+1}) / 4 between diagonal entries 10^-i / 2: row scaling leaves a fixed well-conditioned matrix.
    const n = 40
    const size = (i: number): number => 10 ** (-i / 4)
    const graded = fromEntries(n, (i, j) => {
      if (i === j) return size(i)
      return i - j === 1 ? Math.sqrt(size(i) * size(j)) / 4 : 0
    })
    const [down, up] = [graded, mirrored(graded)].map(valuesOf)
    expect(difference(down, up)).toBeLessThan(1e-15)
    // det A = Π λ, by the recursion for tridiagonal determinants.
    let [before, now] = [1, size(0)]
    for (let i = 1; i < n; i++) [before, now] = [now, size(i) * now - ((size(i) * size(i - 1)) / 16) * before]
    const smallest = size(n - 1)
    for (const values of [down, up]) {
      expect(values[n - 1]).toBeGreaterThan(0.5 * smallest)
      expect(values[n - 1]).toBeLessThan(smallest)
      const logarithm = values.reduce((sum, value) => sum + Math.log(value), 0)
      expect(Math.abs(logarithm - Math.log(now))).toBeLessThan(1e-4)
    }
  })

  it('gives values alone that agree with those beside vectors when many are equal, zero or paired', () => {
    const n = 210
    const stream = randomStream(4, 'blocks')
    const base = fromEntries(7, () => stream.normal())
    // 30 copies of a 7 × 7 block, scattered: every eigenvalue 30 times.
    const repeated = fromEntries(n, (i, j) =>
      i % 30 === j % 30 ? base.data[Math.floor(i / 30) * 7 + Math.floor(j / 30)] : 0,
    )
    const expected = valuesOf(base)
    const values = expectOrthogonalResiduals(repeated)
    expect(
      difference(
        values,
        Float64Array.from(values, (_, k) => expected[Math.floor(k / 30)]),
      ),
    ).toBeLessThan(1e-13)
    // [[0, B], [B, 0]] has the eigenvalues ± those of B.
    const paired = fromEntries(14, (i, j) => (i >= 7 && j < 7 ? base.data[(i - 7) * 7 + j] : 0))
    const both = expectOrthogonalResiduals(paired)
    expect(
      difference(
        both,
        Array.from(both, (_, k) => -both[13 - k]),
      ),
    ).toBeLessThan(1e-14)
    const zeroPadded = fromEntries(n, (i, j) => (i < 7 ? base.data[i * 7 + j] : 0))
    expect(expectOrthogonalResiduals(zeroPadded).filter((value) => Math.abs(value) < 1e-300).length).toBe(n - 7)
  })

  it('gives values alone that agree with those beside vectors where four sweeps follow one another, just so or with zero shifts', () => {
    for (const n of [64, 65, 66, 77, 78, 79, 140]) {
      const stream = randomStream(n, 'sweeps')
      const random = fromEntries(n, () => stream.normal())
      expectOrthogonalResiduals(random)
      // Pairs ± λ on a zero diagonal, of full rank or not, and a chain that falls apart after every few rows.
      expectOrthogonalResiduals(fromEntries(2 * n, (i, j) => (i >= n && j < n ? random.data[(i - n) * n + j] : 0)))
      expectOrthogonalResiduals(fromEntries(2 * n, (i, j) => (i - j === 1 ? 1 : 0)))
      expectOrthogonalResiduals(fromEntries(2 * n, (i, j) => (i - j === 1 ? 2 ** -(40 * (i % 7)) : 0)))
      expectOrthogonalResiduals(
        fromEntries(2 * n, (i, j) => random.data[(i >> 1) * n + (j >> 1)] * 2 ** -((i + j) / 4)),
      )
    }
  })

  it('decomposes what is left of matrices near the ends of the range', () => {
    const n = 200
    const stream = randomStream(9, 'range')
    const a = fromEntries(n, () => stream.normal())
    const { values, vectors } = symmetricEigen(a, { kernels })
    for (const exponent of [-1040, -700, 900]) {
      const [half, rest] = [2 ** Math.trunc(exponent / 2), 2 ** (exponent - Math.trunc(exponent / 2))]
      const scaled = symmetricEigen(
        fromEntries(n, (i, j) => a.data[i * n + j] * half * rest),
        { kernels },
      )
      // Entries below the normal range have lost digits; the others none.
      const loss = exponent < -1022 ? n * 2 ** -1074 : 0
      expect(
        difference(
          scaled.values,
          Array.from(values, (value) => value * half * rest),
        ),
      ).toBeLessThanOrEqual(loss)
      if (loss === 0) expect(scaled.vectors).toEqual(vectors)
    }
  })
})
