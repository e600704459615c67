import { afterAll, describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds, withScratch, type Kernels } from '../../../src/linalg/kernels.js'
import { matmul } from '../../../src/linalg/matmul.js'
import { matrix } from '../../../src/linalg/matrix.js'
import { fromTask, parallel, parallelSteps, perThread, threadsOf } from '../../../src/linalg/team.js'
import { startTeam } from '../../../src/node/team/team.js'
import { teamWorker } from '../team-worker-bundle.js'
import { step, type NumbersOf } from '../../../src/linalg/steps.js'

const script = await teamWorker()
const waves = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => Math.sin(1 + 12.9898 * i))

/** A [m, k] · B [k, n] by panels of `panel` rows. */
function productByPanels(kernels: Kernels, m: number, n: number, k: number, panel: number): Float64Array {
  return withScratch(kernels, (scratch) => {
    const bytes = kernels.call.gemmWorkspace()
    const work = scratch.alloc(bytes * threadsOf(kernels))
    const a = scratch.put(waves(m * k))
    const b = scratch.put(waves(k * n))
    const c = scratch.alloc(m * n * 8)
    const tasks = Array.from({ length: Math.ceil(m / panel) }, (_, p): NumbersOf<'gemmF64'> => {
      const first = p * panel
      const rows = Math.min(panel, m - first)
      return [rows, n, k, a + first * k * 8, k, 1, b, n, 1, c + first * n * 8, n, 0, work]
    })
    parallel(kernels, 'gemmF64', tasks, { perThread: [{ argument: 12, stride: bytes }] })
    return scratch.f64(c, m * n).slice()
  })
}

/** The gradient at the entries of a random sparse matrix, by blocks of rows. */
function sampledByRows(kernels: Kernels, rows: number, cols: number): Float64Array {
  return withScratch(kernels, (scratch) => {
    const lists = Array.from({ length: rows }, (_, i) =>
      Array.from({ length: cols }, (_, j) => j).filter((j) => (i * 31 + j * 17) % 7 < 2),
    )
    const starts = [0]
    for (const list of lists) starts.push(starts[starts.length - 1] + list.length)
    const start = scratch.put(Int32Array.from(starts))
    const offsets = scratch.put(Int32Array.from(lists.flat().map((j) => j * 96)))
    const delta = scratch.put(waves(rows * 12))
    const x = scratch.put(waves(cols * 12))
    const out = scratch.put(new Float64Array(starts[rows]))
    const tasks = lists.map((_, i) => [1, rows, cols, i, i + 1, start, offsets, delta, x, out, 0.5] as const)
    parallel(kernels, 'sampledProductF64', tasks)
    return scratch.f64(out, starts[rows]).slice()
  })
}

describe.each(supportedKernelBuilds())('a team on the %s build', (build) => {
  const teams = [1, 2, 3].map((threads) => startTeam({ threads, build, script }))
  afterAll(() => Promise.all(teams.map((team) => team.close())))

  it('gives the same bits for every number of threads', () => {
    const products = teams.map((team) => productByPanels(team, 250, 61, 300, 24))
    const gradients = teams.map((team) => sampledByRows(team, 400, 200))
    for (const results of [products, gradients]) {
      expect(results[0].some((value) => value !== 0)).toBe(true)
      for (const result of results) expect(result).toEqual(results[0])
    }
  })

  it('multiplies large matrices as a single thread does, to the last bit', () => {
    const shapes = [
      [500, 301, 270],
      [301, 500, 270],
      [1000, 6, 700],
      [5, 900, 600],
    ]
    for (const [m, n, k] of shapes) {
      const [a, b] = [matrix(m, k, waves(m * k)), matrix(n, k, waves(n * k))]
      const bytes = (kernels: Kernels): Buffer => Buffer.from(matmul(a, b, { transposeB: true, kernels }).data.buffer)
      const alone = bytes(loadKernels(build))
      for (const kernels of teams) expect(bytes(kernels).equals(alone)).toBe(true)
    }
  })

  it('keeps all of its threads at work', () => {
    for (const team of teams) {
      const m = 64
      const seen = withScratch(team, (scratch) => {
        const { threads } = team.team
        const work = scratch.alloc(team.call.gemmWorkspace() * threads)
        const a = scratch.put(waves(m * m))
        const own = scratch.put(new Float64Array(m * m * threads))
        const out = [perThread(own, m * m * 8), m, 0, perThread(work, team.call.gemmWorkspace())] as const
        const gemm = step('gemmF64', m, m, m, a, m, 1, a, m, 1, ...out)
        const tasks = Array.from({ length: 200 }, () => [])
        const active = (): number =>
          Array.from({ length: threads }, (_, t) => scratch.f64(own + t * m * m * 8, 1)[0]).filter((x) => x !== 0)
            .length
        for (const begin = performance.now(); active() < threads && performance.now() - begin < 20_000;) {
          parallelSteps(team, [gemm], tasks)
        }
        return active()
      })
      expect(seen).toBe(team.team.threads)
    }
  })

  it('runs the steps of a task in order in the workspace of one thread', () => {
    for (const team of teams) {
      const [m, count] = [20, 40]
      const result = withScratch(team, (scratch) => {
        const bytes = team.call.gemmWorkspace()
        const work = scratch.alloc(bytes * team.team.threads)
        const between = scratch.alloc(m * m * 8 * team.team.threads)
        const a = scratch.put(waves(m * m * count))
        const out = scratch.alloc(m * m * 8 * count)
        const ownWork = perThread(work, bytes)
        const ownBetween = perThread(between, m * m * 8)
        const one = [fromTask(0, a), m, 1] as const
        const square = step('gemmF64', m, m, m, ...one, ...one, ownBetween, m, 0, ownWork)
        const cube = step('gemmF64', m, m, m, ownBetween, m, 1, ...one, fromTask(0, out), m, 0, ownWork)
        parallelSteps(
          team,
          [square, cube],
          Array.from({ length: count }, (_, t) => [t * m * m * 8]),
        )
        return { a: scratch.f64(a, m * m * count).slice(), out: scratch.f64(out, m * m * count).slice() }
      })
      const entry = (t: number, i: number, j: number): number => result.a[t * m * m + i * m + j]
      for (let t = 0; t < count; t++) {
        let expected = 0
        for (let p = 0; p < m; p++)
          for (let q = 0; q < m; q++) expected += entry(t, 3, p) * entry(t, p, q) * entry(t, q, 5)
        expect(result.out[t * m * m + 3 * m + 5]).toBeCloseTo(expected, 10)
      }
    }
  })

  it('answers 1,000 calls without taking more memory', () => {
    for (const team of teams) {
      const first = productByPanels(team, 12, 8, 5, 6)
      const [bytes, top] = [team.memory.buffer.byteLength, team.top]
      for (let i = 0; i < 1000; i++) {
        const result = productByPanels(team, 12, 8, 5, 6)
        if (i % 100 === 0) expect(result).toEqual(first)
      }
      expect([team.memory.buffer.byteLength, team.top]).toEqual([bytes, top])
    }
  })

  it('reaches memory that was added after the threads had started', () => {
    for (const team of teams) {
      for (const mebibytes of [8, 16]) {
        withScratch(team, (scratch) => {
          const length = mebibytes * 2 ** 17
          const at = scratch.alloc(length * 8)
          scratch.f64(at, length).fill(1)
          // A product over no inner dimension fills with zeros.
          const rows = 256
          const tasks = Array.from({ length: rows }, (_, i): NumbersOf<'gemmF64'> => {
            const panel = (length / rows) * 8
            return [1, length / rows, 0, at, 1, 1, at, 1, 1, at + i * panel, length / rows, 0, at]
          })
          parallel(team, 'gemmF64', tasks)
          expect(scratch.f64(at, length).every((value) => value === 0)).toBe(true)
        })
      }
    }
  })

  it('reports a kernel that fails and goes on afterwards', () => {
    for (const team of teams) {
      const beyond = 2 ** 32 - 64
      const one = [beyond, 1, 1] as const
      const bad = Array.from({ length: 50 }, () => [1, 1, 1, ...one, ...one, beyond, 1, 0, beyond] as const)
      expect(() => parallel(team, 'gemmF64', bad)).toThrow(/out of bounds/)
      expect(productByPanels(team, 12, 8, 5, 6)).toEqual(productByPanels(teams[0], 12, 8, 5, 6))
    }
  })
})
