import type { Expansion } from './hermite.js'

/** Shares of E φ'² that terms of Mehler's series add at |ρ| = 1 at most, for one variance. */
export interface TermSizes {
  /** By term. */
  readonly each: Float64Array
  /** All that are not there. */
  readonly left: number
}

/**
 * With the part ramp = d √q x⁺ taken out of φ' (see {@link bendOf}) a term is b_m b'_m − ramp_m ramp'_m; with e = b − ramp that is at
 * most 2 |ramp_m e_m| + e_m², and by Cauchy and Schwarz the terms that are not there together 2 √(Σ ramp² Σ e²) + Σ e²,
 * sums that Parseval gives; in the product both run over even m, as ramp_m vanishes for odd m > 1.
 *
 * @param rise d √q
 */
export function termSizes(
  { gDot, ramp, tent, mirrored, coefficients }: Expansion,
  rise: number,
  ramps: Float64Array,
): TermSizes {
  const each = new Float64Array(coefficients.length)
  if (!(gDot > 0)) return { each, left: 0 }
  let rest = gDot - 2 * rise * ramp + (rise * rise) / 2
  let evenRest = (gDot + mirrored) / 2 - rise * tent + (rise * rise) / 4
  let rampRest = (rise * rise) / 4
  coefficients.forEach((b, m) => {
    const part = rise * ramps[m]
    const other = b - part
    each[m] = (2 * Math.abs(part * other) + other * other) / gDot
    rest -= other * other
    if (m % 2 === 1) return
    evenRest -= other * other
    rampRest -= part * part
  })
  const [all, even, ramped] = [rest, evenRest, rampRest].map((value) => Math.max(0, value))
  return { each, left: (2 * Math.sqrt(even * ramped) + all) / gDot }
}
