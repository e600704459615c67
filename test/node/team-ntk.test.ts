import { afterAll, describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds, type Kernels } from '../../src/linalg/kernels.js'
import { parseActivation } from '../../src/network/activation.js'
import { empiricalNtk } from '../../src/ntk/empirical-ntk.js'
import { graphonNtk } from '../../src/ntk/graphon-ntk.js'
import type { Kernel } from '../../src/ntk/kernel.js'
import { startTeam } from '../../src/node/team/team.js'
import { constantChain, normalSamples, randomChain } from '../ntk/chains.js'
import { randomNetwork } from '../ntk/networks.js'
import { teamWorker } from './team-worker-bundle.js'

const script = await teamWorker()
const bytes = ({ data }: Kernel): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength)

describe.each(supportedKernelBuilds())('kernels computed by a team on the %s build', (build) => {
  const alone = loadKernels(build)
  const teams = [1, 2, 3].map((threads) => startTeam({ threads, build, script }))
  afterAll(() => Promise.all(teams.map((team) => team.close())))

  function expectSameBits(compute: (kernels: Kernels) => Kernel): void {
    const expected = bytes(compute(alone))
    for (const team of teams) expect(bytes(compute(team)).equals(expected)).toBe(true)
  }

  it.each([
    ['relu', 0, false],
    ['relu', 0.3, true],
    ['erf', 0.1, true],
  ] as const)(
    'are those of one thread to the last bit: limit of %s, σ_b² = %s, energies %s',
    (name, sigmaB2, energies) => {
      const activation = parseActivation(name)
      const x = normalSamples(150, 40, 1)
      const chain = randomChain({ d: 40, bins: [13, 8, 9], classes: 3, seed: 2, energies })
      expectSameBits((kernels) => graphonNtk(chain, x, { activation, sigmaB2, kernels }).ntk)
      expectSameBits((kernels) => graphonNtk(chain, x, { activation, sigmaB2, kernels }).nngp)
    },
  )

  it('are those of one thread to the last bit: constant chains, no hidden layer, two samples', () => {
    const constant = constantChain(0.3, 6, [3, 4], 2)
    expectSameBits((kernels) => graphonNtk(constant, normalSamples(90, 6, 3), { kernels }).ntk)
    const linear = randomChain({ d: 6, bins: [], classes: 3, seed: 5, energies: true })
    expectSameBits((kernels) => graphonNtk(linear, normalSamples(60, 6, 4), { kernels }).ntk)
    expectSameBits((kernels) => graphonNtk(constant, normalSamples(2, 6, 4), { kernels }).ntk)
  })

  it('are those of one thread to the last bit: finite networks', () => {
    for (const density of [0.1, 0.9]) {
      const network = randomNetwork({
        sizes: [20, 60, 50, 4],
        activation: parseActivation('relu'),
        density,
        seed: 1,
        parameterization: 'ntk',
        bias: true,
      })
      expectSameBits((kernels) => empiricalNtk(network, normalSamples(131, 20, 7), { kernels }))
    }
  })
})
