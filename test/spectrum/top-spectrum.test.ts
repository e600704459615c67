import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matmul } from '../../src/linalg/matmul.js'
import { filled, identity, matrix, type Matrix } from '../../src/linalg/matrix.js'
import { randomStream } from '../../src/random/random.js'
import { measureSpectrum } from '../../src/spectrum/metrics.js'
import { spectrum } from '../../src/spectrum/spectrum.js'
import { topSpectrum } from '../../src/spectrum/top-spectrum.js'

/** X Xᵀ whose features shrink like a power, so that the spectrum decays as a kernel's does. */
function decaying(n: number, seed: number): Matrix {
  const stream = randomStream(seed, 'decaying')
  const x = matrix(
    n,
    n,
    Float64Array.from({ length: n * n }, (_, k) => stream.normal() / ((k % n) + 1)),
  )
  const { data } = matmul(x, x, { transposeB: true })
  return matrix(
    n,
    n,
    data.map((_, at) => data[Math.max(at, (at % n) * n + Math.floor(at / n))]),
  )
}

describe.each(supportedKernelBuilds())('the top of a spectrum on the %s build', (build) => {
  const kernels = loadKernels(build)

  it('is the beginning of the whole one, with the same trace, effective rank, gap, top-5 energy and decay', () => {
    for (const [n, top] of [
      [450, 50],
      [130, 16],
      [90, 5],
      [60, 60],
      [10, 7],
    ]) {
      const kernel = decaying(n, n)
      const whole = spectrum(kernel, { kernels })
      const document = topSpectrum(kernel, { top, kernels })
      expect(document.top).toBe(top)
      expect(document.n).toBe(n)
      expect(document.eigenvalues).toHaveLength(top)
      const unit = whole.eigenvalues[0]
      document.eigenvalues.forEach((value, k) =>
        expect(Math.abs(value - whole.eigenvalues[k])).toBeLessThan(1e-12 * unit),
      )
      expect(document.residual).toBeLessThan(1e-9)
      expect(document.trace).toBe(whole.trace)
      expect(document.effectiveRank).toBeCloseTo(whole.effectiveRank!, 10)
      expect(document.gap).toBeCloseTo(whole.gap!, 10)
      expect(document.topEnergy['5']).toBeCloseTo(whole.topEnergy['5']!, 11)
      if (top >= Math.min(50, n)) expect(document.decay.alpha).toBeCloseTo(whole.decay.alpha!, 8)
      else expect([document.decay.from, document.decay.to]).toEqual([1, top])
      if (top < n) expect([document.entropyRank, document.conditionNumber]).toEqual([null, null])
      else expect(document).toEqual({ ...whole, top })
    }
  })

  it('counts repeated eigenvalues, and survives a zero kernel and one sample', () => {
    expect(topSpectrum(identity(200), { top: 6, kernels }).eigenvalues).toEqual(
      Array.from({ length: 6 }, () => expect.closeTo(1, 12) as number),
    )
    expect(topSpectrum(matrix(100, 100), { top: 3, kernels })).toMatchObject({
      eigenvalues: [0, 0, 0],
      residual: 0,
      effectiveRank: null,
    })
    expect(topSpectrum(filled(1, 1, 2), { top: 1, kernels })).toMatchObject({ eigenvalues: [2], gap: null })
  })
})

it('refuses a count that there is not, by name', () => {
  for (const top of [0, 4, 1.5, NaN]) {
    expect(() => topSpectrum(identity(3), { top })).toThrow(/top from 1 to n = 3, got/)
  }
  expect(() => topSpectrum(filled(100, 100, NaN), { top: 2 })).toThrow(/finite/)
})

it('metrics of the first eigenvalues are those of the whole spectrum, or null', () => {
  const values = fc.array(fc.double({ min: 1e-3, max: 1, noNaN: true }), { minLength: 8, maxLength: 40 })
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 7 }), (all, top) => {
      const eigenvalues = all.sort((a, b) => b - a)
      const trace = eigenvalues.reduce((sum, value) => sum + value, 0)
      const whole = measureSpectrum({ eigenvalues, trace })
      const part = measureSpectrum({ eigenvalues: eigenvalues.slice(0, top), trace, n: eigenvalues.length })
      expect(part.effectiveRank).toBe(whole.effectiveRank)
      expect(part.gap).toBe(top < 2 ? null : whole.gap)
      expect(part.topEnergy['5']).toBe(top < 5 ? null : whole.topEnergy['5'])
      expect([part.entropyRank, part.conditionNumber]).toEqual([null, null])
    }),
    { seed: 8, numRuns: 40 },
  )
})
