import type { PanelEntries } from './kernel-panel.js'

/** Largest relative difference between classes that still counts as rounding; as in agreement.ts. */
const coincidence = 1e-12

/** Whether the classes of a kernel that comes in panels coincide, to 1e-12 of the largest entry of the first. */
export interface ClassComparison {
  /** Every panel once. */
  readonly add: (entries: PanelEntries) => void
  readonly coincide: () => boolean
}

export function compareClasses(): ClassComparison {
  let largest = 0
  let difference = 0
  return {
    add({ right: [first, ...others] }) {
      for (let k = 0; k < first.length; k++) largest = Math.max(largest, Math.abs(first[k]))
      for (const other of new Set(others)) {
        if (other === first) continue
        for (let k = 0; k < first.length; k++) difference = Math.max(difference, Math.abs(other[k] - first[k]))
      }
    },
    coincide: () => difference <= coincidence * largest,
  }
}
