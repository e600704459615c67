import { afterAll, describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds, withScratch, type Kernels } from '../../src/linalg/kernels.js'
import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import { effectiveWeights } from '../../src/network/forward.js'
import { lossAndGradient, type Batch } from '../../src/network/gradient.js'
import { gradientAndHessianGradient } from '../../src/network/hessian.js'
import { createNetwork } from '../../src/network/initialize.js'
import type { Mask } from '../../src/network/mask.js'
import type { Network } from '../../src/network/network.js'
import { startTeam } from '../../src/node/team/team.js'
import { criteria, criterionNames, type CriterionName } from '../../src/prune/criteria.js'
import type { Criterion } from '../../src/prune/criterion.js'
import { applyMasks, prune } from '../../src/prune/prune.js'
import { selectLargest } from '../../src/prune/select.js'
import { randomStream } from '../../src/random/random.js'
import { batchFor, network, rescaled } from './networks.js'

const script = new URL('../../dist/node/team/team-worker.js', import.meta.url)
const teams = [1, 2, 3].map((threads) => startTeam({ threads, script }))
afterAll(() => Promise.all(teams.map((team) => team.close())))

/** Wider and longer than what a thread takes at a time, and no multiple of it. */
const net = network([41, 607, 311, 7], 1)
const batch = batchFor(net, 21, 2)
const pruned = applyMasks(net, prune(net, { method: 'random', density: 0.7, scope: 'layer', seed: 3 }).masks)
const total = net.layers.reduce((sum, { weight }) => sum + weight.length, 0)

function withWeights(change: (w: number, k: number) => number): Network {
  const layers = net.layers.map((layer) => ({ ...layer, weight: layer.weight.map(change) }))
  return createNetwork(net.spec, layers)
}

/** Every team's masks, which have to be the first team's, as one list of kept entries. */
function sameOnAll(run: (kernels: Kernels) => readonly Mask[]): number[] {
  const all = teams.map((kernels) => run(kernels).map(({ data }) => Buffer.from(data)))
  for (const masks of all) expect(masks.map((data, i) => data.equals(all[0][i]))).toEqual(masks.map(() => true))
  return all[0].flatMap((data) => [...data])
}

describe.each(criterionNames)('%s on 1, 2 and 3 threads', (method) => {
  const run = (some: Network, rest: { readonly density?: number; readonly scope?: 'layer' } = {}) =>
    sameOnAll(
      (kernels) =>
        prune(some, { method, density: 0.1, scope: 'global', seed: 4, batch, batchSize: 8, ...rest, kernels }).masks,
    )

  it('gives the same masks, from a dense and from a pruned network, in both scopes', () => {
    for (const some of [net, pruned]) {
      expect(run(some).reduce((sum, bit) => sum + bit, 0)).toBe(Math.floor(0.1 * total + 0.5))
      run(some, { scope: 'layer' })
    }
  })

  it('gives the same masks for weights of 1e-160 and of 1e160', () => {
    if (method === 'random') return
    // GraSP's scores have more than one weight as a factor; larger ones overflow.
    const sizes = method === 'synflow' || method === 'magnitude' ? [1e-160, 1e160] : [1e-100, 1e25]
    for (const size of sizes) run(rescaled(net, [size, size, size]))
  })
})

it.each<CriterionName>(['magnitude', 'snip', 'grasp', 'synflow'])(
  'keeps the lowest indices when all scores of %s are 0, as far as they go',
  (method) => {
    const keep = Math.floor(0.4 * total + 0.5)
    const kept = sameOnAll(
      (kernels) =>
        prune(
          withWeights(() => 0),
          { method, density: 0.4, scope: 'global', seed: 0, batch, kernels },
        ).masks,
    )
    expect(kept.lastIndexOf(1)).toBe(keep - 1)
    expect(kept.indexOf(0)).toBe(keep)
  },
)

it('keeps the lowest indices among equal magnitudes, whichever thread meets them', () => {
  const coarse = withWeights((_, k) => (k % 5) - 2)
  const magnitudes = coarse.layers.flatMap(({ weight }) => Array.from(weight, Math.abs))
  const [ones, twos] = [1, 2].map((size) => magnitudes.filter((value) => value === size).length)
  const kept = sameOnAll((kernels) => {
    const { masks, tie } = selectLargest(
      coarse.layers.map(({ weight, mask }) => matrix(mask.rows, mask.cols, weight.map(Math.abs))),
      Math.floor(0.5 * total),
      undefined,
      kernels,
    )
    expect(tie).toEqual({ score: 1, equal: ones, kept: Math.floor(0.5 * total) - twos })
    return masks
  })
  const firstOnes = magnitudes.flatMap((size, i) => (size === 1 && kept[i] === 1 ? [i] : []))
  expect(magnitudes.every((size, i) => (size === 2 ? kept[i] === 1 : size === 1 || kept[i] === 0))).toBe(true)
  expect(firstOnes).toEqual(magnitudes.flatMap((size, i) => (size === 1 ? [i] : [])).slice(0, firstOnes.length))
  expect(kept.reduce((sum, bit) => sum + bit, 0)).toBe(Math.floor(0.5 * total))
})

it('equals a stable sort of 300,000 scores from subnormal to huge, within the candidates', () => {
  const random = randomStream(5, 'scores')
  const special = [0, -0, 5e-324, -5e-324, 2.2e-308, 1e308, -1e308, 1]
  const values = Float64Array.from({ length: 300_000 }, () =>
    random.uniform() < 0.5 ? special[random.below(special.length)] : random.normal() * 10 ** (random.below(600) - 300),
  )
  const open = Uint8Array.from(values, () => random.below(2))
  const order = Array.from(values.keys()).filter((i) => open[i] === 1)
  order.sort((i, j) => values[j] - values[i])
  const candidates = [{ rows: 3, cols: 100_000, data: open, kept: order.length }]
  for (const count of [1, 1000, 40_000, 75_000, order.length - 5, order.length]) {
    const expected = new Uint8Array(values.length)
    for (const i of order.slice(0, count)) expected[i] = 1
    const kept = sameOnAll((kernels) => {
      const { masks } = selectLargest([matrix(3, 100_000, values)], count, candidates, kernels)
      expect(masks[0].kept).toBe(count)
      return masks
    })
    expect(Buffer.from(kept).equals(Buffer.from(expected))).toBe(true)
  }
})

/** Cross-entropy gradient of a bias-free ReLU network, sample by sample in plain loops. */
function plainGradient(some: Network, { x, targets }: Batch): Float64Array[] {
  const weights = effectiveWeights(some)
  const result = weights.map(({ data }) => new Float64Array(data.length))
  for (let s = 0; s < x.rows; s++) {
    const inputs = [x.data.slice(s * x.cols, (s + 1) * x.cols)]
    for (const { rows, cols, data } of weights) {
      const a = inputs[inputs.length - 1]
      const last = inputs.length === weights.length
      inputs.push(
        Float64Array.from({ length: rows }, (_, i) => {
          let z = 0
          for (let j = 0; j < cols; j++) z += data[i * cols + j] * a[j]
          return last ? z : Math.max(z, 0)
        }),
      )
    }
    const f = inputs[weights.length]
    const sum = f.reduce((part, value) => part + Math.exp(value), 0)
    let delta = f.map((value, c) => (Math.exp(value) / sum - targets.data[s * f.length + c]) / x.rows)
    for (let l = weights.length - 1; l >= 0; l--) {
      const { rows, cols, data } = weights[l]
      const back = new Float64Array(cols)
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < cols; j++) {
          result[l][i * cols + j] += delta[i] * inputs[l][j]
          if (inputs[l][j] > 0) back[j] += data[i * cols + j] * delta[i]
        }
      }
      delta = back
    }
  }
  return result
}

function expectClose(actual: Float64Array, expected: Float64Array): void {
  const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  const worst = expected.reduce((max, value, k) => Math.max(max, Math.abs(value - actual[k])), 0)
  expect(worst / largest).toBeLessThan(1e-13)
}

describe.each(supportedKernelBuilds())('scores from tiles of products on the %s build', (build) => {
  const kernels = loadKernels(build)
  const context = {
    ...{ kernels, density: 0.1, budgets: [], seed: 0, temperature: 1, rounds: 1 },
    onProgress: () => undefined,
  }
  const scoresOf = (method: 'snip' | 'grasp', some: Network, batchSize: number): Matrix[] =>
    withScratch(kernels, (scratch) => {
      const criterion: Criterion = criteria[method]
      if ('masks' in criterion || !criterion.needsData) throw new Error(`${method} has no scores of data`)
      const scores = criterion.scores(some, { ...context, scratch, batchSize }, batch)
      return scores.map(({ rows, cols, at }) => matrix(rows, cols, scratch.f64(at, rows * cols).slice()))
    })

  it.each([21, 8, 1])('SNIP: |w ∂L/∂w| as in plain loops, %s samples at a time', (batchSize) => {
    for (const some of [net, pruned]) {
      const gradient = plainGradient(some, batch)
      const weights = effectiveWeights(some)
      scoresOf('snip', some, batchSize).forEach(({ data }, l) =>
        expectClose(
          data,
          weights[l].data.map((w, k) => Math.abs(w * gradient[l][k])),
        ),
      )
    }
  })

  it('GraSP: w · H (M ∘ g) with the product of the Hessian', () => {
    const { hessianGradient } = gradientAndHessianGradient(pruned, batch, { loss: 'cross-entropy', kernels })
    const weights = effectiveWeights(pruned)
    scoresOf('grasp', pruned, 8).forEach(({ data }, l) =>
      expectClose(
        data,
        weights[l].data.map((w, k) => w * hessianGradient[l][k]),
      ),
    )
  })
})

it('gives the same bits of gradient and Hessian product on 1, 2 and 3 threads', () => {
  const options = { loss: 'cross-entropy', batchSize: 8 } as const
  const all = teams.map((kernels) => {
    const { loss, gradient, hessianGradient } = gradientAndHessianGradient(pruned, batch, { ...options, kernels })
    const { biases } = lossAndGradient(pruned, batch, { ...options, kernels })
    return [Float64Array.of(loss), ...gradient, ...hessianGradient, ...biases].map((data) => Buffer.from(data.buffer))
  })
  for (const one of all) expect(one.every((data, i) => data.equals(all[0][i]))).toBe(true)
})
