import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Worker } from 'node:worker_threads'
import { afterAll, describe, expect, it } from 'vitest'
import { loadKernels, withScratch, type Kernels } from '../../src/linalg/kernels.js'
import { matrix } from '../../src/linalg/matrix.js'
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.js'
import { fromTask, parallelSteps, perThread, threadsOf } from '../../src/linalg/team.js'
import { startTeam } from '../../src/node/team/team.js'
import { bundle } from '../bundle.js'
import { step, type Step } from '../../src/linalg/steps.js'

const bundled = await bundle(['src/node/team/team.ts', 'src/node/team/team-worker.ts'], 'node')
const script = bundled.url('team-worker.mjs')
const library = bundled.url('team.mjs')
const scripts = mkdtempSync(join(tmpdir(), 'limn-team-'))
afterAll(() => {
  bundled.remove()
  rmSync(scripts, { recursive: true })
})

/** A worker whose kernel gemmF64 is replaced by a function body of `real`, the kernel, its `args` and the `thread`. */
function workerThat(name: string, body: string): URL {
  const path = join(scripts, `${name}.mjs`)
  writeFileSync(
    path,
    `import { workerData } from 'node:worker_threads'
     const { thread } = workerData
     const sleep = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
     const { Instance } = WebAssembly
     WebAssembly.Instance = function (...imports) {
       const { exports } = new Instance(...imports)
       const real = exports.gemmF64
       return { exports: { ...exports, gemmF64: (...args) => { ${body} } } }
     }
     await import('${script.href}')`,
  )
  return pathToFileURL(path)
}

/** A worker that runs a function body of the `panel` instead of joining the leader of a reduction there. */
function workerThatJoinsBy(name: string, body: string): URL {
  const path = join(scripts, `${name}.mjs`)
  writeFileSync(
    path,
    `import { workerData } from 'node:worker_threads'
     const words = new Int32Array(workerData.memory.buffer)
     const { Instance } = WebAssembly
     WebAssembly.Instance = function (...imports) {
       const { exports } = new Instance(...imports)
       const real = exports.joinPanel
       return { exports: { ...exports, joinPanel: (panel, thread) => { ${body} } } }
     }
     await import('${script.href}')`,
  )
  return pathToFileURL(path)
}

const dies = 'process.removeAllListeners("exit"); process.exit(3)'

/** 16 rows of `length` numbers, row t with the number t + 1: a product of a column and a row, one task for each entry of it. */
function fillRows(kernels: Kernels, length: number): Float64Array {
  return withScratch(kernels, (scratch) => {
    const bytes = kernels.call.gemmWorkspace()
    const work = scratch.alloc(bytes * threadsOf(kernels))
    const column = scratch.put(Float64Array.from({ length: 16 }, (_, t) => t + 1))
    const row = scratch.put(new Float64Array(length).fill(1))
    const out = scratch.alloc(16 * length * 8)
    const to = fromTask(1, out)
    const own = perThread(work, bytes)
    const fill = step('gemmF64', 1, length, 1, fromTask(0, column), 1, 1, row, length, 1, to, length, 0, own)
    const tasks = Array.from({ length: 16 }, (_, t) => [t * 8, t * length * 8])
    parallelSteps(kernels, [fill], tasks)
    return scratch.f64(out, 16 * length).slice()
  })
}

const rows = (length: number): Float64Array =>
  Float64Array.from({ length: 16 * length }, (_, i) => Math.floor(i / length) + 1)

/** Calls until a thread has joined and done what it does; returns the message of the error that a call throws. */
function callUntilError(kernels: Kernels): string {
  for (const begin = performance.now(); performance.now() - begin < 30_000;) {
    try {
      fillRows(kernels, 20_000)
    } catch (error) {
      return (error as Error).message
    }
  }
  return 'no error'
}

const turn = (milliseconds = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('a team whose thread ends', () => {
  it.each([
    ['says goodbye', 'process.exit(3)'],
    ['runs no line of JavaScript any more', dies],
  ])('in the middle of a call that waits for it throws, now and later, when the thread %s', async (name, body) => {
    const team = startTeam({ threads: 2, script: workerThat(name.replaceAll(' ', '-'), body) })
    expect(callUntilError(team)).toMatch(/a thread has ended.*start another team.*fewer threads or samples/)
    expect(() => fillRows(team, 10)).toThrow(/a thread has ended/)
    await team.close()
  })

  it('throws when the thread runs out of heap, and the process goes on', () => {
    const greedy = workerThat('greedy', 'const hoard = []; for (;;) hoard.push(new Array(1e5).fill({}))')
    const program = `
      import { startTeam } from '${library.href}'
      const team = startTeam({ threads: 2, script: new URL('${greedy.href}') })
      const tasks = Array.from({ length: 64 }, () => [0])
      const encode = { kernel: 'gemmF64', args: [0, 0, 0, ...new Array(10).fill(team.top)] }
      const call = () => { for (const t = Date.now(); Date.now() - t < 20000;) team.team.run([encode], tasks) }
      try { call() } catch (error) { console.log(error.message) }
      setTimeout(() => { try { call() } catch (error) { console.log(error.message) } }, 500)`
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--max-old-space-size=40', '--input-type=module', '-e', program],
      { encoding: 'utf8', timeout: 40_000 },
    )
    expect(stderr).toBe('')
    const [first, second] = stdout.trim().split('\n')
    expect(first).toMatch(/^team: a thread has ended/)
    expect(second).toMatch(/^team: a thread has ended \(.*memory limit.*\); start another team/)
    expect(status).toBe(0)
  })

  it('throws when the thread was terminated between two calls', async () => {
    const workers: Worker[] = []
    const note = (worker: Worker): void => void workers.push(worker)
    process.on('worker', note)
    const team = startTeam({ threads: 3, script })
    await turn()
    process.off('worker', note)
    expect(fillRows(team, 100)).toEqual(rows(100))
    await workers[1].terminate()
    expect(() => fillRows(team, 100)).toThrow(/a thread has ended/)
    await team.close()
  })

  it('throws only when the others have stopped writing', async () => {
    // Thread 1 dies at once; thread 2, a little later, adds to its row ten times with pauses.
    const body = `if (thread === 1) { sleep(100); ${dies} }
      for (let i = 0; i < 10; i++) { sleep(50); real(...args.with(11, 1)) }
      return 0`
    const team = startTeam({ threads: 3, script: workerThat('slow', body) })
    await turn(300)
    expect(callUntilError(team)).toMatch(/a thread has ended/)
    const now = new Float64Array(team.memory.buffer).slice()
    await turn(300)
    expect(Buffer.from(now.buffer).equals(Buffer.from(new Float64Array(team.memory.buffer).slice().buffer))).toBe(true)
    await team.close()
  })
})

describe('a reduction whose thread', () => {
  /** A diagonal of 1, 2, … under a constant: eigenvalues that interlace it. */
  const n = 520
  const a = matrix(n, n, new Float64Array(n * n).fill(0.5))
  for (let i = 0; i < n; i++) a.data[i * n + i] += i
  const expected = symmetricEigen(a, { vectors: false, kernels: loadKernels() }).values
  const control = 'panel / 4'

  /** Waits for a phase and claims its last unit, as if to do it. */
  const claims = `const at = words[${control}] / 4
    for (let phase = 1;; phase = Math.max(1, Atomics.load(words, at))) {
      if (phase < 0) return
      const last = Atomics.load(words, at + 51)
      if (last < phase && Atomics.load(words, at) === phase && Atomics.compareExchange(words, at + 51, last, phase) === last) break
      if (Atomics.load(words, at) < 0) return
    }`

  /** Reduces until a thread has joined and done what it does. */
  function reduceUntilError(kernels: Kernels): string {
    for (const begin = performance.now(); performance.now() - begin < 30_000;) {
      try {
        expect(symmetricEigen(a, { vectors: false, kernels }).values).toEqual(expected)
      } catch (error) {
        return (error as Error).message
      }
    }
    return 'no error'
  }

  it.each([
    ['says goodbye', 'process.exit(3)'],
    ['runs no line of JavaScript any more', dies],
  ])('ends with a share that it has taken throws, now and later, when it %s', async (name, body) => {
    const team = startTeam({
      threads: 3,
      script: workerThatJoinsBy(`taker-${name.replaceAll(' ', '-')}`, `${claims}; ${body}`),
    })
    expect(reduceUntilError(team)).toMatch(/a thread has ended/)
    expect(() => fillRows(team, 10)).toThrow(/a thread has ended/)
    await team.close()
  })

  it('fails with a share that it has taken throws, and the team goes on', async () => {
    const team = startTeam({ threads: 2, script: workerThatJoinsBy('trap', `${claims}; throw new Error('trapped')`) })
    expect(reduceUntilError(team)).toMatch(/a kernel failed: trapped/)
    expect(fillRows(team, 100)).toEqual(rows(100))
    await team.close()
  })

  it('comes late finds the same numbers', async () => {
    const sleep = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400)'
    const late = workerThatJoinsBy('late', `${sleep}; real(panel, thread)`)
    const team = startTeam({ threads: 2, script: late })
    for (const begin = performance.now(); performance.now() - begin < 1500;) {
      expect(symmetricEigen(a, { vectors: false, kernels: team }).values).toEqual(expected)
    }
    await team.close()
  })
})

describe('the life of a team', () => {
  it('ends when it is closed, and another one starts', async () => {
    for (let round = 0; round < 3; round++) {
      const team = startTeam({ threads: 2, script })
      expect(fillRows(team, 100)).toEqual(rows(100))
      await team.close()
      expect(() => fillRows(team, 100)).toThrow(/closed; start another/)
    }
  })

  it.each(['', 'await team.close()'])('does not keep a process alive, closed or not: %s', (close) => {
    const program = `import { startTeam } from '${library.href}'
      const team = startTeam({ threads: 3, script: new URL('${script.href}') })
      ${close}
      console.log('started')`
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect([status, stdout, stderr]).toEqual([0, 'started\n', ''])
  })

  it('leaves no thread behind when 50 teams have started and closed', async () => {
    const threads = (): number => (existsSync('/proc/self/task') ? readdirSync('/proc/self/task').length : 0)
    const before = threads()
    for (let round = 0; round < 50; round++) {
      const team = startTeam({ threads: 2, script })
      if (round % 10 === 0) expect(fillRows(team, 100)).toEqual(rows(100))
      await team.close()
    }
    await turn(50)
    expect(threads()).toBeLessThanOrEqual(before + 2)
  })

  it('takes no processor time while it waits for a call, nor while a call waits for a thread', async () => {
    const sleepy = workerThat('sleepy', 'sleep(600); return real(...args)')
    const team = startTeam({ threads: 4, script: sleepy })
    const spent = async (wait: () => unknown): Promise<number> => {
      const begin = process.cpuUsage()
      await wait()
      const { user, system } = process.cpuUsage(begin)
      return (user + system) / 1e6
    }
    await turn(500)
    expect(await spent(() => turn(1000))).toBeLessThan(0.4)
    const begin = performance.now()
    expect(await spent(() => fillRows(team, 20_000))).toBeLessThan(0.4)
    // A call that no sleeping thread took part in would show nothing.
    for (let i = 0; i < 50 && performance.now() - begin < 500; i++)
      expect(await spent(() => fillRows(team, 20_000))).toBeLessThan(0.4)
    expect(performance.now() - begin).toBeGreaterThan(500)
    await team.close()
  })

  it('refuses what it cannot start or run', async () => {
    expect(() => startTeam({ threads: 0, script })).toThrow(/expected threads ≥ 1, got 0/)
    expect(() => startTeam({ script: new URL('./absent.js', import.meta.url) })).toThrow(/npm run build/)
    expect(() => startTeam({ script, maximumMemory: NaN })).toThrow(/maximumMemory.*got NaN/)
    const team = startTeam({ threads: 2, script })
    const tasks = [[0], [0]]
    const unknown = { kernel: 'fill', args: [0] } as unknown as Step
    expect(() => parallelSteps(team, [unknown], tasks)).toThrow(/name of a kernel, got fill/)
    await team.close()
  })
})
