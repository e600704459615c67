import { describe, expect, it } from 'vitest'
import type { GraphonChain } from '../../src/graphon/chain/chain.js'
import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import { graphonNtk } from '../../src/ntk/graphon-ntk.js'
import { dualOf } from '../../src/ntk/duals/duals.js'
import { limitNetwork } from '../../src/ntk/limit-network.js'
import { recursionPlan, type RecursionPlan } from '../../src/ntk/recursion-plan.js'
import { normalSamples, randomChain, relativeError } from './chains.js'

const planOf = (chain: GraphonChain): RecursionPlan =>
  recursionPlan(chain, {
    convention: 'masked',
    rescale: 'none',
    weights: 'kept',
    network: limitNetwork('test', chain, {}),
    dual: dualOf({ name: 'relu' }),
  })

/** Every hidden position in `copies` positions, shuffled, which share its measure unevenly. */
function refined(chain: GraphonChain, copies: number): GraphonChain {
  const of = (k: number, bins: number): number => (k * 7 + 3) % bins
  const bins = chain.measures.map((measure) => measure.length)
  const wide = (m: Matrix, l: number): Matrix => {
    const rows = l < bins.length ? bins[l] * copies : m.rows
    const cols = l > 0 ? bins[l - 1] * copies : m.cols
    const data = Float64Array.from({ length: rows * cols }, (_, k) => {
      const [u, v] = [Math.floor(k / cols), k % cols]
      return m.data[(l < bins.length ? of(u, bins[l]) : u) * m.cols + (l > 0 ? of(v, bins[l - 1]) : v)]
    })
    return matrix(rows, cols, data)
  }
  const measures = chain.measures.map((measure) => {
    const n = measure.length
    const share = Array.from({ length: n * copies }, (_, k) => 1 + (k % 3))
    const total = Array.from({ length: n }, (_, u) => share.reduce((sum, s, k) => sum + (of(k, n) === u ? s : 0), 0))
    return Float64Array.from(share, (s, k) => (measure[of(k, n)] * s) / total[of(k, n)])
  })
  return { W: chain.W.map(wide), ...(chain.V && { V: chain.V.map(wide) }), measures }
}

describe('positions that nothing tells apart', () => {
  const x = normalSamples(9, 6, 1)

  it.each([false, true])('are merged layer by layer, with energies: %s', (energies) => {
    const chain = randomChain({ d: 6, bins: [8, 5, 8], classes: 3, seed: 2, energies })
    const wide = refined(chain, 8)
    const { layers } = planOf(wide)
    expect(wide.W.map(({ rows }) => rows)).toEqual([64, 40, 64, 3])
    expect(layers.map(({ propagate }) => [propagate.rows, propagate.cols])).toEqual([
      [8, 6],
      [5, 8],
      [8, 5],
      [3, 8],
    ])
    for (const { own, propagate } of layers) expect([own.rows, own.cols]).toEqual([propagate.rows, propagate.cols])
    const [merged, narrow] = [graphonNtk(wide, x), graphonNtk(chain, x)]
    expect(relativeError(merged.ntk.data, narrow.ntk.data)).toBeLessThan(1e-13)
    expect(relativeError(merged.nngp.data, narrow.nngp.data)).toBeLessThan(1e-13)
  })

  it('stay apart when their energies differ, although their densities do not', () => {
    const chain = refined(randomChain({ d: 6, bins: [3, 4, 2], classes: 2, seed: 3, energies: true }), 2)
    const V = chain.V!.map((m, l) => (l === 1 ? { ...m, data: m.data.slice() } : m))
    V[1].data[0] *= 0.5
    const rows = (c: GraphonChain): number[] => planOf(c).layers.map(({ propagate }) => propagate.rows)
    expect(rows(chain)).toEqual([3, 4, 2, 2])
    expect(rows({ ...chain, V })).toEqual([3, 5, 2, 2])
  })

  it('cost one position in a layer whose rows agree only after its inputs are merged', () => {
    // Rows [a, b] and [b, a] of the second matrix act alike on two equal halves of the first layer.
    const W = [
      matrix(2, 6, new Float64Array(12).fill(0.5)),
      matrix(2, 2, Float64Array.of(0.25, 0.5, 0.5, 0.25)),
      matrix(1, 2, Float64Array.of(0.5, 0.75)),
    ]
    const chain = { W, measures: [Float64Array.of(0.5, 0.5), Float64Array.of(0.5, 0.5)] }
    const { layers } = planOf(chain)
    expect(layers.map(({ propagate }) => propagate.rows)).toEqual([1, 1, 1])
  })
})
