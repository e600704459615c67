import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matmul } from '../../src/linalg/matmul.js'
import { matrix, transpose, type Matrix } from '../../src/linalg/matrix.js'

function naive(a: Matrix, b: Matrix): Matrix {
  const c = matrix(a.rows, b.cols)
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < b.cols; j++)
      for (let k = 0; k < a.cols; k++) c.data[i * b.cols + j] += a.data[i * a.cols + k] * b.data[k * b.cols + j]
  return c
}

function sample(rows: number, cols: number, seed: number): Matrix {
  const data = Float64Array.from({ length: rows * cols }, (_, i) => Math.sin(seed + 12.9898 * i) * 3)
  return matrix(rows, cols, data)
}

describe.each(supportedKernelBuilds())('matmul on the %s build', (build) => {
  const kernels = loadKernels(build)

  it('equals the triple loop on any shape, with either operand transposed', () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 90, max: 270 }))
    fc.assert(
      fc.property(size, size, size, fc.boolean(), fc.boolean(), (m, n, k, transposeA, transposeB) => {
        const a = sample(m, k, 1)
        const b = sample(k, n, 2)
        const expected = naive(a, b)
        const got = matmul(transposeA ? transpose(a) : a, transposeB ? transpose(b) : b, {
          transposeA,
          transposeB,
          kernels,
        })
        const error = got.data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected.data[i])), 0)
        expect(error).toBeLessThan(1e-11)
      }),
      { seed: 7, numRuns: 40 },
    )
  })

  it('refuses operands whose inner dimensions differ', () => {
    expect(() => matmul(matrix(2, 3), matrix(2, 3), { kernels })).toThrow(/inner dimensions/)
  })
})
