import { randomStream, type RandomStream } from '../../src/random/random.js'
import { cutDifference } from '../compare.js'
import { writeInput } from '../inputs.js'
import type { Case } from './case.js'

/** Fills two square matrices of a pair. */
type Pair = (bins: number, random: RandomStream) => readonly [Float64Array, Float64Array]

const square = (bins: number, entry: (u: number, v: number) => number) =>
  Float64Array.from({ length: bins * bins }, (_, k) => entry(Math.floor(k / bins), k % bins))

/** Two matrices of independent uniform entries: no structure to be found. */
const noise: Pair = (bins, random) => [square(bins, () => random.uniform()), square(bins, () => random.uniform())]

/** A smooth graphon against another, each with noise of the size that a mask's bin means have. */
const structured: Pair = (bins, random) => {
  const tilt = random.uniform()
  const noisy = (graphon: (u: number, v: number) => number) =>
    square(bins, (u, v) => graphon((u + 0.5) / bins, (v + 0.5) / bins) + 0.1 * (random.uniform() - 0.5))
  return [noisy((u, v) => 0.2 + 0.3 * tilt * (1 - u) * (1 - v)), noisy((u, v) => 0.35 - 0.3 * tilt * u * v)]
}

/** Two graphons that are constant on a 4 × 4 grid each. */
const blocks: Pair = (bins, random) => {
  const side = 4
  const constant = () => {
    const grid = Float64Array.from({ length: side * side }, () => random.uniform())
    const at = (u: number) => Math.floor((u * side) / bins)
    return square(bins, (u, v) => grid[at(u) * side + at(v)])
  }
  return [constant(), constant()]
}

function cutnorm(kind: string, pair: Pair): Case {
  return {
    title: `cut norms of differences of two 64 × 64 step graphons, 4 pairs, ${kind}`,
    task: 'cutnorm',
    peers: [{ name: 'cutnorm', environment: 'numeric', task: 'cutnorm_package' }],
    parameters: { bins: 64, pairs: 4 },
    quick: { bins: 32, pairs: 2 },
    prepare(folder, { bins, pairs }) {
      for (let p = 0; p < pairs; p++) {
        const [a, b] = pair(bins, randomStream(1, 'bench cut norm', kind, p))
        writeInput(folder, `a${p}`, { shape: [bins, bins], data: a })
        writeInput(folder, `b${p}`, { shape: [bins, bins], data: b })
      }
    },
    compare: () => cutDifference(1e-9),
    floor: 1,
    precision: 'f64',
  }
}

export const cutnormNoise = cutnorm('pure noise', noise)
export const cutnormStructured = cutnorm('smooth with noise', structured)
export const cutnormBlocks = cutnorm('4 × 4 blocks', blocks)
