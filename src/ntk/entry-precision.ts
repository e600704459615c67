import type { ElementType } from '../data/elements.js'
import type { Matrix } from '../linalg/matrix.js'

/** Floating-point types that kernels come in: distance from 1 to the next number, and the smallest positive number. */
export const kernelDtypes = {
  float64: { epsilon: 2 ** -52, tiny: 2 ** -1074 },
  float32: { epsilon: 2 ** -23, tiny: 2 ** -149 },
  float16: { epsilon: 2 ** -10, tiny: 2 ** -24 },
  bfloat16: { epsilon: 2 ** -7, tiny: 2 ** -133 },
} as const

export type KernelDtype = keyof typeof kernelDtypes

/** How well the entries of a symmetric matrix are known. */
export interface EntryPrecision {
  /** What the entries are stored as; integers are exact and count as float64. */
  readonly dtype: KernelDtype
  /** Largest |Θ_ij − Θ_ji|, relative to the largest entry. */
  readonly asymmetry: number
  /**
   * How far eigenvalues may be off by the entries' own errors: by Weyl's inequality no further than the Frobenius norm of
   * these. The larger of ‖(Θ − Θᵀ)/2‖_F, as measured, and, below float64, four units in the last place of every entry.
   */
  readonly error: number
}

/** Entries may be this many units in the last place off: those of a kernel that was computed in its own type. */
const ulps = 4
/** Largest |Θ_ij − Θ_ji| that counts as rounding, relative to the largest entry: of float64, and in units of the dtype's epsilon. */
const plainLimit = 1e-8
const limitInUlps = 8

/** Largest |Θ_ij − Θ_ji| of a kernel of this type that counts as rounding, relative to its largest entry: 1e-8, or 8 ε. */
export function asymmetryLimit(dtype: KernelDtype): number {
  return Math.max(plainLimit, limitInUlps * kernelDtypes[dtype].epsilon)
}

/** The type whose precision elements of a file have. */
export function kernelDtypeOf(stored: ElementType): KernelDtype {
  if (stored === 'f32') return 'float32'
  if (stored === 'f16') return 'float16'
  return stored === 'bf16' ? 'bfloat16' : 'float64'
}

/** Rows and columns of a tile: with its mirror image it stays in cache. */
const tile = 64

/**
 * Measures how far a square matrix is from symmetric, and what its entries' type leaves unknown.
 *
 * @param a finite, `[n, n]`
 * @param largest max |a_ij|
 * @param visit called with places (i, j), i < j, whose entries differ by more than `limit` of `largest`
 */
export function entryPrecision(
  { rows: n, data }: Matrix,
  largest: number,
  dtype: KernelDtype = 'float64',
  visit?: (i: number, j: number) => void,
): EntryPrecision {
  const { epsilon, tiny } = kernelDtypes[dtype]
  const limit = asymmetryLimit(dtype) * largest
  let [worst, apart, all] = [0, 0, 0]
  // Entries relative to the largest: squares stay in range.
  const unit = largest > 0 ? largest : 1
  for (let top = 0; top < n; top += tile) {
    for (let left = top; left < n; left += tile) {
      for (let i = top; i < Math.min(n, top + tile); i++) {
        for (let j = Math.max(left, i); j < Math.min(n, left + tile); j++) {
          const [upper, lower] = [data[i * n + j], data[j * n + i]]
          const difference = Math.abs(upper - lower)
          if (difference > limit) visit?.(i, j)
          if (difference > worst) worst = difference
          apart += (difference / unit) ** 2
          all += (i === j ? 1 : 2) * (upper / unit) ** 2
        }
      }
    }
  }
  // Each pair is two entries of (Θ − Θᵀ)/2, half its difference in size.
  const antisymmetric = unit * Math.sqrt(apart / 2)
  const stored = dtype === 'float64' ? tiny * n : ulps * (epsilon * unit * Math.sqrt(all) + tiny * n)
  return { dtype, asymmetry: worst / unit, error: largest > 0 ? Math.max(antisymmetric, stored) : 0 }
}

/** Puts (Θ + Θᵀ)/2 in place of Θ. The sum of two entries must be in range. */
export function symmetrise({ rows: n, data }: Matrix): void {
  for (let top = 0; top < n; top += tile) {
    for (let left = top; left < n; left += tile) {
      for (let i = top; i < Math.min(n, top + tile); i++) {
        for (let j = Math.max(left, i + 1); j < Math.min(n, left + tile); j++) {
          const mean = 0.5 * (data[i * n + j] + data[j * n + i])
          data[i * n + j] = mean
          data[j * n + i] = mean
        }
      }
    }
  }
}
