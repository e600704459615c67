import { loadKernels, setDefaultKernels, type Kernels } from '../../src/linalg/kernels.js'
import { startTeam } from '../../src/node/team.js'

/** What limn's side computes on. */
export interface Context {
  readonly kernels: Kernels
  /** Threads at hand, the calling one included; a function that does not share its work computes on one. */
  readonly threads: number
  close(): Promise<void>
}

/** The worker as it is built: threads do not inherit the loader that runs the benchmark from its sources. */
const script = new URL('../../dist/node/team-worker.js', import.meta.url)

/**
 * Kernels with a team of as many threads as the peers get, also for functions that are given none.
 *
 * @throws Error when the project has not been built
 */
export function openContext(threads: number): Context {
  if (threads === 1) return { kernels: loadKernels(), threads, close: () => Promise.resolve() }
  const kernels = startTeam({ threads, script })
  setDefaultKernels(kernels)
  return { kernels, threads, close: () => kernels.close() }
}
