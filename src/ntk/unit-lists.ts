import type { Mask } from '../network/mask.js'

/**
 * Output units of a matrix with the inputs over which a Gram must be summed. A unit that keeps more than half of its
 * inputs is written as the full Gram minus that of its pruned inputs; so a dense matrix costs one product for all units.
 */
export interface UnitLists {
  /** Units with a list that is not empty. */
  readonly units: Int32Array
  /** `[units + 1]`: list u is `inputs[starts[u]] … inputs[starts[u + 1] − 1]`. */
  readonly starts: Int32Array
  /** Every list has even length; where it must be filled up, with `cols`, an input that does not exist and counts as 0. */
  readonly inputs: Int32Array
  /** `[units]`: 1 where the list holds surviving inputs, −1 where it holds pruned ones. */
  readonly signs: Float64Array
  /** Units to which the full Gram is added. */
  readonly full: Int32Array
}

export function unitLists({ rows, cols, data }: Mask): UnitLists {
  const units: number[] = []
  const starts = [0]
  const signs: number[] = []
  const full: number[] = []
  const inputs = new Int32Array(rows * (Math.floor(cols / 2) + 1))
  let end = 0
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * cols, (i + 1) * cols)
    const kept = row.reduce((sum, value) => sum + value, 0)
    const listed = 2 * kept > cols ? 0 : 1
    if (listed === 0) full.push(i)
    const begin = end
    for (let j = 0; j < cols; j++) if (row[j] === listed) inputs[end++] = j
    if (end === begin) continue
    if ((end - begin) % 2 === 1) inputs[end++] = cols
    units.push(i)
    starts.push(end)
    signs.push(listed === 1 ? 1 : -1)
  }
  return {
    units: Int32Array.from(units),
    starts: Int32Array.from(starts),
    inputs: inputs.subarray(0, end),
    signs: Float64Array.from(signs),
    full: Int32Array.from(full),
  }
}
