import { NumbersError } from '../../numbers-error.js'

/**
 * Root mean square error of one bin of one unsorted random mask: √(p(1 − p) / (a·b)) for a bin of a × b independent
 * entries. With K bins of n/K units on both sides this is √(p(1 − p))·K/n, so Euclidean distances between estimates of
 * *any* graphon fall like 1/n at fixed K whether or not the masks converge. The mean of T trials has 1/√T of it.
 * Sorting by degree adds its own bias on top (see `erdosRenyiFloor`, which measures both).
 *
 * @param density p in [0, 1]
 * @param unitsPerRowBin a
 * @param unitsPerColumnBin b; default: as many as a
 * @throws RangeError when the density is not in [0, 1] or a bin has no unit
 */
export function binNoise(density: number, unitsPerRowBin: number, unitsPerColumnBin = unitsPerRowBin): number {
  if (!(density >= 0 && density <= 1)) throw new NumbersError(`binNoise: expected a density in [0, 1], got ${density}`)
  if (!(unitsPerRowBin > 0 && unitsPerColumnBin > 0)) {
    throw new NumbersError(`binNoise: expected positive units per bin, got ${unitsPerRowBin} × ${unitsPerColumnBin}`)
  }
  return Math.sqrt((density * (1 - density)) / (unitsPerRowBin * unitsPerColumnBin))
}
