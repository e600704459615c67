import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { loadSharedKernels, type KernelBuild, type Kernels } from '../../linalg/kernels.js'
import type { Team } from '../../linalg/steps.js'
import { createTeam } from '../../linalg/team-caller.js'
import { lifeline } from './lifeline.js'

export interface TeamOptions {
  /** Threads that compute, this one included. Default: as many as the machine runs at once. */
  readonly threads?: number
  /** Default: the best build this machine supports. */
  readonly build?: KernelBuild
  /** Bytes that the kernels' memory may grow to; default 4 GiB, the most that a WebAssembly instance can address. */
  readonly maximumMemory?: number
  /** The compiled worker; default: the one beside this module. */
  readonly script?: URL
}

/** Whether the permissions of this process, where it has any, let it start worker threads. */
export function mayStartThreads(): boolean {
  const { permission } = process as { permission?: { has(scope: string): boolean } }
  return permission?.has('worker') ?? true
}

/** Kernels with a team of worker threads. */
export interface TeamKernels extends Kernels {
  readonly team: Team
  /** Ends the threads; settles when they have ended. The kernels cannot be used in parallel afterwards. */
  close(): Promise<void>
}

/**
 * Starts worker threads over one shared kernel memory. They sleep while there is nothing to do, do not keep the process
 * alive, and join as soon as they are up: the first call does not wait for them. When one of them dies, the call that needs
 * it and every later one throw; results that have been returned are whole.
 *
 * @throws RangeError when `threads` is not a positive whole number, or `maximumMemory` cannot be had
 * @throws Error when the compiled worker is missing
 *
 * @example
 * import { constantChain, graphonNtk, matrixOf } from 'limn'
 * import { startTeam } from 'limn/node'
 *
 * const kernels = startTeam({ threads: 2 })
 * try {
 *   const chain = constantChain({ inputs: 2, classes: 1, hidden: [1] }, 0.5)
 *   console.log(graphonNtk(chain, matrixOf([[1, 1]]), { kernels }).ntk.data[0].toFixed(4)) // 0.2500
 * } finally {
 *   await kernels.close()
 * }
 */
export function startTeam(options: TeamOptions = {}): TeamKernels {
  const { threads = availableParallelism(), build, maximumMemory } = options
  const { script = new URL('./team-worker.js', import.meta.url) } = options
  if (!(Number.isSafeInteger(threads) && threads >= 1)) {
    throw new RangeError(`startTeam: expected threads ≥ 1, got ${threads}`)
  }
  if (!existsSync(script)) {
    throw new Error(`startTeam: expected the compiled worker ${fileURLToPath(script)}; run npm run build`)
  }
  const { kernels, module } = loadSharedKernels(build, maximumMemory)
  const lines = Array.from({ length: threads - 1 }, lifeline)
  const { team, members, lose, stop } = createTeam(kernels, module, threads, (thread) => lines[thread - 1].alive())
  const ended = members.map((member, k) => {
    const { end, close } = lines[k]
    const workerData = { ...member, lifeline: end }
    // Options of the process, as of `node --input-type=module -e`, do not fit a worker.
    const worker = new Worker(script, { workerData, transferList: [end], execArgv: [] })
    worker.unref()
    worker.once('error', (error) => lose(member.thread, error instanceof Error ? error.message : String(error)))
    const exit = new Promise<void>((resolve) =>
      worker.once('exit', () => {
        lose(member.thread)
        close()
        resolve()
      }),
    )
    return () => {
      worker.ref()
      return exit
    }
  })
  return Object.assign(kernels, {
    team,
    async close() {
      stop()
      await Promise.all(ended.map((exit) => exit()))
    },
  })
}
