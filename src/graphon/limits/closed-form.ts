import { filled } from '../../linalg/matrix.js'
import { createSpec, type SpecOptions } from '../../network/create.js'
import type { NetworkSpec } from '../../network/network.js'
import type { Scope } from '../../prune/budget.js'
import { createChain, type GraphonChain } from '../chain/chain.js'
import { NumbersError } from '../../numbers-error.js'

/** The network and budget that a limit is asked for. */
export interface LimitOptions extends SpecOptions {
  /** Kept share of all weights (`global`) or of every matrix (`layer`), in (0, 1]. */
  readonly density: number
  readonly scope: Scope
}

/** A limit whose graphons are constant: one number for each of the L + 1 matrices. */
export interface ConstantLimit {
  /** Expected density of each matrix. */
  readonly densities: readonly number[]
  /** Energy E[M w²] of each matrix, when the network keeps its weights. */
  readonly energies: readonly number[]
  /** Standard deviation of each matrix' density between trials, at these sizes; 0 where it is prescribed. */
  readonly deviations: readonly number[]
}

/**
 * @throws RangeError when sizes, σ_w² or density are out of range
 */
export function checkLimit(caller: string, { density, ...options }: LimitOptions): NetworkSpec {
  if (!(0 < density && density <= 1)) throw new NumbersError(`${caller}: expected a density in (0, 1], got ${density}`)
  return createSpec(options)
}

/** Weights of each matrix. */
export function weightCounts({ sizes }: Pick<NetworkSpec, 'sizes'>): number[] {
  return sizes.slice(1).map((rows, i) => rows * sizes[i])
}

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

/**
 * The chain of a constant limit: one bin for each hidden layer, input coordinates and classes exact, energies in V.
 *
 * @param sizes `[d, …, C]`
 *
 * @example
 * import { constantLimitChain, randomLimit } from 'limn/graphon'
 *
 * const sizes = [784, 100, 10]
 * const { W } = constantLimitChain(sizes, randomLimit({ sizes, density: 0.2, scope: 'layer' }))
 * console.log(W.map(({ rows, cols, data }) => `${rows} × ${cols}: ${data[0]}`)) // [ '1 × 784: 0.2', '10 × 1: 0.2' ]
 */
export function constantLimitChain(sizes: readonly number[], { densities, energies }: ConstantLimit): GraphonChain {
  const last = densities.length - 1
  const constant = (values: readonly number[]) =>
    values.map((value, i) => filled(i < last ? 1 : sizes[last + 1], i > 0 ? 1 : sizes[0], value))
  return createChain({
    W: constant(densities),
    V: constant(energies),
    measures: Array.from({ length: last }, () => Float64Array.of(1)),
  })
}
