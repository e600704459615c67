import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { loadSharedKernels, type KernelBuild, type Kernels } from '../linalg/kernels.js'
import { leaveTeam, type TeamMember } from '../linalg/team-member.js'
import { createTeam, type Team } from '../linalg/team.js'

export interface TeamOptions {
  /** Threads that compute, this one included. Default: as many as the machine runs at once. */
  readonly threads?: number
  /** Default: the best build this machine supports. */
  readonly build?: KernelBuild
  /** The compiled worker; default: the one beside this module. */
  readonly script?: URL
}

/** Kernels with a team of worker threads. */
export interface TeamKernels extends Kernels {
  readonly team: Team
  /** Ends the threads; settles when they have ended. The kernels cannot be used in parallel afterwards. */
  close(): Promise<void>
}

/**
 * Starts worker threads over one shared kernel memory. They sleep while there is nothing to do, do not keep the process
 * alive, and join as soon as they are up: the first call does not wait for them.
 *
 * @throws RangeError when `threads` is not a positive whole number
 * @throws Error when the compiled worker is missing
 */
export function startTeam(options: TeamOptions = {}): TeamKernels {
  const { threads = availableParallelism(), build, script = new URL('./team-worker.js', import.meta.url) } = options
  if (!(Number.isSafeInteger(threads) && threads >= 1)) {
    throw new RangeError(`startTeam: expected threads ≥ 1, got ${threads}`)
  }
  if (!existsSync(script)) {
    throw new Error(`startTeam: expected the compiled worker ${fileURLToPath(script)}; run npm run build`)
  }
  const { kernels, module } = loadSharedKernels(build)
  const { team, block, stop } = createTeam(kernels, threads)
  const workers = Array.from({ length: threads - 1 }, (_, k) => {
    const member: TeamMember = { module, memory: kernels.memory, block, thread: k + 1 }
    const worker = new Worker(script, { workerData: member })
    worker.unref()
    // A thread that ends without running its last lines.
    worker.once('exit', () => leaveTeam(member))
    return worker
  })
  return Object.assign(kernels, {
    team,
    async close() {
      stop()
      await Promise.all(
        workers.map(
          (worker) =>
            new Promise<void>((resolve) => {
              worker.ref()
              worker.once('exit', () => resolve())
              if (worker.threadId === -1) resolve()
            }),
        ),
      )
    },
  })
}
