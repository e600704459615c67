import { defaultKernels, withScratch, type Kernels, type Pointer } from './kernels.js'
import { matrix, type Matrix } from './matrix.js'

/** Which operands of a product enter transposed. Default: neither. */
export interface MatmulOptions {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
  readonly kernels?: Kernels
}

/** A product's operand in kernel memory: address, and strides in elements. */
export interface Operand {
  readonly at: Pointer
  readonly rowStride: number
  readonly colStride: number
}

/** A dense operand `[rows, cols]` at `at`, or its transpose. */
export function operand(at: Pointer, cols: number, transposed = false): Operand {
  return transposed ? { at, rowStride: 1, colStride: cols } : { at, rowStride: cols, colStride: 1 }
}

/**
 * C[m,n] (+)= A[m,k]·B[k,n] in kernel memory, without checks. `work` holds `kernels.call.gemmWorkspace()` bytes;
 * `ldc` is C's row length in elements.
 */
export function gemm(
  kernels: Kernels,
  precision: 'f32' | 'f64',
  [m, n, k]: readonly [number, number, number],
  a: Operand,
  b: Operand,
  c: Pointer,
  ldc: number,
  work: Pointer,
  accumulate = false,
): void {
  const run = precision === 'f32' ? kernels.call['gemmF32'] : kernels.call['gemmF64']
  run(m, n, k, a.at, a.rowStride, a.colStride, b.at, b.rowStride, b.colStride, c, ldc, accumulate ? 1 : 0, work)
}

/**
 * The product A·B in f64, with either operand optionally transposed.
 *
 * @param a `[m, k]`, or `[k, m]` when `transposeA`
 * @param b `[k, n]`, or `[n, k]` when `transposeB`
 * @returns `[m, n]`
 * @throws RangeError when the inner dimensions differ
 */
export function matmul(a: Matrix, b: Matrix, options: MatmulOptions = {}): Matrix {
  const { transposeA = false, transposeB = false, kernels = defaultKernels() } = options
  const [m, k] = transposeA ? [a.cols, a.rows] : [a.rows, a.cols]
  const [kb, n] = transposeB ? [b.cols, b.rows] : [b.rows, b.cols]
  if (k !== kb) throw new RangeError(`matmul: expected equal inner dimensions, got [${m}, ${k}] · [${kb}, ${n}]`)
  return withScratch(kernels, (scratch) => {
    const work = scratch.alloc(kernels.call['gemmWorkspace']())
    const pa = scratch.put(a.data)
    const pb = scratch.put(b.data)
    const pc = scratch.alloc(m * n * 8)
    gemm(kernels, 'f64', [m, n, k], operand(pa, a.cols, transposeA), operand(pb, b.cols, transposeB), pc, n, work)
    return matrix(m, n, scratch.f64(pc, m * n).slice())
  })
}
