import type { Bound, Roofline } from './bound.js'
import type { CaseName } from './cases/cases.js'
import type { Check } from './compare.js'
import type { Outcome, Side } from './compete.js'
import type { Parameters, Versions } from './contestant.js'
import type { Machine } from './machine.js'
import type { Fit } from './statistics.js'

/** A side's times with what they mean. */
export interface SideResult extends Side {
  readonly gflops?: number
  /** Of the measured peak of limn's precision in the case. */
  readonly shareOfPeak?: number
}

export interface CaseResult extends Omit<Outcome, 'limn' | 'peer'> {
  readonly name: CaseName
  readonly title: string
  readonly parameters: Parameters
  readonly precision: 'f32' | 'f64'
  readonly floor?: number
  readonly gflop?: number
  /** All of the case: inputs, warm-ups, qualifying runs, turns. */
  readonly seconds: number
  readonly bound?: Bound
  readonly limn: SideResult
  readonly peer?: SideResult
}

/** How one case's time and memory grow along one parameter. */
export interface Growth {
  readonly name: CaseName
  readonly along: string
  /** What else differs from the case's own parameters. */
  readonly fixed: Parameters
  readonly values: readonly number[]
  /** The best of a few runs each. */
  readonly seconds: readonly number[]
  /** Largest resident memory of limn's process until then. */
  readonly peakBytes: readonly number[]
  /** p of seconds ∝ value^p. */
  readonly exponent: Fit
}

/** A JavaScript library's eigenvalues beside limn's full decomposition, at sizes that double until a run is long. */
export interface LibraryResult {
  readonly name: string
  readonly sizes: readonly number[]
  /** Medians of turns. */
  readonly limn: readonly number[]
  readonly library: readonly number[]
  /** Every turn, by size. */
  readonly turns: readonly { readonly limn: readonly number[]; readonly library: readonly number[] }[]
  /** Library over limn at the largest size. */
  readonly ratio?: number
  /** Of the answers at the largest size. */
  readonly check?: Check
  readonly versions?: Versions
  /** Why it went no further. */
  readonly problem?: string
}

/** A single run of limn that is too large to compare. */
export interface LargeResult {
  readonly samples: number
  readonly bins: number
  readonly hiddenLayers: number
  readonly classes: number
  /** Eigenpairs that were computed, of the first class. */
  readonly top: number
  readonly kernelSeconds: number
  readonly eigenSeconds: number
  /** Largest ‖Θ v − λ v‖ / λ₁. */
  readonly residual: number
  readonly largest: number
  readonly peakBytes: number
}

/** What a run writes as JSON. */
export interface Results {
  readonly format: 'limn-bench'
  readonly version: 1
  readonly date: string
  readonly quick: boolean
  readonly threads: number
  readonly machine: Machine
  readonly roofline: Roofline
  readonly cases: readonly CaseResult[]
  readonly failures: readonly { readonly name: string; readonly problem: string }[]
  readonly scaling: readonly Growth[]
  readonly libraries: readonly LibraryResult[]
  readonly large?: LargeResult
  /** Of `seconds`, what making the environments took. */
  readonly installSeconds: number
  readonly seconds: number
}

/** Adds speed and share of peak. */
export function sideResult(side: Side, flops: number | undefined, peak: number): SideResult {
  if (flops === undefined) return side
  const gflops = flops / side.median / 1e9
  return { ...side, gflops, shareOfPeak: gflops / peak }
}
