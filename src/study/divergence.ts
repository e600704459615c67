/** What training and its predictions say when the loss leaves the range of numbers. */
const divergence = /^(?:train|trainLinearized): the loss is not finite.*|^predict: expected a finite loss.*/s

/**
 * Computes something that may diverge: its result, or in one line where it ended. Any other error is a fault and passes.
 */
export function orDivergence<Result>(compute: () => Result): Result | { readonly diverged: string } {
  try {
    return compute()
  } catch (error) {
    const found = error instanceof Error ? divergence.exec(error.message) : null
    if (!found) throw error
    return { diverged: found[0].replace(/^\w+: /, '') }
  }
}
