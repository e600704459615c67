import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import { effectiveWeights } from '../../src/network/forward.js'
import { createNetwork } from '../../src/network/initialize.js'
import { createMask, type Mask } from '../../src/network/mask.js'
import { biasScale, type Network } from '../../src/network/network.js'
import { keepCount } from '../../src/prune/budget.js'
import { applyMasks, prune } from '../../src/prune/prune.js'
import { selectLargest } from '../../src/prune/select.js'
import { synflowScores } from '../../src/prune/synflow.js'
import { entries, network, rescaled, standardTwin } from './networks.js'

/** The definition in plain loops over dense matrices, sums in index order, without any rescaling. */
function plainScores(net: Network): Matrix[] {
  const weights = effectiveWeights(net).map(({ rows, cols, data }) => matrix(rows, cols, data.map(Math.abs)))
  const flows = [new Float64Array(net.spec.sizes[0]).fill(1)]
  for (const [l, { rows, cols, data }] of weights.entries()) {
    const next = new Float64Array(rows)
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) next[i] += data[i * cols + j] * flows[l][j]
      next[i] += Math.abs(biasScale(net.spec) * (net.layers[l].bias?.[i] ?? 0))
    }
    flows.push(next)
  }
  const scores = new Array<Matrix>(weights.length)
  let delta = new Float64Array(net.spec.sizes.at(-1)!).fill(1)
  for (let l = weights.length - 1; l >= 0; l--) {
    const { rows, cols, data } = weights[l]
    const back = new Float64Array(cols)
    const score = matrix(rows, cols)
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) {
        const at = i * cols + j
        score.data[at] = data[at] * (delta[i] * flows[l][j])
        back[j] += data[at] * delta[i]
      }
    }
    scores[l] = score
    delta = back
  }
  return scores
}

function plainSynflow(net: Network, density: number, scope: 'global' | 'layer', rounds = 100): readonly Mask[] {
  let masks: readonly Mask[] = net.layers.map(({ mask }) => mask)
  for (let t = 1; t <= rounds; t++) {
    const scores = plainScores(applyMasks(net, masks))
    const count = (some: readonly Mask[]) =>
      Math.min(
        some.reduce((sum, { kept }) => sum + kept, 0),
        keepCount(
          some.reduce((sum, { data }) => sum + data.length, 0),
          density ** (t / rounds),
        ),
      )
    masks =
      scope === 'global'
        ? selectLargest(scores, count(masks), masks).masks
        : masks.flatMap((mask, i) => selectLargest([scores[i]], count([mask]), [mask]).masks)
  }
  return masks
}

function halfPruned(net: Network, seed: number): Network {
  return applyMasks(net, prune(net, { method: 'random', density: 0.7, scope: 'layer', seed }).masks)
}

function total({ data }: Matrix): number {
  return data.reduce((sum, value) => sum + value, 0)
}

const bytes = (masks: readonly Mask[]) => masks.map(entries)
const synflow = (net: Network, density: number, scope: 'global' | 'layer' = 'global') =>
  prune(net, { method: 'synflow', density, scope, seed: 0 })

describe('SynFlow', () => {
  it.each(supportedKernelBuilds())(
    'gives the scores of the plain recursion bit for bit, times one power of two (%s build)',
    (build) => {
      const kernels = loadKernels(build)
      for (const net of [
        network([7, 30, 20, 4], 1),
        network([7, 30, 20, 4], 2, { sigmaB2: 0.3 }),
        halfPruned(network([40, 33, 21, 5], 3), 4),
        rescaled(network([9, 12, 12, 3], 4), [1e-30, 7e25, 3]),
      ]) {
        const { scores, exponent } = synflowScores(net, kernels)
        const scaled = scores.map(({ data }) => Array.from(data, (value) => value * 2 ** exponent))
        expect(scaled).toEqual(plainScores(net).map(({ data }) => Array.from(data)))
      }
    },
  )

  it('gives the masks of the plain algorithm, at any density, from dense or pruned networks, with or without biases', () => {
    const size = fc.integer({ min: 1, max: 24 })
    fc.assert(
      fc.property(
        fc.array(size, { minLength: 2, maxLength: 5 }),
        fc.double({ min: 0.02, max: 1, noNaN: true }),
        fc.constantFrom('global' as const, 'layer' as const),
        fc.constantFrom(0, 0.1),
        fc.boolean(),
        fc.integer(),
        (sizes, share, scope, sigmaB2, pruned, seed) => {
          const dense = network(sizes, seed, { sigmaB2 })
          const net = pruned ? halfPruned(dense, seed) : dense
          const density = pruned ? share / 2 : share
          const total = dense.layers.reduce((sum, { weight }) => sum + weight.length, 0)
          fc.pre(keepCount(total, density) > 0 && (!pruned || total > 20))
          fc.pre(
            net.layers.some(({ mask }) => scope === 'global' || keepCount(mask.data.length, density) > 0) &&
              net.layers.every(({ mask }) => keepCount(mask.data.length, density) <= mask.kept),
          )
          expect(bytes(synflow(net, density, scope).masks)).toEqual(bytes(plainSynflow(net, density, scope)))
        },
      ),
      { seed: 21, numRuns: 30 },
    )
  })

  it('conserves flow: the scores of every matrix sum to R, and those into a hidden unit to those out of it', () => {
    const net = halfPruned(network([20, 40, 30, 25, 6], 5), 6)
    const { scores } = synflowScores(net)
    const flow = total(scores[0])
    for (const score of scores) expect(total(score) / flow).toBeCloseTo(1, 13)
    for (let l = 0; l + 1 < scores.length; l++) {
      const [into, out] = [scores[l], scores[l + 1]]
      for (let unit = 0; unit < into.rows; unit++) {
        const sumIn = total(matrix(1, into.cols, into.data.slice(unit * into.cols, (unit + 1) * into.cols)))
        let sumOut = 0
        for (let i = 0; i < out.rows; i++) sumOut += out.data[i * out.cols + unit]
        expect(Math.abs(sumIn - sumOut)).toBeLessThan(1e-14 * flow)
      }
    }
  })

  it('does not see the scale of a layer', () => {
    const net = network([12, 30, 30, 5], 7)
    const { masks } = synflow(net, 0.1)
    for (const factors of [
      [2 ** -400, 2 ** 700, 2 ** 10],
      [3, 0.1, 1e100],
    ]) {
      expect(bytes(synflow(rescaled(net, factors), 0.1).masks)).toEqual(bytes(masks))
    }
    expect(bytes(synflow(standardTwin(net), 0.1).masks)).toEqual(bytes(masks))
  })

  it.each([1e-30, 1e30])('neither overflows nor underflows through 60 layers of weights near %s', (size) => {
    const sizes = [8, ...new Array<number>(59).fill(9), 4]
    const net = network(sizes, 8)
    const huge = rescaled(
      net,
      net.layers.map(() => size * 3),
    )
    const { scores } = synflowScores(huge)
    for (const score of scores) expect(total(score) / total(scores[0])).toBeCloseTo(1, 12)
    const { masks, warnings } = synflow(huge, 0.3)
    expect(bytes(masks)).toEqual(bytes(plainSynflow(net, 0.3, 'global')))
    expect(warnings).toEqual([])
  })

  it('keeps biases in proportion when the flow has grown or shrunk beyond them', () => {
    const sizes = [6, ...new Array<number>(8).fill(7), 3]
    const net = network(sizes, 9, { sigmaB2: 0.2 })
    for (const size of [2 ** -140, 2 ** 140]) {
      // Beyond the range of f64 the plain recursion cannot follow; z = s W a + s^l b is the same network times s^l.
      const scaled = createNetwork(
        net.spec,
        net.layers.map(({ weight, mask, bias }, l) => ({
          weight: weight.map((w) => w * size),
          mask,
          bias: bias!.map((b) => b * (l < 7 ? size ** (l + 1) : 0)),
        })),
      )
      const twin = createNetwork(
        net.spec,
        net.layers.map(({ weight, mask, bias }, l) => ({ weight, mask, bias: bias!.map((b) => (l < 7 ? b : 0)) })),
      )
      expect(bytes(synflow(scaled, 0.4).masks)).toEqual(bytes(synflow(twin, 0.4).masks))
    }
  })

  it('takes column indices beyond 16 bits', () => {
    const net = network([70_000, 2, 3], 10)
    const { masks } = prune(net, { method: 'synflow', density: 0.01, scope: 'global', seed: 0, rounds: 3 })
    expect(bytes(masks)).toEqual(bytes(plainSynflow(net, 0.01, 'global', 3)))
    expect(masks[0].data.lastIndexOf(1) % 70_000).toBeGreaterThan(0xffff)
  })

  it('keeps the lowest indices of a network of equal weights, whose scores tie within each matrix', () => {
    const net = createNetwork(
      network([4, 4, 4], 0).spec,
      network([4, 4, 4], 0).layers.map(({ mask }) => ({ weight: new Float64Array(16).fill(1), mask })),
    )
    const { masks } = prune(net, { method: 'synflow', density: 0.5, scope: 'layer', seed: 0, rounds: 1 })
    expect(bytes(masks)).toEqual(new Array(2).fill([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]))
  })

  it('keeps the lowest indices once nothing flows any more, and says so', () => {
    const net = network([3, 3, 3], 11)
    const cutOff = applyMasks(net, [net.layers[0].mask, createMask(3, 3, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0))])
    const { masks, warnings } = synflow(cutOff, 4 / 18)
    expect(bytes(masks)).toEqual([
      [1, 1, 1, 1, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0, 0],
    ])
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toMatch(/of 9 weights that score 0, the first 4 are kept/)
    expect(warnings[1]).toMatch(/layers\.1 .*no weights left.*no longer depends on the input/)
  })

  it('reports its progress up to 1', () => {
    const shares: number[] = []
    const onProgress = (share: number) => void shares.push(share)
    prune(network([4, 4, 2], 0), { method: 'synflow', density: 0.5, scope: 'global', seed: 0, onProgress })
    expect(shares).toHaveLength(100)
    expect(shares.at(-1)).toBe(1)
  })
})
