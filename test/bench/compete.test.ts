import { describe, expect, it } from 'vitest'
import { compete, sameAnswers } from '../../bench/compete.js'
import { relativeDifference } from '../../bench/compare.js'
import { broken, fake } from './fake.js'

const assignment = { folder: '', parameters: {}, threads: 2 }
const options = { repeats: 3, budgetSeconds: 60, pauseSeconds: 0 }
const compare = relativeDifference(['values'], 1e-9)
const rival = (...given: Parameters<typeof fake>) => ({ contestant: fake(...given), compare })

describe('compete', () => {
  it('lets limn and the strongest peer take turns, limn first', async () => {
    const peers = [rival('slow', [9], [1]), rival('fast', [2], [1])]
    const { order, peer } = await compete(fake('limn', [1], [1]), peers, assignment, options)
    expect(peer?.name).toBe('fast')
    expect(order).toEqual(['limn', 'fast', 'limn', 'fast', 'limn', 'fast'])
  })

  it('leaves the warm-up and the qualifying runs out of the times', async () => {
    const limn = fake('limn', [100, 1, 2, 3], [1])
    const peer = fake('peer', [100, 4.5, 4.6, 4, 6, 5], [1])
    const outcome = await compete(limn, [{ contestant: peer, compare }], assignment, options)
    expect(outcome.limn.times).toEqual([1, 2, 3])
    expect(outcome.peer?.times).toEqual([4, 6, 5])
    expect(outcome.candidates[0].seconds).toBe(4.5)
  })

  it('warms up on the shorter work where there is one, and answers from the whole', async () => {
    const log: string[] = []
    const rivals = [{ contestant: fake('peer', [1], [1], log), compare }]
    const { candidates } = await compete(fake('limn', [1], [1], log), rivals, assignment, {
      ...options,
      warmUp: { ...assignment, parameters: { rounds: 3 } },
    })
    expect(log.slice(0, 4)).toEqual(['limn load', 'limn run', 'limn load', 'limn run'])
    expect(log.slice(4, 8)).toEqual(['peer load', 'peer run', 'peer load', 'peer run'])
    expect(candidates[0].times).toHaveLength(3)
  })

  it('gives the ratio of the medians and the largest memory', async () => {
    const outcome = await compete(
      fake('limn', [9, 1, 8, 2], [1]),
      [rival('peer', [9, 9, 9, 6, 5, 7], [1])],
      assignment,
      options,
    )
    expect(outcome.limn.median).toBe(2)
    expect(outcome.peer?.median).toBe(6)
    expect(outcome.ratio).toBe(3)
    expect(outcome.limn.peakBytes).toBe(1004)
  })

  it('compares every answer, also of peers that are not the strongest', async () => {
    const peers = [rival('wrong', [9], [1, 2.1]), rival('right', [2], [1, 2])]
    const outcome = await compete(fake('limn', [1], [1, 2]), peers, assignment, options)
    expect(outcome.candidates.map(({ check }) => check?.same)).toEqual([false, true])
    expect(sameAnswers(outcome)).toBe(false)
  })

  it('never lets a peer that stands aside take turns, however fast', async () => {
    const aside = { ...rival('coarse', [1], [1]), aside: true }
    const { peer, candidates } = await compete(
      fake('limn', [1], [1]),
      [aside, rival('full', [5], [1])],
      assignment,
      options,
    )
    expect(peer?.name).toBe('full')
    expect(candidates.map(({ seconds }) => seconds)).toEqual([1, 5])
  })

  it('goes on without a peer that fails, and says why', async () => {
    const missing = { contestant: broken('missing', 'not installed'), compare }
    const outcome = await compete(fake('limn', [1], [1]), [missing, rival('there', [2], [1])], assignment, options)
    expect(outcome.candidates[0]).toEqual({ name: 'missing', problem: 'not installed' })
    expect(outcome.peer?.name).toBe('there')
    expect(sameAnswers(outcome)).toBe(true)
  })

  it('times limn alone when no peer runs', async () => {
    const outcome = await compete(fake('limn', [1], [1]), [], assignment, options)
    expect(outcome.order).toEqual(['limn', 'limn', 'limn'])
    expect(outcome.ratio).toBeUndefined()
  })

  it('closes everybody, also when limn fails', async () => {
    const log: string[] = []
    const rivals = [{ contestant: fake('peer', [1], [1], log), compare }]
    await expect(compete(broken('limn', 'no kernels'), rivals, assignment, options)).rejects.toThrow('no kernels')
    expect(log).toEqual(['peer close'])
  })

  it('never takes fewer than three turns, and stops there when time is up', async () => {
    const outcome = await compete(fake('limn', [1], [1]), [], assignment, {
      ...options,
      repeats: 50,
      budgetSeconds: -1,
    })
    expect(outcome.limn.times).toHaveLength(3)
  })
})
