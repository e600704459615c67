/** A weight matrix, `[out, in]`, of which only matters where it is 0: a mask, or densities of a graphon. */
export interface MaskLinks {
  readonly rows: number
  readonly cols: number
  readonly data: ArrayLike<number>
}

/**
 * Outputs that some input still reaches along what is not 0: 1 for each of them, else 0.
 *
 * @example
 * import { createMask, denseMask, reachedOutputs } from 'limn'
 *
 * console.log(reachedOutputs([denseMask(2, 2), createMask(2, 2, Uint8Array.of(1, 1, 0, 0))]))
 * // Uint8Array(2) [ 1, 0 ]
 */
export function reachedOutputs(matrices: readonly MaskLinks[]): Uint8Array {
  let reached = new Uint8Array(matrices[0].cols).fill(1)
  for (const { rows, cols, data } of matrices) {
    const next = new Uint8Array(rows)
    for (let i = 0; i < rows; i++) {
      let found = 0
      for (let j = 0; j < cols && found === 0; j++) found = data[i * cols + j] !== 0 ? reached[j] : 0
      next[i] = found
    }
    reached = next
  }
  return reached
}

const isEmpty = ({ rows, cols, data }: MaskLinks): boolean => {
  for (let k = 0; k < rows * cols; k++) if (data[k] !== 0) return false
  return true
}

/**
 * One sentence per defect of a network's masks, or of the matrices of its graphon chain: collapsed matrices, and outputs
 * that no longer depend on the input, whose path density is 0.
 *
 * @param matrices M^1 … M^{L+1} or W^1 … W^{L+1}, `[out, in]` each
 *
 * @example
 * import { createMask, denseMask, pathWarnings } from 'limn'
 *
 * console.log(pathWarnings([denseMask(2, 2), createMask(2, 2, Uint8Array.of(1, 1, 0, 0))]))
 * // [ '1 of 2 outputs no longer depend on the input: no path of surviving weights reaches them' ]
 */
export function pathWarnings(matrices: readonly MaskLinks[]): string[] {
  const collapsed = matrices.flatMap((m, i) =>
    isEmpty(m)
      ? [
          `layers.${i} (${m.rows} × ${m.cols}) has no weights left: the layer has collapsed and the network's output no longer depends on the input`,
        ]
      : [],
  )
  if (collapsed.length > 0) return collapsed
  const outputs = matrices.at(-1)!.rows
  const reached = reachedOutputs(matrices).reduce((sum, bit) => sum + bit, 0)
  if (reached === outputs) return []
  if (reached === 0) {
    return [
      "no path of surviving weights leads from the input to an output: the network's output no longer depends on the input",
    ]
  }
  return [
    `${outputs - reached} of ${outputs} outputs no longer depend on the input: no path of surviving weights reaches them`,
  ]
}
