import { defaultKernels, withScratch, type Kernels, type Pointer } from './kernels.js'
import { matrix, type Matrix } from './matrix.js'
import { fromTask, parallelSteps, perThread, threadsOf } from './team.js'
import { step } from './steps.js'
import { NumbersError } from '../numbers-error.js'

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
 * `ldc` is C's row length in elements. Every entry is one chain of multiply-adds in the order of k, so that its bits depend
 * neither on the other rows and columns nor on how the product is cut.
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
  const run = precision === 'f32' ? kernels.call.gemmF32 : kernels.call.gemmF64
  run(m, n, k, a.at, a.rowStride, a.colStride, b.at, b.rowStride, b.colStride, c, ldc, accumulate ? 1 : 0, work)
}

/** Multiply-adds below which waking threads costs more than it saves. */
const parallelWork = 2 ** 21
/** Rows or columns that a thread takes at a time: whole register tiles, so that none is computed half empty. */
const panelUnit = 24
const leastPanel = 192
const largestPanel = 768

/** How rows or columns are cut: about four panels for each thread, not so narrow that packing the other operand shows. */
function panelWidth(length: number, threads: number): number {
  const even = Math.ceil(length / (4 * threads) / panelUnit) * panelUnit
  return Math.min(largestPanel, Math.max(leastPanel, even))
}

/**
 * {@link gemm} on all threads of the kernels' team, cut into panels of rows or columns; takes its workspaces itself, so that
 * views of scratch memory have to be taken afterwards. The same bits as `gemm`.
 */
export function parallelGemm(
  kernels: Kernels,
  precision: 'f32' | 'f64',
  [m, n, k]: readonly [number, number, number],
  a: Operand,
  b: Operand,
  c: Pointer,
  ldc: number,
  accumulate = false,
): void {
  const threads = threadsOf(kernels)
  const bytes = kernels.call.gemmWorkspace()
  withScratch(kernels, (scratch) => {
    const work = scratch.alloc(bytes * threads)
    if (threads === 1 || m * n * k < parallelWork) {
      gemm(kernels, precision, [m, n, k], a, b, c, ldc, work, accumulate)
      return
    }
    const element = precision === 'f32' ? 4 : 8
    const byColumns = n >= m
    const length = byColumns ? n : m
    const width = panelWidth(length, threads)
    const tasks = Array.from({ length: Math.ceil(length / width) }, (_, panel) => {
      const first = panel * width
      const count = Math.min(width, length - first)
      return byColumns
        ? [m, count, a.at, b.at + first * b.colStride * element, c + first * element]
        : [count, n, a.at + first * a.rowStride * element, b.at, c + first * ldc * element]
    })
    const left = [fromTask(2), a.rowStride, a.colStride] as const
    const right = [fromTask(3), b.rowStride, b.colStride] as const
    const out = [fromTask(4), ldc, accumulate ? 1 : 0] as const
    const name = precision === 'f32' ? 'gemmF32' : 'gemmF64'
    const product = step(name, fromTask(0), fromTask(1), k, ...left, ...right, ...out, perThread(work, bytes))
    parallelSteps(kernels, [product], tasks)
  })
}

/**
 * The product A·B in f64, with either operand optionally transposed.
 *
 * @param a `[m, k]`, or `[k, m]` when `transposeA`
 * @param b `[k, n]`, or `[n, k]` when `transposeB`
 * @returns `[m, n]`
 * @throws RangeError when the inner dimensions differ
 *
 * @example
 * import { matmul, matrixOf } from 'limn/linalg'
 *
 * console.log(matmul(matrixOf([[1, 2]]), matrixOf([[3], [4]])).data[0]) // 11
 */
export function matmul(a: Matrix, b: Matrix, options: MatmulOptions = {}): Matrix {
  const { transposeA = false, transposeB = false, kernels = defaultKernels() } = options
  const [m, k] = transposeA ? [a.cols, a.rows] : [a.rows, a.cols]
  const [kb, n] = transposeB ? [b.cols, b.rows] : [b.rows, b.cols]
  if (k !== kb) throw new NumbersError(`matmul: expected equal inner dimensions, got [${m}, ${k}] · [${kb}, ${n}]`)
  return withScratch(kernels, (scratch) => {
    const pa = scratch.put(a.data)
    const pb = scratch.put(b.data)
    const pc = scratch.alloc(m * n * 8)
    parallelGemm(kernels, 'f64', [m, n, k], operand(pa, a.cols, transposeA), operand(pb, b.cols, transposeB), pc, n)
    return matrix(m, n, scratch.f64(pc, m * n).slice())
  })
}
