import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds, withScratch } from '../../src/linalg/kernels.js'
import { gemm, matmul, operand } from '../../src/linalg/matmul.js'
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

  it('gives every entry the same bits wherever its tile begins, in both precisions', () => {
    const size = fc.integer({ min: 1, max: 40 })
    const depth = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 250, max: 530 }))
    const shape = fc.tuple(size, size, depth)
    const flags = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean())
    const precision = fc.constantFrom('f32' as const, 'f64' as const)
    fc.assert(
      fc.property(shape, size, size, flags, precision, ([m, n, k], rowCut, colCut, [ta, tb, accumulate], precision) => {
        withScratch(kernels, (scratch) => {
          const bytes = precision === 'f32' ? 4 : 8
          const top = Math.min(rowCut, m)
          const first = Math.min(colCut, n)
          const put = (entries: Matrix) =>
            scratch.put(precision === 'f32' ? Float32Array.from(entries.data) : entries.data)
          const left = operand(put(sample(ta ? k : m, ta ? m : k, 1)), ta ? m : k, ta)
          const right = operand(put(sample(tb ? n : k, tb ? k : n, 2)), tb ? k : n, tb)
          const once = put(sample(m, n, 3))
          const inParts = put(sample(m, n, 3))
          const work = scratch.alloc(kernels.call.gemmWorkspace())
          gemm(kernels, precision, [m, n, k], left, right, once, n, work, accumulate)
          for (const [i, rows] of [
            [0, top],
            [top, m - top],
          ] as const)
            for (const [j, cols] of [
              [0, first],
              [first, n - first],
            ] as const) {
              const a = { ...left, at: left.at + i * left.rowStride * bytes }
              const b = { ...right, at: right.at + j * right.colStride * bytes }
              gemm(kernels, precision, [rows, cols, k], a, b, inParts + (i * n + j) * bytes, n, work, accumulate)
            }
          const bits = (at: number) => scratch.u8(at, m * n * bytes).slice()
          expect(bits(inParts)).toEqual(bits(once))
        })
      }),
      { seed: 8, numRuns: 100 },
    )
  })

  it('in f32, equals the triple loop within rounding and touches nothing beyond its rows', () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 90, max: 130 }))
    fc.assert(
      fc.property(size, size, size, fc.boolean(), fc.boolean(), (m, n, k, transposeA, transposeB) => {
        withScratch(kernels, (scratch) => {
          const a = sample(m, k, 1)
          const b = sample(k, n, 2)
          const ldc = n + 3
          const pa = scratch.put(Float32Array.from((transposeA ? transpose(a) : a).data))
          const pb = scratch.put(Float32Array.from((transposeB ? transpose(b) : b).data))
          const pc = scratch.put(new Float32Array(m * ldc).fill(7))
          const work = scratch.alloc(kernels.call.gemmWorkspace())
          const left = operand(pa, transposeA ? m : k, transposeA)
          gemm(kernels, 'f32', [m, n, k], left, operand(pb, transposeB ? k : n, transposeB), pc, ldc, work)
          const expected = naive(a, b).data
          const worst = scratch.f32(pc, m * ldc).reduce((error, value, at) => {
            const [i, j] = [Math.floor(at / ldc), at % ldc]
            return Math.max(error, Math.abs(value - (j < n ? expected[i * n + j] : 7)))
          }, 0)
          // Each of the k terms is below 9 and adds at most three roundings of a sum below 9 k.
          expect(worst).toBeLessThan(3 * 2 ** -24 * 9 * k * (k + 1))
        })
      }),
      { seed: 9, numRuns: 40 },
    )
  })

  it('refuses operands whose inner dimensions differ', () => {
    expect(() => matmul(matrix(2, 3), matrix(2, 3), { kernels })).toThrow(/inner dimensions/)
  })
})
