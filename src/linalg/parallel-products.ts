import type { Kernels, Pointer } from './kernels.js'
import type { Operand } from './matmul.js'
import { parallel } from './team.js'
import type { NumbersOf } from './steps.js'

/** Rows that a thread takes at a time: a multiple of the product kernel's row block. The cut changes no bit. */
const rowsAtOnce = 384
/** Multiply-adds below which waking threads costs more than it saves. */
const parallelWork = 2 ** 22

/** C[m,n] (+)= A[m,k]·B[k,n] in f64 in kernel memory. */
export interface Product {
  /** m, n, k */
  readonly shape: readonly [number, number, number]
  readonly a: Operand
  readonly b: Operand
  readonly c: Pointer
  /** Elements from one row of C to the next. */
  readonly ldc: number
  readonly accumulate?: boolean
}

/**
 * Products that write to disjoint memory and read nothing that another one writes, cut by rows and shared out to the team.
 * Allocates nothing, so that views stay valid.
 *
 * @param work `kernels.call.gemmWorkspace()` bytes for each thread
 */
export function parallelProducts(kernels: Kernels, products: readonly Product[], work: Pointer): void {
  const tasks = products.flatMap(({ shape: [m, n, k], a, b, c, ldc, accumulate = false }) =>
    Array.from({ length: Math.ceil(m / rowsAtOnce) }, (_, at): NumbersOf<'gemmF64'> => {
      const first = at * rowsAtOnce
      const left = [a.at + first * a.rowStride * 8, a.rowStride, a.colStride] as const
      const right = [b.at, b.rowStride, b.colStride] as const
      return [
        Math.min(rowsAtOnce, m - first),
        n,
        k,
        ...left,
        ...right,
        c + first * ldc * 8,
        ldc,
        accumulate ? 1 : 0,
        work,
      ]
    }),
  )
  const size = products.reduce((sum, { shape: [m, n, k] }) => sum + m * n * k, 0)
  if (size < parallelWork) {
    for (const task of tasks) kernels.call.gemmF64(...task)
    return
  }
  const stride = kernels.call.gemmWorkspace()
  parallel(kernels, 'gemmF64', tasks, { perThread: [{ argument: 12, stride }] })
}
