import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matmul } from '../../src/linalg/matmul.js'
import { filled, identity, matrix, matrixOf, type Matrix } from '../../src/linalg/matrix.js'
import { randomStream } from '../../src/random/random.js'
import { kernelTargetAlignment } from '../../src/spectrum/alignment.js'
import { spectrum } from '../../src/spectrum/spectrum.js'

function gram(n: number, d: number): Matrix {
  const stream = randomStream(4, 'gram')
  const x = matrix(
    n,
    d,
    Float64Array.from({ length: n * d }, () => stream.normal()),
  )
  const { data } = matmul(x, x, { transposeB: true })
  const mirrored = data.map((_, at) => data[Math.max(at, (at % n) * n + Math.floor(at / n))])
  return matrix(n, n, mirrored)
}

describe.each(supportedKernelBuilds())('spectrum on the %s build', (build) => {
  const kernels = loadKernels(build)

  it('is a document of exactly these keys, numbers and nulls', () => {
    const document = spectrum(
      matrixOf([
        [2, 1],
        [1, 2],
      ]),
      { kernels },
    )
    expect(Object.keys(document)).toEqual([
      'n',
      'trace',
      'eigenvalues',
      'decay',
      'effectiveRank',
      'entropyRank',
      'gap',
      'topEnergy',
      'conditionNumber',
      'rank',
      'residual',
      'smallest',
      'floor',
      'dtype',
      'asymmetry',
      'reasons',
      'warnings',
    ])
    expect(Object.keys(document.decay)).toEqual(['alpha', 'standardError', 'from', 'to'])
    expect(JSON.parse(JSON.stringify(document))).toEqual(document)
    expect(document.eigenvalues[0]).toBeCloseTo(3, 14)
    expect(document.eigenvalues[1]).toBeCloseTo(1, 14)
    expect(document.gap).toBeCloseTo(3, 13)
    expect(document.conditionNumber).toBeCloseTo(3, 13)
    expect(document.effectiveRank).toBeCloseTo(4 / 3, 14)
    expect(document.decay.alpha).toBeCloseTo(Math.log2(3), 13)
    expect(document.trace).toBe(4)
  })

  it('has the trace of the diagonal, the sum of the eigenvalues, and a small residual', () => {
    const kernel = gram(120, 30)
    const { n, trace, eigenvalues, residual, conditionNumber, topEnergy } = spectrum(kernel, { kernels })
    expect(n).toBe(120)
    expect(eigenvalues.length).toBe(120)
    expect(Math.abs(eigenvalues.reduce((sum, value) => sum + value, 0) / trace - 1)).toBeLessThan(1e-13)
    expect(residual).toBeGreaterThan(0)
    expect(residual).toBeLessThan(1e-14)
    expect(eigenvalues[29]).toBeGreaterThan(1)
    expect(Math.abs(eigenvalues[30])).toBeLessThan(1e-12)
    expect(Math.min(...eigenvalues)).toBeLessThan(0)
    expect(conditionNumber).toBeNull()
    expect(topEnergy['5']).toBeCloseTo(eigenvalues.slice(0, 5).reduce((sum, value) => sum + value, 0) / trace, 13)
  })

  it('keeps negative eigenvalues as they are', () => {
    expect(
      spectrum(
        matrixOf([
          [0, 1],
          [1, 0],
        ]),
        { kernels },
      ).eigenvalues,
    ).toEqual([expect.closeTo(1, 14), expect.closeTo(-1, 14)])
  })

  it('is all zero and null for a zero kernel', () => {
    const document = spectrum(matrix(3, 3), { kernels })
    expect(document).toMatchObject({
      n: 3,
      trace: 0,
      eigenvalues: [0, 0, 0],
      residual: 0,
      effectiveRank: null,
      gap: null,
    })
    expect(JSON.stringify(document)).not.toMatch(/NaN|Infinity/)
  })

  it('takes a kernel of one class, and refuses several, none, or one without samples', () => {
    const kernel = { classes: 1, n: 2, data: identity(2).data }
    expect(spectrum(kernel, { kernels }).eigenvalues).toEqual([1, 1])
    expect(() => spectrum({ classes: 2, n: 1, data: new Float64Array(2) })).toThrow(/2 classes/)
    expect(() => spectrum(matrix(0, 0))).toThrow(/at least one sample/)
    expect(() => spectrum(filled(2, 2, NaN))).toThrow(/finite/)
  })
})

describe('kernelTargetAlignment', () => {
  it('is 1 for the targets’ own kernel, whatever the scales', () => {
    const y = matrixOf([
      [1, 0],
      [0, 1],
      [0, 1],
      [-2, 3],
    ])
    const own = matmul(y, y, { transposeB: true })
    for (const scale of [1e-200, 1, 1e200]) {
      const scaled = matrix(
        4,
        4,
        own.data.map((value) => value * scale),
      )
      expect(kernelTargetAlignment(scaled, y)).toBeCloseTo(1, 14)
    }
  })

  it('is 1/√n for the identity and one output, and 0 for an orthogonal kernel', () => {
    const y = matrixOf([[1], [-1], [1], [-1]])
    expect(kernelTargetAlignment(identity(4), y)).toBeCloseTo(0.5, 14)
    expect(kernelTargetAlignment(filled(4, 4, 1), y)).toBe(0)
    expect(kernelTargetAlignment({ classes: 1, n: 4, data: identity(4).data }, y)).toBeCloseTo(0.5, 14)
  })

  it('is null without kernel or targets, and refuses shapes that do not fit', () => {
    expect(kernelTargetAlignment(matrix(2, 2), filled(2, 1, 1))).toBeNull()
    expect(kernelTargetAlignment(identity(2), matrix(2, 1))).toBeNull()
    expect(() => kernelTargetAlignment(identity(3), matrix(2, 1))).toThrow(RangeError)
    expect(() => kernelTargetAlignment(filled(2, 2, Infinity), filled(2, 1, 1))).toThrow(/finite kernel/)
  })
})
