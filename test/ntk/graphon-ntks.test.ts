import { describe, expect, it } from 'vitest'
import type { GraphonChain } from '../../src/graphon/chain/chain.js'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { filled, matrix, type Matrix } from '../../src/linalg/matrix.js'
import { parseActivation } from '../../src/network/activation.js'
import { denseChain } from '../../src/ntk/dense-ntk.js'
import {
  graphonNtk,
  graphonNtks,
  graphonNtksPanels,
  limitKernels,
  limitKernelsOfChains,
  type GraphonNtkOptions,
} from '../../src/ntk/graphon-ntk.js'
import { classKernel } from '../../src/ntk/kernel.js'
import { placePanel } from '../../src/ntk/kernel-panel.js'
import { randomStream } from '../../src/random/random.js'
import { normalSamples, randomChain, randomMatrix, relativeError } from './chains.js'
import { referencePair } from './reference.js'

/** Samples that are mostly one value, as images are: their background is taken out. */
function imageLike(n: number, d: number, seed: number): Matrix {
  const random = randomStream(seed, 'images')
  return randomMatrix(n, d, () => (random.uniform() < 0.3 ? random.normal() : -0.4))
}

const redrawn = ({ W, measures }: GraphonChain): GraphonChain => ({ W, measures })

const withFirst = (chain: GraphonChain, first: Matrix): GraphonChain => ({
  ...redrawn(chain),
  W: [first, ...chain.W.slice(1)],
})

/** Entries that are products of a few vectors. */
function lowRank(rows: number, cols: number, rank: number, seed: number): Matrix {
  const random = randomStream(seed, 'rank')
  const [left, right] = [rows, cols].map((count) => randomMatrix(count, rank, () => random.uniform()))
  const data = Float64Array.from({ length: rows * cols }, (_, k) => {
    const [u, v] = [Math.floor(k / cols), k % cols]
    let sum = 0
    for (let r = 0; r < rank; r++) sum += (left.data[u * rank + r] * right.data[v * rank + r]) / rank
    return sum
  })
  return matrix(rows, cols, data)
}

const d = 37
const kept = randomChain({ d, bins: [9, 7], classes: 3, seed: 1, energies: true })
const other = randomChain({ d, bins: [70, 5, 4], classes: 2, seed: 2, energies: true })
const dead = withFirst(randomChain({ d, bins: [6], classes: 1, seed: 3 }), filled(6, d, 0))
const blind = matrix(5, d)
for (let u = 1; u < 5; u++) for (let j = 0; j < d - 9; j++) blind.data[u * d + j] = ((u * j) % 7) / 7

/** Chains of every kind: with energies and without, wide, of full and low rank, dense, dead in parts or altogether. */
const chains: readonly GraphonChain[] = [
  kept,
  redrawn(kept),
  other,
  dead,
  denseChain([d, 8, 8, 4]),
  withFirst(randomChain({ d, bins: [12, 3], classes: 2, seed: 4 }), lowRank(12, d, 2, 4)),
  withFirst(randomChain({ d, bins: [12, 3], classes: 2, seed: 5 }), lowRank(12, d, 2, 4)),
  withFirst(randomChain({ d, bins: [5], classes: 3, seed: 6 }), blind),
  { W: [kept.W[0]], measures: [] },
  redrawn(other),
]

function expectAlone(x: Matrix, options: GraphonNtkOptions): void {
  const together = graphonNtks(chains, x, options)
  chains.forEach((chain, p) => {
    const alone = graphonNtk(chain, x, options)
    expect(together[p].ntk).toEqual(alone.ntk)
    expect(together[p].nngp).toEqual(alone.nngp)
  })
}

describe.each(supportedKernelBuilds())('kernels of several chains on the same samples, %s build', (build) => {
  const kernels = loadKernels(build)

  it.each([1, 2, 5, 38])('are those of each chain alone to the last bit: %d samples', (n) => {
    expectAlone(normalSamples(n, d, n), { kernels })
    expectAlone(imageLike(n, d, n), { kernels, sigmaB2: 0.1 })
  })

  it.each([
    { convention: 'variance' },
    { rescale: 'fan-in' },
    { weights: 'redrawn' },
    { rankTolerance: 0 },
    { activation: parseActivation('erf') },
    { activation: parseActivation('leaky-relu') },
  ] satisfies GraphonNtkOptions[])('with every option: %o', (options) => {
    expectAlone(imageLike(11, d, 3), { ...options, kernels })
  })

  it('with samples whose coordinates are constant, and one that is dead', () => {
    const x = imageLike(21, d, 4)
    for (let i = 0; i < x.rows; i++) for (const j of [0, 3, d - 1]) x.data[i * d + j] = j - 7
    x.data.fill(0, 5 * d, 6 * d)
    expectAlone(x, { kernels })
  })

  it('with samples of which only some chains can take the background out', () => {
    // The last sample is far smaller than the background in the coordinates that one of the chains sees.
    const x = imageLike(40, d, 5)
    for (let j = 0; j < d - 9; j++) x.data[39 * d + j] *= 1e-6
    expectAlone(x, { kernels })
  })
})

describe('kernels of several chains', () => {
  const x = imageLike(26, d, 7)

  it('are those of the recursion as its definition reads', () => {
    const activation = parseActivation('relu')
    const pair = [kept, redrawn(kept)]
    const found = graphonNtks(pair, x, { sigmaB2: 0.2 })
    pair.forEach((chain, p) => {
      const expected = referencePair(chain, x, 3, 17, {
        activation,
        sigmaW2: [1, 2, 1],
        sigmaB2: 0.2,
        convention: 'masked',
      })
      expected.forEach(([k, theta], c) => {
        const at = (c * x.rows + 3) * x.rows + 17
        expect(Math.abs(found[p].nngp.data[at] / k - 1)).toBeLessThan(1e-11)
        expect(Math.abs(found[p].ntk.data[at] / theta - 1)).toBeLessThan(1e-11)
      })
    })
    expect(relativeError(found[0].ntk.data, found[1].ntk.data)).toBeGreaterThan(0.01)
  })

  it('follow their chains when these change places', () => {
    const order = chains.map((_, p) => (3 * p + 2) % chains.length)
    const straight = graphonNtks(chains, x)
    const permuted = graphonNtks(
      order.map((p) => chains[p]),
      x,
    )
    order.forEach((p, k) => expect(permuted[k]).toEqual(straight[p]))
  })

  it('are results of their own where chains are equal', () => {
    const [first, copy] = graphonNtks([kept, { ...kept, W: kept.W.map((m) => ({ ...m, data: m.data.slice() })) }], x)
    expect(copy).toEqual(first)
    first.ntk.data.fill(0)
    expect(copy.ntk.data).not.toEqual(first.ntk.data)
  })

  it('are as many as threads can be told of in several runs', () => {
    const deep = Array.from({ length: 9 }, (_, seed) => {
      return randomChain({ d, bins: [3, 2, 3, 2, 3, 2, 3, 2], classes: 2, seed, energies: seed % 2 === 0 })
    })
    graphonNtks(deep, x).forEach(({ ntk }, p) => expect(ntk).toEqual(graphonNtk(deep[p], x).ntk))
  })

  it('are one when there is one chain, and refused when there is none', () => {
    expect(graphonNtks([kept], x)).toEqual([graphonNtk(kept, x)])
    expect(() => graphonNtks([], x)).toThrow('graphonNtks: expected at least one chain, got none')
    const narrow = randomChain({ d: d - 1, bins: [2], classes: 1, seed: 1 })
    expect(() => graphonNtks([kept, narrow], x)).toThrow(`expected samples of ${d - 1} coordinates, got ${d}`)
    expect(() => graphonNtks([kept, other], x, { sigmaW2: [1, 2, 1] })).toThrow('4 values of sigmaW2')
  })

  it('are computed only as far as is asked for, to the same bits', () => {
    const all = graphonNtks(chains, x)
    for (const name of ['ntk', 'nngp'] as const) {
      limitKernelsOfChains(chains, x, {}, [name]).forEach((found, p) => expect(found).toEqual({ [name]: all[p][name] }))
      expect(limitKernels(kept, x, {}, [name])).toEqual({ [name]: all[0][name] })
    }
  })
})

describe('panels of several chains', () => {
  const x = imageLike(23, d, 8)
  const pair = [kept, redrawn(kept), other]
  const row = 16 * (3 + 3 + 2) * (2 * x.rows - 1)

  it('make up the kernels of each, with memory for all of them together', () => {
    const expected = graphonNtks(pair, x)
    const found = expected.map(({ ntk }) => new Float64Array(ntk.data.length).fill(NaN))
    let runs = 0
    graphonNtksPanels(pair, x, { memory: 2 * row }, (panels) => {
      runs++
      expect(new Set(panels.map(({ first, last }) => `${first} ${last}`)).size).toBe(1)
      panels.forEach((panel, p) => {
        const out = (c: number) => found[p].subarray(c * x.rows ** 2, (c + 1) * x.rows ** 2)
        for (let c = 0; c < panel.classes; c++) {
          placePanel(panel, panel.entries.ntk!, c, (at, values) => out(c).set(values, at))
        }
      })
    })
    expect(runs).toBeGreaterThan(2)
    expected.forEach(({ ntk }, p) => expect(found[p]).toEqual(ntk.data))
    expect(() => graphonNtksPanels(pair, x, { memory: row - 1 }, () => undefined)).toThrow(
      `expected memory of at least ${row} bytes`,
    )
  })

  it('give the mean over the classes of each, and progress that grows to one', () => {
    const shares: number[] = []
    const means: number[] = []
    const options = {
      classes: 'mean',
      memory: row,
      onProgress: (share: number): void => void shares.push(share),
    } as const
    graphonNtksPanels([...pair, denseChain([d, 8, 5])], x, options, (panels) => {
      expect(panels.map(({ classes }) => classes)).toEqual([1, 1, 1, 1])
      if (panels[0].first === 0) panels.forEach(({ entries }) => means.push(entries.ntk!.right[0][1]))
    })
    graphonNtks(pair, x).forEach(({ ntk }, p) => {
      const all = Array.from({ length: ntk.classes }, (_, c) => classKernel(ntk, c)[1])
      const mean = all.reduce((sum, value) => sum + value, 0) / all.length
      expect(Math.abs(means[p] / mean - 1)).toBeLessThan(1e-13)
    })
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(shares.at(-1)).toBe(1)
  })
})
