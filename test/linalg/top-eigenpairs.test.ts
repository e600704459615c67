import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matmul } from '../../src/linalg/matmul.js'
import { identity, matrix, type Matrix } from '../../src/linalg/matrix.js'
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.js'
import { topEigenpairs } from '../../src/linalg/top-eigenpairs.js'
import { randomStream } from '../../src/random/random.js'

/** H diag(values) H with H a reflection along a random vector, rounded to symmetry. */
function withSpectrum(values: ArrayLike<number>, seed: number): Matrix {
  const n = values.length
  const stream = randomStream(seed, 'spectrum')
  const v = Array.from({ length: n }, () => stream.normal())
  const unit = 2 / v.reduce((sum, x) => sum + x * x, 0)
  const moment = v.reduce((sum, x, i) => sum + x * x * values[i], 0)
  const a = matrix(n, n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const turned = unit * v[i] * v[j] * (unit * moment - values[i] - values[j])
      a.data[i * n + j] = a.data[j * n + i] = turned + (i === j ? values[i] : 0)
    }
  }
  return a
}

function randomSymmetric(n: number, seed: number): Matrix {
  const stream = randomStream(seed, 'symmetric')
  const a = matrix(n, n)
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a.data[i * n + j] = a.data[j * n + i] = stream.normal()
  return a
}

const maxAbs = (data: ArrayLike<number>): number => Array.from(data).reduce((a, b) => Math.max(a, Math.abs(b)), 0)
const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  maxAbs(Array.from(a, (value, i) => value - b[i]))

describe.each(supportedKernelBuilds())('topEigenpairs on the %s build', (build) => {
  const kernels = loadKernels(build)

  /** Checks A V = V D, VᵀV = I, the reported residuals, and the values against `expected`. */
  function expectTop(a: Matrix, k: number, expected: ArrayLike<number>, seed = 1): void {
    const { values, vectors, residuals } = topEigenpairs(a, { k, seed, kernels })
    const n = a.rows
    const unit = maxAbs(expected) || 1
    const product = matmul(a, vectors, { kernels })
    for (let i = 0; i < k; i++) {
      let square = 0
      for (let j = 0; j < n; j++) square += (product.data[j * k + i] - values[i] * vectors.data[j * k + i]) ** 2
      expect(Math.sqrt(square)).toBeLessThanOrEqual(1e-8 * unit)
      expect(Math.abs(residuals[i] - Math.sqrt(square))).toBeLessThan(1e-13 * unit)
      if (i > 0) expect(values[i]).toBeLessThanOrEqual(values[i - 1])
    }
    const gram = matmul(vectors, vectors, { transposeA: true, kernels })
    expect(difference(gram.data, identity(k).data)).toBeLessThan(1e-12)
    // A residual ε puts an eigenvalue within ε, and within ε² / gap when it stands alone.
    expect(difference(values, Array.from(expected).slice(0, k))).toBeLessThan(1e-8 * unit)
  }

  it('agrees with the full decomposition for random matrices of any size and any k, 0 and n included', () => {
    const cases = fc.integer({ min: 1, max: 90 }).chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n })))
    fc.assert(
      fc.property(cases, fc.integer({ min: 0, max: 999 }), ([n, k], seed) => {
        const a = randomSymmetric(n, seed)
        expectTop(a, k, symmetricEigen(a, { kernels }).values, seed)
      }),
      {
        seed: 3,
        numRuns: 40,
        examples: [
          [[1, 1], 0],
          [[2, 1], 0],
          [[5, 5], 0],
          [[3, 0], 0],
        ],
      },
    )
  })

  it('finds the top of a large decaying spectrum in far fewer products than rows', () => {
    const spectrum = Array.from({ length: 700 }, (_, k) => (k + 1) ** -1.2)
    const a = withSpectrum(spectrum, 4)
    expectTop(a, 20, spectrum)
    expect(topEigenpairs(a, { k: 20, seed: 1, kernels }).products).toBeLessThan(260)
  })

  it('restarts when the top is crowded: the second difference matrix, whose eigenvalues are known', () => {
    const n = 600
    const a = matrix(n, n)
    for (let i = 0; i < n; i++) {
      a.data[i * n + i] = 2
      if (i > 0) a.data[i * n + i - 1] = a.data[(i - 1) * n + i] = -1
    }
    const expected = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((n - k) * Math.PI) / (n + 1)))
    expectTop(a, 3, expected)
  })

  it('finds every copy of a repeated eigenvalue, more copies than a block holds', () => {
    for (const copies of [2, 5, 11]) {
      const spectrum = Array.from({ length: 400 }, (_, k) => (k < copies ? 3 : 2 * 0.97 ** k))
      for (const seed of [1, 2, 3]) expectTop(withSpectrum(spectrum, seed), copies + 1, spectrum, seed)
      expectTop(withSpectrum(spectrum, 9), copies - 1, spectrum)
    }
  })

  it('decomposes multiples of the identity, projectors, zero and clustered tops', () => {
    const n = 300
    const spectra = [
      Array.from({ length: n }, () => 7),
      Array.from({ length: n }, (_, k) => (k < 9 ? 1 : 0)),
      Array.from({ length: n }, () => 0),
      Array.from({ length: n }, (_, k) => (k < 12 ? 1 - k * 1e-12 : 0.5 / (k + 1))),
      Array.from({ length: n }, (_, k) => -1 - k / n),
    ]
    for (const spectrum of spectra) for (const k of [1, 6, 14]) expectTop(withSpectrum(spectrum, 2), k, spectrum)
  })

  it('takes an operator in place of a matrix', () => {
    const spectrum = Float64Array.from({ length: 500 }, (_, k) => 1 / (k + 1) ** 2)
    const apply = (v: Float64Array): Float64Array => v.map((value, i) => value * spectrum[i])
    const { values, vectors, residuals } = topEigenpairs({ n: 500, apply }, { k: 4, seed: 5, kernels })
    expect(difference(values, spectrum.subarray(0, 4))).toBeLessThan(1e-14)
    expect(maxAbs(residuals)).toBeLessThan(1e-8)
    for (let i = 0; i < 4; i++) expect(Math.abs(vectors.data[i * 4 + i])).toBeCloseTo(1, 12)
  })

  it('scales exactly with powers of two, to the ends of the range', () => {
    const a = withSpectrum(
      Array.from({ length: 200 }, (_, k) => 0.9 ** k),
      1,
    )
    const { values } = topEigenpairs(a, { k: 5, seed: 1, kernels })
    for (const exponent of [-1000, 1000]) {
      const scaled = matrix(
        200,
        200,
        a.data.map((entry) => entry * 2 ** exponent),
      )
      const got = topEigenpairs(scaled, { k: 5, seed: 1, kernels })
      expect([...got.values]).toEqual(Array.from(values, (value) => value * 2 ** exponent))
    }
  })

  it('is determined by its seed', () => {
    const a = randomSymmetric(300, 8)
    const [first, second, other] = [4, 4, 5].map((seed) => topEigenpairs(a, { k: 3, seed, kernels }))
    expect(first).toEqual(second)
    expect(other.vectors).not.toEqual(first.vectors)
    expect(difference(other.values, first.values)).toBeLessThan(1e-12 * first.values[0])
  })

  it('says how far it came when the products do not suffice', () => {
    const a = randomSymmetric(400, 1)
    expect(() => topEigenpairs(a, { k: 10, seed: 1, maxProducts: 40, kernels })).toThrow(
      /residual .* after 4\d products, tolerance 1e-8 not reached; use/,
    )
  })

  it('refuses what it cannot use', () => {
    const a = identity(5)
    for (const k of [-1, 6, 1.5, NaN]) expect(() => topEigenpairs(a, { k, seed: 0, kernels })).toThrow(RangeError)
    for (const tolerance of [0, 1, NaN]) {
      expect(() => topEigenpairs(a, { k: 1, seed: 0, tolerance, kernels })).toThrow(RangeError)
    }
    expect(() => topEigenpairs(matrix(2, 3), { k: 1, seed: 0, kernels })).toThrow(/square/)
    a.data[7] = 1e-3
    expect(() => topEigenpairs(a, { k: 1, seed: 0, kernels })).toThrow(/topEigenpairs: .*symmetric/)
    a.data[7] = NaN
    expect(() => topEigenpairs(a, { k: 1, seed: 0, kernels })).toThrow(/NaN at \[1, 2\]/)
    const apply = (v: Float64Array): Float64Array => v.map(() => NaN)
    expect(() => topEigenpairs({ n: 4, apply }, { k: 1, seed: 0, kernels })).toThrow(/not finite/)
    expect(() => topEigenpairs({ n: 4, apply: () => matrix(1, 2).data }, { k: 1, seed: 0, kernels })).toThrow(
      RangeError,
    )
  })
})
