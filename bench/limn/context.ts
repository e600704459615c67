import { loadKernels, type Kernels } from '../../src/linalg/kernels.js'

/** What limn's side computes on. */
export interface Context {
  readonly kernels: Kernels
  /** Threads that really compute, the calling one included. */
  readonly threads: number
  close(): Promise<void>
}

/** The kernels on as many threads as the case gives to both sides, or on one where a function takes no more. */
export function openContext(_threads: number): Context {
  return { kernels: loadKernels(), threads: 1, close: () => Promise.resolve() }
}
