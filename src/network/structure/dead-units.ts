import type { Measured, StructureMetric } from './metric.js'

/** What `deadUnits` measures of each matrix. */
export type DeadUnitsAbove = {
  /** Units above the matrix. */
  readonly units: number
  /** Of these, how many have no survivor in. */
  readonly withoutIn: number
  /** How many have no survivor out; outputs need none. */
  readonly withoutOut: number
  /** How many lack one or the other. */
  readonly dead: number
}

/** What `deadUnits` measures of the network. */
export type DeadUnitsNetwork = {
  /** Inputs without a survivor out. */
  readonly unusedInputs: number
  /** Hidden units without a survivor in or out. */
  readonly hidden: number
  /** Outputs without a survivor in. */
  readonly outputs: number
}

const count = (length: number, isCounted: (unit: number) => boolean): number => {
  let found = 0
  for (let unit = 0; unit < length; unit++) if (isCounted(unit)) found++
  return found
}

/** Units that carry nothing, by the survivors that they have themselves: fan-in 0 or fan-out 0. */
export const deadUnits: StructureMetric<Measured<DeadUnitsNetwork, DeadUnitsAbove>> = {
  name: 'deadUnits',
  label: 'dead units',
  description: 'units above each matrix without a survivor in, without one out, and without either',
  measure({ masks, inDegrees, outDegrees }) {
    const matrices = masks.map(({ rows }, l): DeadUnitsAbove => {
      const out = outDegrees.at(l + 1)
      const noIn = (unit: number) => inDegrees[l][unit] === 0
      const noOut = (unit: number) => out?.[unit] === 0
      return {
        units: rows,
        withoutIn: count(rows, noIn),
        withoutOut: count(rows, noOut),
        dead: count(rows, (unit) => noIn(unit) || noOut(unit)),
      }
    })
    const hidden = matrices.slice(0, -1).reduce((sum, { dead }) => sum + dead, 0)
    const unusedInputs = count(masks[0].cols, (unit) => outDegrees[0][unit] === 0)
    return { network: { unusedInputs, hidden, outputs: matrices.at(-1)!.dead }, matrices }
  },
  reason: () => undefined,
}
