import { describe, expect, it } from 'vitest'
import { defaultKernels } from '../../src/linalg/kernels.js'
import { matmul } from '../../src/linalg/matmul.js'
import { identity, matrix, type Matrix } from '../../src/linalg/matrix.js'
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.js'
import { entryPrecision, kernelDtypes, type KernelDtype } from '../../src/ntk/entry-precision.js'
import { randomStream } from '../../src/random/random.js'
import { spectrum, type SpectrumDocument } from '../../src/spectrum/spectrum.js'
import { topSpectrum } from '../../src/spectrum/top-spectrum.js'

/** Nearest number with this many digits, by the definition of rounding. */
function rounded(value: number, dtype: KernelDtype): number {
  if (dtype === 'float64' || value === 0) return value
  if (dtype === 'float32') return Math.fround(value)
  const { epsilon, tiny } = kernelDtypes[dtype]
  const unit = Math.max(tiny, epsilon * 2 ** Math.floor(Math.log2(Math.abs(value))))
  return Math.round(value / unit) * unit
}

const largestOf = ({ data }: Matrix): number => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
const stored = (kernel: Matrix, dtype: KernelDtype): Matrix =>
  matrix(
    kernel.rows,
    kernel.rows,
    kernel.data.map((value) => rounded(value, dtype)),
  )

/** V diag(λ) Vᵀ with random orthonormal V, exactly symmetric. */
function kernelOf(eigenvalues: readonly number[], seed = 1): Matrix {
  const n = eigenvalues.length
  const stream = randomStream(seed, 'rotation')
  const noise = matrix(
    n,
    n,
    Float64Array.from({ length: n * n }, () => stream.normal()),
  )
  const { vectors } = symmetricEigen(matmul(noise, noise, { transposeB: true }))
  const scaled = matrix(
    n,
    n,
    vectors!.data.map((value, at) => value * eigenvalues[at % n]),
  )
  const { data } = matmul(scaled, vectors!, { transposeB: true })
  return matrix(
    n,
    n,
    data.map((_, at) => data[Math.max(at, (at % n) * n + Math.floor(at / n))]),
  )
}

const as = (kernel: Matrix, dtype: KernelDtype, entries = stored(kernel, dtype)): SpectrumDocument =>
  spectrum(entries, { precision: entryPrecision(entries, largestOf(entries), dtype) })

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0)
/** Metrics without those that count samples. */
const shape = ({ decay, effectiveRank, entropyRank, rank, gap, topEnergy }: SpectrumDocument) => [
  decay.alpha,
  decay.from,
  decay.to,
  effectiveRank,
  entropyRank,
  rank,
  gap,
  topEnergy['5'],
]
const near = (values: readonly (number | null)[], digits: number) =>
  values.map((value) => (value === null ? null : (expect.closeTo(value, digits) as number)))

const low = ['float32', 'float16', 'bfloat16'] as const

describe('the precision of entries', () => {
  it.each(low)('bounds how far rounding to %s moves any eigenvalue', (dtype) => {
    for (const seed of [1, 2, 3]) {
      for (const scale of [1, 3e-4, 200]) {
        const values = Array.from({ length: 40 }, (_, k) => scale * (k + 1) ** -(seed / 2))
        const kernel = kernelOf(values, seed)
        const entries = stored(kernel, dtype)
        const { error } = entryPrecision(entries, largestOf(entries), dtype)
        const moved = symmetricEigen(entries, { vectors: false }).values.map((value, k) => Math.abs(value - values[k]))
        const most = moved.reduce((a, b) => Math.max(a, b))
        expect(most).toBeGreaterThan(0)
        expect(most).toBeLessThan(error / 4)
      }
    }
  })

  it('measures asymmetry, and bounds what it does to eigenvalues', () => {
    const values = Array.from({ length: 20 }, (_, k) => 4 ** -k)
    const kernel = kernelOf(values)
    const stream = randomStream(2, 'asymmetry')
    const noise = kernel.data.map(() => 1e-10 * stream.normal())
    const noisy = matrix(
      20,
      20,
      kernel.data.map((value, at) => value + noise[at]),
    )
    const { asymmetry, error } = entryPrecision(noisy, largestOf(noisy))
    let worst = 0
    for (let i = 0; i < 20; i++)
      for (let j = 0; j < 20; j++)
        worst = Math.max(worst, Math.abs(noisy.data[i * 20 + j] - noisy.data[j * 20 + i]) / largestOf(noisy))
    expect(asymmetry).toBeCloseTo(worst, 15)
    const moved = symmetricEigen(noisy, { vectors: false }).values.map((value, k) => Math.abs(value - values[k]))
    expect(moved.reduce((a, b) => Math.max(a, b))).toBeLessThan(error)
    // Without being told: the floor follows.
    expect(spectrum(noisy).floor).toBeGreaterThanOrEqual(error)
    expect(spectrum(noisy).decay.to).toBeLessThan(spectrum(kernel).decay.to!)
  })

  it('of a clean kernel of f64 leaves the floor at 1e-12 λ₁', () => {
    const { floor, eigenvalues, warnings, decay } = spectrum(kernelOf([1, 0.3, 1e-3, 1e-6, 1e-9, 1.1e-11, 0, 0]))
    expect(floor).toBe(1e-12 * eigenvalues[0])
    expect([decay.to, warnings]).toEqual([6, []])
  })
})

describe('metrics of a kernel of low rank', () => {
  const values = [24, 17, 4, ...zeros(21)]
  const kernel = kernelOf(values)
  const exact = spectrum(kernel)

  it('are fitted over its rank', () => {
    expect(exact.rank).toBe(3)
    expect([exact.decay.from, exact.decay.to]).toEqual([1, 3])
    // Least squares by hand on (0, log 2, log 3).
    const x = [0, Math.log(2), Math.log(3)]
    const y = [24, 17, 4].map(Math.log)
    const mean = (v: readonly number[]) => v.reduce((a, b) => a + b) / 3
    const dot = (a: readonly number[], b: readonly number[]) =>
      a.reduce((sum, value, k) => sum + (value - mean(a)) * (b[k] - mean(b)), 0)
    expect(exact.decay.alpha).toBeCloseTo(-dot(x, y) / dot(x, x), 12)
  })

  it.each(low)('are the same when it is stored in %s', (dtype) => {
    const document = as(kernel, dtype)
    const digits = { float32: 6, float16: 2, bfloat16: 1 }[dtype]
    expect(shape(document)).toEqual(near(shape(exact), digits))
    expect(document.warnings).toEqual([])
    expect([document.dtype, document.conditionNumber]).toEqual([dtype, null])
    expect(document.reasons.conditionNumber).toMatch(/singular/)
  })

  it('are the same when it went through float32 and is stored in float64, with a warning', () => {
    const document = as(kernel, 'float64', stored(kernel, 'float32'))
    expect(shape(document)).toEqual(near(shape(exact), 6))
    expect(document.floor).toBeCloseTo(-2 * document.smallest, 15)
    expect(document.warnings).toEqual([
      expect.stringMatching(/^is not positive semidefinite: .*e−[789] λ₁, as if it had been computed in float32$/),
    ])
  })

  it('do not count errors of the entries, however they are scaled', () => {
    for (const scale of [2 ** -60, 2 ** 60]) {
      const scaled = matrix(
        24,
        24,
        kernel.data.map((value) => value * scale),
      )
      expect(shape(as(scaled, 'float32'))).toEqual(near(shape(exact), 6))
    }
    // Steps of float16 are 2^-24 here, and 24 entries of a row may each be four of them off: λ₃ is 64 steps.
    const faint = matrix(
      24,
      24,
      kernel.data.map((value) => value * 2 ** -20),
    )
    expect(as(faint, 'float16').rank).toBeLessThan(3)
  })
})

describe('the sign of the smallest eigenvalue', () => {
  const withSmallest = (smallest: number): SpectrumDocument => {
    const kernel = matrix(4, 4)
    for (const [k, value] of [1, 0.5, 0.25, smallest].entries()) kernel.data[5 * k] = value
    return spectrum(kernel)
  }

  it('draws no warning up to rounding, one beyond, and takes the shares away beyond float32’s', () => {
    expect(withSmallest(-0.99e-12).warnings).toEqual([])
    const noisy = withSmallest(-1.01e-12)
    expect(noisy.warnings).toEqual([
      'is not positive semidefinite: its smallest eigenvalue is −1.01e−12 λ₁, as if it had been computed in float32',
    ])
    expect(noisy.effectiveRank).toBeCloseTo(1.75, 11)
    expect(withSmallest(-4.7e-7).topEnergy['5']).toBe(1)
    const indefinite = withSmallest(-4.8e-7)
    expect(indefinite.warnings).toEqual(['is not positive semidefinite: its smallest eigenvalue is −4.8e−7 λ₁'])
    expect([indefinite.effectiveRank, indefinite.entropyRank, indefinite.topEnergy['5']]).toEqual([null, null, null])
    // What stands above the errors keeps its meaning.
    expect([indefinite.rank, indefinite.decay.to, indefinite.gap]).toEqual([3, 3, 2])
  })

  it('shows in the top of a spectrum, too', () => {
    const n = 300
    for (const worst of [-0.5, -1e-3, -1e-6]) {
      const kernel = kernelOf(
        Array.from({ length: n }, (_, k) => (k === n - 1 ? worst : (k + 1) ** -2)),
        5,
      )
      const document = topSpectrum(kernel, { top: 8, kernels: defaultKernels() })
      expect(document.smallest).toBeGreaterThan(worst * 1.001 - 1e-12)
      expect(document.smallest).toBeLessThan(worst * 0.5)
      expect(document.warnings).toHaveLength(1)
      expect([document.effectiveRank, document.topEnergy['5']]).toEqual([null, null])
    }
    const clean = kernelOf(
      Array.from({ length: n }, (_, k) => (k + 1) ** -2),
      5,
    )
    expect(topSpectrum(clean, { top: 8 })).toMatchObject({ warnings: [], rank: null })
  })
})

describe('null spaces and ties', () => {
  const values = [7, 3, 2.5, 1, 0.6, 0.3]
  const plain = kernelOf(values)

  it('of repeated samples change nothing: Θ ⊗ 11ᵀ has the metrics of Θ, and is singular', () => {
    const n = values.length
    const twice = matrix(2 * n, 2 * n)
    for (let i = 0; i < 2 * n; i++)
      for (let j = 0; j < 2 * n; j++) twice.data[i * 2 * n + j] = plain.data[(i >> 1) * n + (j >> 1)]
    const [one, two] = [spectrum(plain), spectrum(twice)]
    expect(shape(two)).toEqual(near(shape(one), 11))
    expect(one.conditionNumber).toBeCloseTo(7 / 0.3, 10)
    expect(two.conditionNumber).toBeNull()
  })

  it('of independent copies count with multiplicity: Θ ⊗ 1 has twice the ranks and half the top-10 share', () => {
    const n = values.length
    const copies = matrix(2 * n, 2 * n)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        copies.data[i * 2 * n + j] = plain.data[i * n + j]
        copies.data[(n + i) * 2 * n + n + j] = plain.data[i * n + j]
      }
    }
    const [one, two] = [spectrum(plain), spectrum(copies)]
    expect(two.effectiveRank).toBeCloseTo(2 * one.effectiveRank!, 12)
    expect(two.entropyRank).toBeCloseTo(2 * one.entropyRank!, 12)
    expect([two.rank, two.decay.to]).toEqual([12, 12])
    expect(two.gap).toBeCloseTo(1, 13)
    expect(two.conditionNumber).toBeCloseTo(one.conditionNumber!, 10)
    expect(two.topEnergy['5']).toBeCloseTo((7 + 7 + 3 + 3 + 2.5) / (2 * 14.4), 13)
  })

  it('of a multiple of the identity: α = 0 without an error, however small it is', () => {
    for (const n of [1, 2, 3, 8]) {
      for (const c of [1, 1e-30, 5e-324, 1e300]) {
        const kernel = identity(n)
        kernel.data.forEach((value, at) => (kernel.data[at] = value * c))
        const document = spectrum(kernel)
        // The smallest number of f64 is all rounding.
        if (c === 5e-324) expect(document.rank).toBe(0)
        else {
          expect(document.decay).toEqual({ alpha: n === 1 ? null : 0, standardError: null, from: 1, to: n })
          expect(document.rank).toBe(n)
          expect(document.effectiveRank).toBeCloseTo(n, 14)
          expect(document.entropyRank).toBeCloseTo(n, 13)
          expect(document.topEnergy['5']).toBeCloseTo(Math.min(1, 5 / n), 14)
          expect([document.gap, document.conditionNumber]).toEqual([n === 1 ? null : 1, 1])
        }
      }
    }
  })

  it('of rank one leave one point, effective rank 1 and no gap', () => {
    const { decay, effectiveRank, entropyRank, topEnergy, gap, conditionNumber, rank, reasons } = spectrum(
      kernelOf([2, ...zeros(30)]),
    )
    expect(decay).toEqual({ alpha: null, standardError: null, from: 1, to: 1 })
    expect([rank, entropyRank, topEnergy['5'], gap, conditionNumber]).toEqual([1, 1, 1, null, null])
    expect(effectiveRank).toBeGreaterThanOrEqual(1)
    expect(effectiveRank).toBeCloseTo(1, 13)
    expect(reasons.gap).toMatch(/^rank one/)
  })
})
