import { loadKernels, type Kernels } from '../../src/linalg/kernels.js'

/** What limn's side computes on. */
export interface Context {
  readonly kernels: Kernels
  /** Threads that compute, the calling one included. */
  readonly threads: number
  close(): Promise<void>
}

/** This thread's kernels. */
export function openContext(): Context {
  return { kernels: loadKernels(), threads: 1, close: () => Promise.resolve() }
}
