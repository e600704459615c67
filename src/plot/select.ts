import type { Findings, Setting } from '../study/findings.js'

/** Whether two settings are the same. */
export function sameSetting(a: Setting, b: Setting): boolean {
  return a.density === b.density && a.scope === b.scope && a.hiddenLayers === b.hiddenLayers
}

/** The part of a study at one setting. */
export function atSetting(findings: Findings, setting: Setting): Findings {
  const here = <Item extends Setting>(items: readonly Item[]) => items.filter((item) => sameSetting(item, setting))
  return {
    ...findings,
    densities: [setting.density],
    settings: [setting],
    pruning: here(findings.pruning),
    structures: here(findings.structures),
    graphons: here(findings.graphons),
    convergence: here(findings.convergence),
    motifs: here(findings.motifs),
    closedForms: here(findings.closedForms),
    spectra: here(findings.spectra),
    topSpectra: here(findings.topSpectra),
    training: here(findings.training),
    untrained: here(findings.untrained),
    failed: here(findings.failed),
  }
}

/** The items of the largest width that occurs among them; none for none. */
export function atWidest<Item extends { readonly width: number }>(items: readonly Item[]): readonly Item[] {
  const widest = Math.max(...items.map((item) => item.width))
  return items.filter((item) => item.width === widest)
}

/** The methods that occur among the items, in the study's order. */
export function methodsOf(findings: Findings, items: readonly { readonly method: string }[]): readonly string[] {
  return findings.methods.filter((method) => items.some((item) => item.method === method))
}

/** The item where `value` is largest, null for none; items with a non-finite value do not count. */
export function largest<Item>(items: readonly Item[], value: (item: Item) => number): Item | null {
  let best: Item | null = null
  for (const item of items) {
    if (Number.isFinite(value(item)) && (best === null || value(item) > value(best))) best = item
  }
  return best
}

/** The item where `value` is smallest, null for none; items with a non-finite value do not count. */
export function smallest<Item>(items: readonly Item[], value: (item: Item) => number): Item | null {
  return largest(items, (item) => -value(item))
}
