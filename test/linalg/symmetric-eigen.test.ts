import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matmul } from '../../src/linalg/matmul.js'
import { identity, matrix, matrixOf, type Matrix } from '../../src/linalg/matrix.js'
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.js'
import { randomStream } from '../../src/random/random.js'

function fromEntries(n: number, entry: (i: number, j: number) => number): Matrix {
  const a = matrix(n, n)
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a.data[i * n + j] = a.data[j * n + i] = entry(i, j)
  return a
}

function randomSymmetric(n: number, seed: number): Matrix {
  const stream = randomStream(seed, 'symmetric')
  return fromEntries(n, () => stream.normal())
}

function diagonal(values: readonly number[]): Matrix {
  return fromEntries(values.length, (i, j) => (i === j ? values[i] : 0))
}

/** Q diag(values) Qᵀ with Q a product of two reflections. */
function withSpectrum(values: readonly number[], seed: number): Matrix {
  const n = values.length
  const stream = randomStream(seed, 'spectrum')
  let a = diagonal(values)
  for (let turn = 0; turn < 2; turn++) {
    const v = Array.from({ length: n }, () => stream.normal())
    const square = v.reduce((sum, x) => sum + x * x, 0)
    const h = fromEntries(n, (i, j) => (i === j ? 1 : 0) - (2 * v[i] * v[j]) / square)
    a = matmul(matmul(h, a), h)
  }
  return fromEntries(n, (i, j) => 0.5 * (a.data[i * n + j] + a.data[j * n + i]))
}

const maxAbs = (data: Iterable<number>): number => {
  let worst = 0
  for (const value of data) worst = Math.max(worst, Math.abs(value))
  return worst
}

const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  maxAbs(Array.from(a, (value, i) => value - b[i]))

describe.each(supportedKernelBuilds())('symmetricEigen on the %s build', (build) => {
  const kernels = loadKernels(build)

  /** max_k ‖A v − λ v‖ / ‖A‖, and max |VᵀV − I|. */
  function errors(a: Matrix): { residual: number; orthogonality: number; values: Float64Array } {
    const n = a.rows
    const { values, vectors } = symmetricEigen(a, { kernels })
    const product = matmul(a, vectors!, { kernels })
    const norm = maxAbs(values) || 1
    let residual = 0
    for (let k = 0; k < n; k++) {
      let square = 0
      for (let i = 0; i < n; i++) {
        square += ((product.data[i * n + k] - values[k] * vectors!.data[i * n + k]) / norm) ** 2
      }
      residual = Math.max(residual, Math.sqrt(square))
    }
    const gram = matmul(vectors!, vectors!, { transposeA: true, kernels })
    return { residual, orthogonality: difference(gram.data, identity(n).data), values }
  }

  function expectDecomposition(a: Matrix): Float64Array {
    const { residual, orthogonality, values } = errors(a)
    const bound = 1e-15 * Math.max(16, a.rows)
    expect(residual).toBeLessThan(bound)
    expect(orthogonality).toBeLessThan(bound)
    for (let k = 1; k < values.length; k++) expect(values[k]).toBeLessThanOrEqual(values[k - 1])
    const alone = symmetricEigen(a, { vectors: false, kernels })
    expect(alone.vectors).toBeUndefined()
    expect(difference(alone.values, values)).toBeLessThanOrEqual(bound * maxAbs(values))
    return values
  }

  it('satisfies A V = V D and VᵀV = I, and keeps trace and Frobenius norm, at any size', () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 60, max: 150 }))
    fc.assert(
      fc.property(size, fc.integer({ min: 0, max: 1000 }), (n, seed) => {
        const a = randomSymmetric(n, seed)
        const values = expectDecomposition(a)
        let [trace, square] = [0, 0]
        for (let i = 0; i < n; i++) trace += a.data[i * n + i]
        for (const entry of a.data) square += entry * entry
        const norm = Math.sqrt(square)
        expect(Math.abs(values.reduce((sum, x) => sum + x, 0) - trace)).toBeLessThan(1e-13 * n * norm)
        expect(Math.abs(Math.hypot(...values) - norm)).toBeLessThan(1e-14 * n * norm)
      }),
      { seed: 11, numRuns: 25 },
    )
  })

  it('satisfies A V = V D and VᵀV = I for orders around those of its panels and shares, graded, constant or random', () => {
    for (const n of [2, 33, 49, 65, 257, 385]) {
      expectDecomposition(randomSymmetric(n, n))
      const [graded, constant] = [randomSymmetric(n, 1), fromEntries(n, () => 3)]
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) graded.data[i * n + j] *= 2 ** (-(i + j) / 16)
      expectDecomposition(graded)
      const values = expectDecomposition(constant)
      expect(Math.abs(values[0] / (3 * n) - 1)).toBeLessThan(1e-14 * n)
    }
  })

  it('finds 2 − 2 cos(kπ/(n+1)) for the second difference matrix', () => {
    for (const n of [2, 31, 32, 33, 65, 300]) {
      const values = expectDecomposition(fromEntries(n, (i, j) => (i === j ? 2 : i - j === 1 ? -1 : 0)))
      const expected = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((n - k) * Math.PI) / (n + 1)))
      expect(difference(values, expected)).toBeLessThan(1e-13)
    }
  })

  it('finds the eigenvalues of the 3 × 3 Hilbert matrix, and the largest of a large one between its known bounds', () => {
    const hilbert = (n: number): Matrix => fromEntries(n, (i, j) => 1 / (i + j + 1))
    // Roots of λ³ − (23/15) λ² + (127/720) λ − 1/2160.
    for (const value of expectDecomposition(hilbert(3))) {
      expect(Math.abs(value ** 3 - (23 / 15) * value ** 2 + (127 / 720) * value - 1 / 2160)).toBeLessThan(1e-14)
    }
    const values = expectDecomposition(hilbert(200))
    expect(values[0]).toBeGreaterThan(2)
    expect(values[0]).toBeLessThan(Math.PI)
    expect(values[199]).toBeGreaterThan(-1e-14)
  })

  it('recovers repeated, clustered and graded spectra', () => {
    const n = 120
    const spectra = [
      Array.from({ length: n }, (_, k) => (k < 40 ? 3 : k < 80 ? 1 : -2)),
      Array.from({ length: n }, (_, k) => 1 - k * 1e-15),
      Array.from({ length: n }, (_, k) => 10 ** (-k / 4)),
      Array.from({ length: n }, (_, k) => (k === 0 ? 1e6 : 1)),
      Array.from({ length: n }, (_, k) => (k % 2 ? 1 : -1) * 2 ** -(k >> 1)),
    ]
    for (const spectrum of spectra) {
      const values = expectDecomposition(withSpectrum(spectrum, 5))
      const expected = [...spectrum].sort((a, b) => b - a)
      expect(difference(values, expected)).toBeLessThan(3e-14 * maxAbs(spectrum))
    }
  })

  it('decomposes glued Wilkinson matrices, whose eigenvalues agree in pairs to rounding', () => {
    const block = 21
    const n = 6 * block
    const glued = fromEntries(n, (i, j) => {
      if (i === j) return Math.abs((i % block) - 10)
      if (i - j !== 1) return 0
      return i % block === 0 ? 1e-9 : 1
    })
    expect(expectDecomposition(glued)[0]).toBeCloseTo(10.746194182903393, 8)
  })

  it('decomposes zero, diagonal, rank-one and empty matrices', () => {
    expect(symmetricEigen(matrix(0, 0), { kernels }).values.length).toBe(0)
    expect([...symmetricEigen(matrixOf([[-3]]), { kernels }).values]).toEqual([-3])
    expect([...expectDecomposition(matrix(70, 70))]).toEqual(Array.from({ length: 70 }, () => 0))
    expect([...expectDecomposition(diagonal([3, -1, 2, 0, 7]))]).toEqual([7, 3, 2, 0, -1])
    const ones = expectDecomposition(fromEntries(100, () => 1))
    expect(ones[0]).toBeCloseTo(100, 11)
    expect(maxAbs(ones.subarray(1))).toBeLessThan(1e-12)
  })

  it('is homogeneous: powers of two scale the eigenvalues exactly, to the ends of the range', () => {
    const a = randomSymmetric(50, 3)
    const { values } = symmetricEigen(a, { kernels })
    for (const exponent of [-1000, -300, 300, 1015]) {
      const scaled = matrix(
        50,
        50,
        a.data.map((entry) => entry * 2 ** exponent),
      )
      const got = symmetricEigen(scaled, { kernels })
      expect([...got.values]).toEqual(Array.from(values, (value) => value * 2 ** exponent))
    }
    const subnormal = symmetricEigen(
      fromEntries(3, (i, j) => (i === j ? 3 * 2 ** -1070 : 0)),
      { kernels },
    )
    expect([...subnormal.values]).toEqual([3, 3, 3].map((x) => x * 2 ** -1070))
    expect(() =>
      symmetricEigen(
        fromEntries(4, () => 1e308),
        { kernels },
      ),
    ).toThrow(/exceeds the range/)
  })

  it('gives the same bits when run again', () => {
    const a = randomSymmetric(90, 8)
    const [first, second] = [symmetricEigen(a, { kernels }), symmetricEigen(a, { kernels })]
    expect(first.values).toEqual(second.values)
    expect(first.vectors).toEqual(second.vectors)
  })

  it('refuses what is not square, finite and symmetric, saying where', () => {
    expect(() => symmetricEigen(matrix(2, 3), { kernels })).toThrow(RangeError)
    const bad = randomSymmetric(40, 1)
    bad.data[7 * 40 + 3] = NaN
    expect(() => symmetricEigen(bad, { kernels })).toThrow(/NaN at \[7, 3\]/)
    bad.data[7 * 40 + 3] = Infinity
    expect(() => symmetricEigen(bad, { kernels })).toThrow(/Infinity at \[7, 3\]/)
    const skew = fromEntries(40, () => 1)
    skew.data[35 * 40 + 2] += 1e-7
    expect(() => symmetricEigen(skew, { kernels })).toThrow(/\[35, 2\] but 1 at \[2, 35\]/)
    skew.data[35 * 40 + 2] = 1 + 1e-9
    expect(symmetricEigen(skew, { kernels }).values[0]).toBeCloseTo(40, 8)
  })
})
