import { columnDegrees, density, rowDegrees, type Mask } from '../network/mask.js'

/** One pruned weight matrix. */
export interface LayerSummary {
  /** [out, in] */
  readonly shape: readonly [number, number]
  readonly kept: number
  readonly density: number
  /**
   * Units on the matrix's output side that carry nothing: a hidden unit whose in-degree or out-degree is 0, an output
   * unit whose in-degree is 0.
   */
  readonly deadUnits: number
}

/** Shape, density and dead units of every mask, first matrix first. */
export function summarizeLayers(masks: readonly Mask[]): LayerSummary[] {
  return masks.map((mask, i) => {
    const fanIn = rowDegrees(mask)
    const next = masks.at(i + 1)
    const fanOut = next && columnDegrees(next)
    const deadUnits = fanIn.reduce((dead, degree, unit) => dead + (degree === 0 || fanOut?.[unit] === 0 ? 1 : 0), 0)
    return { shape: [mask.rows, mask.cols], kept: mask.kept, density: density(mask), deadUnits }
  })
}

/** Outputs that some input still reaches along surviving weights. */
function reachedOutputs(masks: readonly Mask[]): number {
  let reached = new Uint8Array(masks[0].cols).fill(1)
  for (const { rows, cols, data } of masks) {
    const next = new Uint8Array(rows)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < cols && next[i] === 0; j++) next[i] = data[i * cols + j] & reached[j]
    reached = next
  }
  return reached.reduce((sum, bit) => sum + bit, 0)
}

/** One sentence per defect: collapsed matrices, and outputs that no longer depend on the input. */
export function maskWarnings(masks: readonly Mask[]): string[] {
  const warnings = masks.flatMap(({ kept, rows, cols }, i) =>
    kept > 0
      ? []
      : [
          `layers.${i} (${rows} × ${cols}) has no weights left: the layer has collapsed and the network's output no longer depends on the input`,
        ],
  )
  if (warnings.length > 0) return warnings
  const outputs = masks.at(-1)!.rows
  const reached = reachedOutputs(masks)
  if (reached === 0) {
    warnings.push(
      "no path of surviving weights leads from the input to an output: the network's output no longer depends on the input",
    )
  } else if (reached < outputs) {
    warnings.push(
      `${outputs - reached} of ${outputs} outputs no longer depend on the input: no path of surviving weights reaches them`,
    )
  }
  return warnings
}
