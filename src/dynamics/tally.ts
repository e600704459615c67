/** Which output is the largest so far at every step, as outputs come one by one in ascending order. */
export interface Tally {
  /** Output c of all samples at a step. */
  readonly add: (step: number, c: number, f: Float64Array) => void
  /** Share of samples whose largest output is the right one, at every step. */
  readonly accuracy: (right: ArrayLike<number>) => Float64Array
}

/** Bytes of a {@link tally}. */
export const tallyMemory = (n: number, steps: number): number => 12 * n * (steps + 1)

export function tally(n: number, steps: number): Tally {
  const best = new Float64Array(n * (steps + 1)).fill(-Infinity)
  const chosen = new Int32Array(n * (steps + 1))
  return {
    add(step, c, f) {
      const at = step * n
      for (let i = 0; i < n; i++) {
        if (f[i] > best[at + i]) {
          best[at + i] = f[i]
          chosen[at + i] = c
        }
      }
    },
    accuracy: (right) =>
      Float64Array.from({ length: steps + 1 }, (_, step) => {
        let hits = 0
        for (let i = 0; i < n; i++) if (chosen[step * n + i] === right[i]) hits++
        return hits / n
      }),
  }
}
