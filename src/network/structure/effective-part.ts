import type { Mask } from '../mask.js'

/** The part of a network that lies on a path of survivors from an input to an output. */
export interface EffectivePart {
  /** Per layer of units, inputs first: 1 where such a path runs through the unit. */
  readonly units: readonly Uint8Array[]
  /** Survivors of each mask that lie on such a path. */
  readonly kept: readonly number[]
}

/** 1 for every column of a mask that has a survivor in a row that is marked. */
function markedBelow({ rows, cols, data }: Mask, marked: Uint8Array): Uint8Array {
  const below = new Uint8Array(cols)
  for (let i = 0; i < rows; i++) {
    if (marked[i] === 0) continue
    for (let j = 0; j < cols; j++) below[j] |= data[i * cols + j]
  }
  return below
}

/** 1 for every row of a mask that has a survivor in a column that is marked. */
function markedAbove({ rows, cols, data }: Mask, marked: Uint8Array): Uint8Array {
  const above = new Uint8Array(rows)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols && above[i] === 0; j++) above[i] = data[i * cols + j] & marked[j]
  }
  return above
}

function survivorsBetween({ rows, cols, data }: Mask, above: Uint8Array, below: Uint8Array): number {
  let count = 0
  for (let i = 0; i < rows; i++) {
    if (above[i] === 0) continue
    for (let j = 0; j < cols; j++) count += data[i * cols + j] & below[j]
  }
  return count
}

/**
 * What an input reaches and what reaches an output: a survivor from unit j to unit i lies on a path exactly when some input
 * reaches j and i reaches some output.
 */
export function effectivePart(masks: readonly Mask[]): EffectivePart {
  const forward: Uint8Array[] = [new Uint8Array(masks[0].cols).fill(1)]
  for (const mask of masks) forward.push(markedAbove(mask, forward.at(-1)!))
  const backward: Uint8Array[] = [new Uint8Array(masks.at(-1)!.rows).fill(1)]
  for (const mask of masks.toReversed()) backward.unshift(markedBelow(mask, backward[0]))
  return {
    units: forward.map((reached, l) => reached.map((bit, unit) => bit & backward[l][unit])),
    kept: masks.map((mask, l) => survivorsBetween(mask, backward[l + 1], forward[l])),
  }
}
