import { loadKernels, loadSharedKernels, type KernelBuild, type Kernels } from './kernels.js'
import type { TeamMember } from './team-member.js'
import { createTeam, type TeamCaller } from './team-caller.js'

export interface WebTeamOptions {
  /** Threads that compute, this one included. Default: as many as the machine runs at once. */
  readonly threads?: number
  /** Default: the best build this browser supports. */
  readonly build?: KernelBuild
  /** Bytes that the kernels' memory may grow to; default 4 GiB, or as much as the browser lets a page set aside. */
  readonly maximumMemory?: number
  /** Starts a worker that runs the module `web-team-worker`; default: the file of that name beside this module. */
  readonly startWorker?: () => Worker
}

/** Kernels with a team of Web Workers or, where there cannot be one, for a single thread. */
export interface WebKernels extends Kernels {
  /** Why there is no team, in one line; absent when there is one. */
  readonly why?: string
  /** Ends the workers. The kernels cannot be used in parallel afterwards. */
  readonly close: () => void
}

/** Whether this thread may sleep until another one wakes it: everywhere but on a page's main thread and in service workers. */
function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1)
    return true
  } catch {
    return false
  }
}

/** What stands between this place and a team, with the remedy. */
function obstacle(threads: number): string | undefined {
  if (threads === 1) return 'one thread: as many as were asked for, or as the machine runs at once'
  if (typeof Worker === 'undefined') return 'this place cannot start workers; call startWebTeam from a dedicated worker'
  if (!globalThis.crossOriginIsolated || typeof SharedArrayBuffer === 'undefined') {
    return (
      'the page is not cross-origin isolated, so that threads cannot share memory; serve it with the headers ' +
      'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp'
    )
  }
  if (!maySleep()) return "a page's main thread may not wait for other threads; call startWebTeam from a worker"
  return undefined
}

const hardwareThreads = (): number =>
  (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1

const defaultWorker = (): Worker => new Worker(new URL('./web-team-worker.js', import.meta.url), { type: 'module' })

/** Settles when the worker has joined the team; it blocks from then on, and needs nothing from this thread's event loop. */
function join(worker: Worker, member: TeamMember): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', () => resolve(), { once: true })
    worker.addEventListener('error', (event) => {
      event.preventDefault()
      reject(new Error(event.message || 'its script could not be loaded'))
    })
    worker.postMessage(member)
  })
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** A team whose workers are all up, or why that failed. */
async function gather(options: Required<Pick<WebTeamOptions, 'threads' | 'startWorker'>> & WebTeamOptions) {
  const { threads, build, maximumMemory, startWorker } = options
  const workers: Worker[] = []
  let caller: TeamCaller | undefined
  const close = (): void => {
    caller?.stop()
    for (const worker of workers) worker.terminate()
  }
  try {
    const { kernels, module } = loadSharedKernels(build, maximumMemory)
    const { team, members, lose } = (caller = createTeam(kernels, module, threads))
    await Promise.all(
      members.map((member) => {
        const worker = startWorker()
        workers.push(worker)
        worker.addEventListener('error', ({ message }) => lose(member.thread, message))
        return join(worker, member)
      }),
    )
    return Object.assign(kernels, { team, close })
  } catch (error) {
    close()
    return `threads could not be started: ${messageOf(error)}`
  }
}

/**
 * Kernels that compute on all cores of a browser: Web Workers over one shared memory. Results are the same, to the last
 * bit, with any number of threads and without any.
 *
 * To be called from a Web Worker of a cross-origin isolated page, since the calling thread takes part and sleeps until the
 * others have finished. Anywhere else, and wherever threads cannot be started, the kernels compute on the calling thread
 * alone, and `why` says what to change. Settles when the threads are up, so that no call has to wait for them.
 *
 * @throws RangeError when `threads` is not a positive whole number, or `maximumMemory` is out of range
 * @throws Error when the engine has no WebAssembly SIMD
 *
 * @example
 * import { matmul, matrixOf, startWebTeam } from 'limn/linalg'
 *
 * // In a Web Worker of a page: threads where the page is cross-origin isolated, and in any case the same numbers.
 * export async function product(): Promise<number> {
 *   const team = await startWebTeam({ threads: 2 })
 *   try {
 *     return matmul(matrixOf([[1, 2]]), matrixOf([[3], [4]]), { kernels: team }).data[0]
 *   } finally {
 *     team.close()
 *   }
 * }
 * console.log(typeof product) // function
 */
export async function startWebTeam(options: WebTeamOptions = {}): Promise<WebKernels> {
  const { threads = hardwareThreads(), startWorker = defaultWorker } = options
  if (!(Number.isSafeInteger(threads) && threads >= 1)) {
    throw new RangeError(`startWebTeam: expected threads ≥ 1, got ${threads}`)
  }
  const why = obstacle(threads)
  const found = why === undefined ? await gather({ ...options, threads, startWorker }) : why
  return typeof found === 'string'
    ? Object.assign(loadKernels(options.build, options.maximumMemory), { why: found, close: () => {} })
    : found
}
