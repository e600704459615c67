import type { Kernels, Pointer, Scratch } from './kernels.js'
import { step, type Step } from './steps.js'
import { fromTask, parallelSteps, perThread, threadsOf } from './team.js'
import type { Tridiagonal } from './tridiagonal.js'

/** Reflectors applied at once. */
const blockRows = 128
/** Rows of a register tile of the product kernel: a cut at a multiple changes no bit. */
const tileRows = 6
/** Shares of the vectors for each thread, and blocks that a share goes through: a thread that is late or slow holds up little. */
const sharesPerThread = 4
const blocksAtOnce = 4

/**
 * Turns eigenvectors of T into eigenvectors of A, in place: X ← X Qᵀ, where row k of X is the k-th vector. Reflectors are
 * gathered into blocks I − Vᵀ F V (Schreiber and Van Loan 1989) so that all work is dense products; a share of the vectors
 * goes through several blocks on one thread. Destroys what is beside the reflectors in their rows.
 */
export function applyReflectors(kernels: Kernels, scratch: Scratch, t: Tridiagonal, x: Pointer): void {
  const { n, stride, reflectors, tau, work } = t
  const threads = threadsOf(kernels)
  const workspace = perThread(work, kernels.call.gemmWorkspace())
  const square = blockRows * blockRows * 8
  const blocks = Array.from({ length: Math.ceil((n - 1) / blockRows) }, (_, b) => {
    const first = 1 + b * blockRows
    const count = Math.min(blockRows, n - first)
    return { first, count, support: first + count - 1, v: reflectors + first * stride * 8, tau: tau + first * 8 }
  })
  const grams = scratch.alloc(blocks.length * square)
  const factors = scratch.alloc(blocks.length * square)
  const share = tileRows * Math.ceil(n / (tileRows * sharesPerThread * threads))
  const [products, turned] = [scratch.alloc(n * blockRows * 8), scratch.alloc(n * blockRows * 8)]

  const left = [fromTask(3), stride, 1] as const
  const right = [fromTask(3), 1, stride] as const
  const gather: Step[] = [
    step('trimReflectors', fromTask(0), fromTask(1), fromTask(2), fromTask(3), stride),
    step('gemmF64', fromTask(1), fromTask(1), fromTask(2), ...left, ...right, fromTask(5), fromTask(1), 0, workspace),
    step('negatedBlockFactor', fromTask(1), fromTask(5), fromTask(4), fromTask(6)),
  ]
  parallelSteps(
    kernels,
    gather,
    blocks.map(({ first, count, support, v, tau: own }, b) => {
      return [first, count, support, v, own, grams + b * square, factors + b * square]
    }),
  )

  const [rows, vectors, product, image] = [fromTask(0), fromTask(1), fromTask(2), fromTask(3)]
  const apply = blocks.map(({ count, support, v }, b): Step[] => {
    const factor = factors + b * square
    return [
      step('gemmF64', rows, count, support, vectors, stride, 1, v, 1, stride, product, count, 0, workspace),
      step('gemmF64', rows, count, count, product, count, 1, factor, count, 1, image, count, 0, workspace),
      step('gemmF64', rows, support, count, image, count, 1, v, stride, 1, vectors, stride, 1, workspace),
    ]
  })
  const tasks = Array.from({ length: Math.ceil(n / share) }, (_, s) => {
    const first = s * share
    const space = first * blockRows * 8
    return [Math.min(share, n - first), x + first * stride * 8, products + space, turned + space]
  })
  for (let b = 0; b < apply.length; b += blocksAtOnce) {
    parallelSteps(kernels, apply.slice(b, b + blocksAtOnce).flat(), tasks)
  }
}
