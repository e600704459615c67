import { afterAll, describe, expect, it } from 'vitest'
import { loadKernels, withScratch, type Kernels } from '../../src/linalg/kernels.js'
import { step } from '../../src/linalg/steps.js'
import { fromTask, parallelSteps, perThread, threadsOf } from '../../src/linalg/team.js'
import { startTeam } from '../../src/node/team/team.js'
import { teamWorker } from '../node/team-worker-bundle.js'

const script = await teamWorker()
const teams = [1, 2, 3].map((threads) => startTeam({ threads, script }))
afterAll(() => Promise.all(teams.map((team) => team.close())))
const all: [string, Kernels][] = [
  ['no team', loadKernels()],
  ...teams.map((t) => [`${t.team.threads} threads`, t] as [string, Kernels]),
]

const side = 24
const count = 100

/** The squares of `count` matrices, one for each task, to the last bit and as far as they were computed; what was thrown is returned, too. */
function squares(kernels: Kernels, meanwhile?: () => void): { squares: string; thrown: unknown } {
  return withScratch(kernels, (scratch) => {
    const length = side * side
    const workBytes = kernels.call.gemmWorkspace()
    const work = scratch.alloc(workBytes * threadsOf(kernels))
    const a = scratch.put(Float64Array.from({ length: length * count }, (_, i) => Math.sin(1 + 12.9898 * i)))
    const out = scratch.put(new Float64Array(length * count))
    const [from, to] = [fromTask(0, a), fromTask(0, out)]
    const own = perThread(work, workBytes)
    const square = step('gemmF64', side, side, side, from, side, 1, from, side, 1, to, side, 0, own)
    const tasks = Array.from({ length: count }, (_, t) => [t * length * 8])
    let thrown: unknown
    try {
      parallelSteps(kernels, [square], tasks, meanwhile)
    } catch (error) {
      thrown = error
    }
    return { squares: Buffer.from(scratch.f64(out, length * count).slice().buffer).toString('base64'), thrown }
  })
}

describe.each(all)('what the calling thread does meanwhile: %s', (_, kernels) => {
  it('is done once and changes no bit', () => {
    let calls = 0
    const found = squares(kernels, () => {
      calls++
    })
    expect(calls).toBe(1)
    expect(found).toEqual(squares(all[0][1]))
    expect(found.thrown).toBeUndefined()
  })

  it('may throw: the error is passed on as it is, and the next call is whole', () => {
    const error = new RangeError('no memory left')
    const broken = squares(kernels, () => {
      throw error
    })
    expect(broken.thrown).toBe(error)
    expect(squares(kernels)).toEqual(squares(all[0][1]))
  })
})

describe('a team that is at work', () => {
  it('refuses a second command, and ends the first one in order', () => {
    for (const team of teams.slice(1)) {
      const nothing = step('rowGroup', 1)
      const { thrown } = squares(team, () => parallelSteps(team, [nothing], [[], []]))
      expect(String(thrown)).toMatch(/at work already; call it again/)
      expect(squares(team).thrown).toBeUndefined()
    }
  })
})
