import { afterAll, expect, it } from 'vitest'
import { loadKernels } from '../../src/linalg/kernels.js'
import { graphonNtks } from '../../src/ntk/graphon-ntk.js'
import { startTeam } from '../../src/node/team/team.js'
import { teamWorker } from '../node/team-worker-bundle.js'
import { normalSamples, randomChain } from './chains.js'

const script = await teamWorker()
const teams = [2, 3].map((threads) => startTeam({ threads, script }))
afterAll(() => Promise.all(teams.map((team) => team.close())))

it('holds the bits of one thread where results are so large that one panel is copied while the next is computed', () => {
  const x = normalSamples(301, 5, 1)
  const chains = [2, 3].map((seed) => randomChain({ d: 5, bins: [3, 2], classes: 4, seed, energies: seed === 3 }))
  const data = (kernels = loadKernels()): Float64Array[] =>
    graphonNtks(chains, x, { kernels }).flatMap(({ ntk, nngp }) => [ntk.data, nngp.data])
  const alone = data()
  // From this size on there are two buffers of half the size of the results each.
  expect(alone.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeGreaterThan(4 * 2 ** 20)
  for (const team of teams) {
    const shares: number[] = []
    const found = data(team)
    found.forEach((kernel, k) => expect(Buffer.from(kernel.buffer).equals(Buffer.from(alone[k].buffer))).toBe(true))
    graphonNtks(chains, x, { kernels: team, onProgress: (share) => shares.push(share) })
    expect(shares[shares.length - 1]).toBe(1)
    expect(shares.every((share, k) => k === 0 || share >= shares[k - 1])).toBe(true)
  }
})
