import type { TensorMap } from '../../src/data/tensor.js'
import type { Contestant } from '../../bench/contestant.js'

/** A contestant in this process: stated times, a stated answer, and a record of what was asked of it. */
export function fake(
  name: string,
  times: readonly number[],
  answer: readonly number[],
  log: string[] = [],
): Contestant {
  let turn = 0
  return {
    name,
    load: () => (log.push(`${name} load`), Promise.resolve({ fake: '1' })),
    run: () => {
      log.push(`${name} run`)
      return Promise.resolve({ seconds: times[turn++ % times.length], peakBytes: 1000 + turn })
    },
    answer: () => Promise.resolve(arrays({ values: answer })),
    close: () => (log.push(`${name} close`), Promise.resolve()),
  }
}

/** A contestant whose program is not there. */
export function broken(name: string, problem: string): Contestant {
  return { ...fake(name, [1], []), load: () => Promise.reject(new Error(problem)) }
}

/** Named vectors as an answer. */
export function arrays(vectors: Readonly<Record<string, readonly number[]>>): TensorMap {
  return new Map(
    Object.entries(vectors).map(([key, values]) => [key, { shape: [values.length], data: Float64Array.from(values) }]),
  )
}
