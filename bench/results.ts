import type { CaseName } from './cases/cases.js'
import type { Outcome, Side } from './compete.js'
import type { Parameters } from './contestant.js'
import type { Machine } from './machine.js'

/** The machine's limits, measured in the same run; GFLOP/s and GB/s. */
export interface Roofline {
  /** Dense product on all threads: the best of NumPy, PyTorch. */
  readonly f32: number
  readonly f64: number
  /** Two reads and a write, on all threads. */
  readonly bandwidth: number
  /** limn's own dense product on one thread. */
  readonly limnThread: { readonly f32: number; readonly f64: number }
}

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
  readonly floor: number
  readonly gflop?: number
  readonly limn: SideResult
  readonly peer?: SideResult
}

/** How one case's time grows along one parameter. */
export interface Growth {
  readonly name: CaseName
  readonly along: string
  readonly values: readonly number[]
  readonly seconds: readonly number[]
  /** p of seconds ∝ value^p by least squares of logarithms. */
  readonly exponent: number
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
  readonly failures: readonly { readonly name: CaseName; readonly problem: string }[]
  readonly scaling: readonly Growth[]
  readonly seconds: number
}

/** Adds speed and share of peak. */
export function sideResult(side: Side, flops: number | undefined, peak: number): SideResult {
  if (flops === undefined) return side
  const gflops = flops / side.median / 1e9
  return { ...side, gflops, shareOfPeak: gflops / peak }
}
