import { DivergenceError } from '../network/divergence.js'

/**
 * Computes something that may diverge: its result, or in one line where it ended. Any other error is a fault and passes.
 */
export function orDivergence<Result>(compute: () => Result): Result | { readonly diverged: string } {
  try {
    return compute()
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error
    return { diverged: error.problem }
  }
}
