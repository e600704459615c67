/** Mean degrees of the units that have a survivor, on both sides. */
export interface MeanDegrees {
  readonly above: number
  readonly below: number
}

const positive = (degrees: Int32Array): number => degrees.reduce((count, degree) => count + (degree > 0 ? 1 : 0), 0)

/** Units without a survivor are no part of the graph. NaN for an empty mask. */
export function meanDegrees(kept: number, inDegrees: Int32Array, outDegrees: Int32Array): MeanDegrees {
  return { above: kept / positive(inDegrees), below: kept / positive(outDegrees) }
}

/** √(d_l − 1) + √(d_r − 1). */
export const ramanujanBound = ({ above, below }: MeanDegrees): number => Math.sqrt(above - 1) + Math.sqrt(below - 1)
