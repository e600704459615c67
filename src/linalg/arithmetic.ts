import { loadKernels, type KernelBuild, type Kernels } from './kernels.js'
import { matmul } from './matmul.js'
import { matrixOf } from './matrix.js'

/**
 * What decides the last bits of the kernels' results. Baseline SIMD rounds every product and every sum, on all machines
 * alike. Relaxed SIMD leaves to the processor whether a product is rounded before it is added; machines that do the same
 * give the same bits.
 */
export const kernelArithmetics = ['simd', 'relaxed-simd fused', 'relaxed-simd unfused'] as const

export type KernelArithmetic = (typeof kernelArithmetics)[number]

/** The build that an arithmetic is of. */
export const buildOf = (arithmetic: KernelArithmetic): KernelBuild => (arithmetic === 'simd' ? 'simd' : 'relaxed-simd')

/**
 * How these kernels round on this machine, by a product that tells: a b + c with a = b = 1 + 2⁻³⁰ and c = −(1 + 2⁻²⁹) is 2⁻⁶⁰,
 * and 0 where a b is rounded first.
 *
 * @param kernels default: the best build of this machine
 *
 * @example
 * import { kernelArithmetic, loadKernels } from 'limn/linalg'
 *
 * console.log(kernelArithmetic(loadKernels('simd'))) // simd
 */
export function kernelArithmetic(kernels: Kernels = loadKernels()): KernelArithmetic {
  if (kernels.build === 'simd') return 'simd'
  const a = 1 + 2 ** -30
  const [sum] = matmul(matrixOf([[1, a]]), matrixOf([[-(1 + 2 ** -29)], [a]]), { kernels }).data
  return sum === 0 ? 'relaxed-simd unfused' : 'relaxed-simd fused'
}
