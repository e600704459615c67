import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { loadKernels, setDefaultKernels, type Kernels } from '../../src/linalg/kernels.js'
import { writeAtomic } from '../../src/node/files/files.js'
import { startTeam } from '../../src/node/team/team.js'

/** What limn's side computes on. */
export interface Context {
  readonly kernels: Kernels
  /** Threads at hand, the calling one included; a function that does not share its work computes on one. */
  readonly threads: number
  close(): Promise<void>
}

/**
 * The script of the team's threads: the worker from the same sources as everything else here. Threads do not inherit the
 * loader that reads them, so the script brings it along.
 */
function workerScript(folder: string): URL {
  const file = join(folder, 'limn-team-worker.mjs')
  const worker = new URL('../../src/node/team/team-worker.ts', import.meta.url)
  const loader = import.meta.resolve('tsx/esm/api')
  writeAtomic(file, `import { register } from '${loader}'\nregister()\nawait import('${worker.href}')\n`)
  return pathToFileURL(file)
}

/** Not part of the checkout. */
const cache = fileURLToPath(new URL('../../node_modules/.cache/limn-bench', import.meta.url))

/** Kernels with a team of as many threads as the peers get, also for functions that are given none. */
export function openContext(threads: number): Context {
  if (threads === 1) return { kernels: loadKernels(), threads, close: () => Promise.resolve() }
  const kernels = startTeam({ threads, script: workerScript(cache) })
  setDefaultKernels(kernels)
  return { kernels, threads, close: () => kernels.close() }
}
