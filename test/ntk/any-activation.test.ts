import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matrix } from '../../src/linalg/matrix.js'
import { parseActivation, type Activation } from '../../src/network/activation.js'
import { defineActivation } from '../../src/network/activations/own-activation.js'
import { dualOf } from '../../src/ntk/duals/duals.js'
import { graphonNtk } from '../../src/ntk/graphon-ntk.js'
import { startTeam } from '../../src/node/team/team.js'
import { teamWorker } from '../node/team-worker-bundle.js'
import { normalSamples, randomChain } from './chains.js'
import { referencePair } from './reference.js'

const kernelsOf = supportedKernelBuilds().map((build) => [build, loadKernels(build)] as const)

/** What kernels interpolate over variances is off by 1e-11; ELU by what its series leaves out, and Ġ of a
 * kink by the root of the rounding error of ρ where samples are alike. */
const accuracies = {
  tanh: 1e-10,
  gelu: 1e-10,
  silu: 1e-10,
  cos: 1e-10,
  elu: 1e-8,
  'hard-tanh': 1e-7,
  'abrelu:-0.3:1.5': 1e-12,
}

describe.each(kernelsOf)('the recursion on the %s build', (_, kernels) => {
  const x = normalSamples(4, 5, 1)
  // Two samples that are alike, and one without any variance at the first position but through biases.
  x.data.set(x.data.subarray(0, 5), 15)
  const random = randomChain({ d: 5, bins: [3, 2], classes: 2, seed: 2, energies: true })
  const W = random.W.map((part, l) =>
    l === 0
      ? matrix(
          part.rows,
          part.cols,
          part.data.map((v, i) => (i < 5 ? 0 : v)),
        )
      : part,
  )
  const V = (random.V ?? []).map((part, l) =>
    l === 0 ? { ...part, data: part.data.map((v, i) => (i < 5 ? 0 : v)) } : part,
  )
  const chain = { ...random, W, V }

  it.each(Object.entries(accuracies))('goes position by position through the duals of %s', (name, accuracy) => {
    const activation = parseActivation(name)
    const { pair, diagonal } = dualOf(activation)
    const known = new Map<string, { g: number; gDot: number }>()
    const dual = (q: number, q2: number, k: number) => {
      const key = `${q} ${q2} ${k}`
      const found = known.get(key) ?? (q === q2 && q === k ? diagonal(q) : pair(q, q2, k))
      known.set(key, found)
      return found
    }
    for (const sigmaB2 of [0, 0.3]) {
      const options = { activation, sigmaW2: [1.5, 2, 1.1], sigmaB2, convention: 'masked' } as const
      const { ntk, nngp } = graphonNtk(chain, x, { ...options, kernels })
      for (const [a, b] of [
        [0, 0],
        [0, 1],
        [2, 1],
        [0, 3],
      ]) {
        referencePair(chain, x, a, b, { ...options, dual }).forEach(([k, theta], c) => {
          expect(Math.abs(nngp.data[(c * 4 + a) * 4 + b] - k)).toBeLessThan(accuracy * (1 + Math.abs(k)))
          expect(Math.abs(ntk.data[(c * 4 + a) * 4 + b] - theta)).toBeLessThan(accuracy * (1 + Math.abs(theta)))
        })
      }
    }
  })
})

it('has the same bits with threads and without', async () => {
  const x = normalSamples(70, 5, 3)
  const chain = randomChain({ d: 5, bins: [7, 9], classes: 2, seed: 4 })
  const team = startTeam({ threads: 2, script: await teamWorker() })
  try {
    for (const name of ['tanh', 'elu', 'hard-tanh']) {
      const activation = parseActivation(name)
      const [alone, together] = [
        graphonNtk(chain, x, { activation }),
        graphonNtk(chain, x, { activation, kernels: team }),
      ]
      expect(together.ntk.data).toEqual(alone.ntk.data)
      expect(together.nngp.data).toEqual(alone.nngp.data)
    }
  } finally {
    await team.close()
  }
})

describe('an activation of one’s own', () => {
  const definition = defineActivation({
    name: 'bump',
    value: (z) => Math.exp((-z * z) / 2),
    derivative: (z) => -z * Math.exp((-z * z) / 2),
  })
  const bump: Activation = { name: 'bump', definition }

  it('has the kernel that its Gaussian integrals give in closed form', () => {
    // E exp(−(z² + z'²)/2) = det(I + Σ)^(−1/2).
    const { g } = dualOf(bump).pair(0.7, 1.3, 0.4)
    expect(g).toBeCloseTo(1 / Math.sqrt(1.7 * 2.3 - 0.16), 13)
    const x = normalSamples(3, 4, 5)
    const chain = randomChain({ d: 4, bins: [1], classes: 1, seed: 1 })
    const { nngp } = graphonNtk(chain, x, { activation: bump })
    const [w0, w1] = [chain.W[0].data, chain.W[1].data[0]]
    const inner = (i: number, j: number): number =>
      [0, 1, 2, 3].reduce((sum, p) => sum + (w0[p] * x.data[i * 4 + p] * x.data[j * 4 + p]) / 4, 0)
    const [q, q2, k] = [inner(0, 0), inner(1, 1), inner(0, 1)]
    expect(nngp.data[1]).toBeCloseTo(w1 / Math.sqrt((1 + q) * (1 + q2) - k * k), 11)
  })

  it('is refused where variances are beyond the series, with layer and remedy', () => {
    const x = normalSamples(3, 4, 5)
    const chain = randomChain({ d: 4, bins: [2], classes: 1, seed: 1 })
    const wide = { activation: parseActivation('tanh'), sigmaW2: [1e6, 1] }
    expect(() => graphonNtk(chain, x, wide)).toThrow(/tanh: .*(variances below|too large).*σ_w²/)
  })
})
