import { classKernel, type Kernel } from './kernel.js'
import { NumbersError } from '../numbers-error.js'

function checkComparable(name: string, a: Kernel, b: Kernel): void {
  if (a.n !== b.n) throw new NumbersError(`${name}: expected kernels on the same samples, got ${a.n} and ${b.n}`)
  if (a.classes !== b.classes && a.classes !== 1 && b.classes !== 1) {
    throw new NumbersError(
      `${name}: expected equal numbers of classes (or one for all), got ${a.classes} and ${b.classes}`,
    )
  }
}

/** [Σ (a − b)², Σ b²] of one class. */
function squares(a: Float64Array, b: Float64Array): [difference: number, reference: number] {
  let difference = 0
  let reference = 0
  for (let k = 0; k < b.length; k++) {
    difference += (a[k] - b[k]) ** 2
    reference += b[k] ** 2
  }
  return [difference, reference]
}

function ratio(difference: number, reference: number): number {
  if (difference === 0) return 0
  return Math.sqrt(difference / reference)
}

function classSquares(name: string, kernel: Kernel, reference: Kernel): [number, number][] {
  checkComparable(name, kernel, reference)
  const classes = Math.max(kernel.classes, reference.classes)
  return Array.from({ length: classes }, (_, c) =>
    squares(
      classKernel(kernel, Math.min(c, kernel.classes - 1)),
      classKernel(reference, Math.min(c, reference.classes - 1)),
    ),
  )
}

/**
 * Relative Frobenius distance ‖A − B‖_F / ‖B‖_F over all classes together. A kernel of one class is compared with every
 * class of the other.
 *
 * @param reference B; the distance is 0 when both vanish and Infinity when only B does
 * @throws RangeError when the kernels differ in samples or classes
 *
 * @example
 * import { kernelDistance } from 'limn'
 *
 * const kernel = { classes: 1, n: 2, data: Float64Array.of(1, 0, 0, 1) }
 * const reference = { classes: 1, n: 2, data: Float64Array.of(2, 0, 0, 2) }
 * console.log(kernelDistance(kernel, reference)) // 0.5
 */
export function kernelDistance(kernel: Kernel, reference: Kernel): number {
  const parts = classSquares('kernelDistance', kernel, reference)
  return ratio(
    parts.reduce((sum, [difference]) => sum + difference, 0),
    parts.reduce((sum, [, norm]) => sum + norm, 0),
  )
}

/**
 * {@link kernelDistance} of each class by itself, `[C]`.
 *
 * @example
 * import { classDistances } from 'limn'
 *
 * const kernel = { classes: 2, n: 1, data: Float64Array.of(1, 3) }
 * const reference = { classes: 2, n: 1, data: Float64Array.of(1, 2) }
 * console.log(classDistances(kernel, reference)) // Float64Array(2) [ 0, 0.5 ]
 */
export function classDistances(kernel: Kernel, reference: Kernel): Float64Array {
  return Float64Array.from(classSquares('classDistances', kernel, reference), ([difference, norm]) =>
    ratio(difference, norm),
  )
}

/**
 * The mean over classes, a kernel of one class.
 *
 * @example
 * import { classMean } from 'limn'
 *
 * const kernel = { classes: 2, n: 1, data: Float64Array.of(1, 3) }
 * console.log(classMean(kernel)) // { classes: 1, n: 1, data: Float64Array(1) [ 2 ] }
 */
export function classMean(kernel: Kernel): Kernel {
  const { classes, n } = kernel
  const data = new Float64Array(n * n)
  for (let c = 0; c < classes; c++) classKernel(kernel, c).forEach((value, k) => (data[k] += value))
  return { classes: 1, n, data: data.map((value) => value / classes) }
}

/** Largest relative difference between classes that still counts as rounding. */
const coincidence = 1e-12

/** Whether all classes agree to 1e-12 of the largest entry. */
export function classesCoincide(kernel: Kernel): boolean {
  const first = classKernel(kernel, 0)
  const limit = coincidence * first.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  for (let c = 1; c < kernel.classes; c++) {
    const other = classKernel(kernel, c)
    for (let k = 0; k < first.length; k++) if (!(Math.abs(other[k] - first[k]) <= limit)) return false
  }
  return true
}

/** The kernel of one class that stands for all of them where they coincide, else the kernel itself. */
export function sharedKernel(kernel: Kernel): Kernel {
  if (!classesCoincide(kernel)) return kernel
  return { classes: 1, n: kernel.n, data: classKernel(kernel, 0) }
}
