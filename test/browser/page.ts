// A page that computes: on its own main thread, or in a worker.

import { startWebTeam } from '../../src/linalg/web-team.js'
import type { Answer, Question } from './compute-worker.js'
import { numbers } from './numbers.js'

/** What the page offers to its test. */
export interface Page {
  readonly onMainThread: (question: Question) => Promise<Answer>
  readonly inWorker: (question: Question) => Promise<Answer>
}

const page: Page = {
  async onMainThread(question) {
    const kernels = await startWebTeam(question)
    return { ...(await numbers(kernels)), why: kernels.why ?? null }
  },
  inWorker: (question) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./compute-worker.js', import.meta.url), { type: 'module' })
      worker.addEventListener('error', ({ message }) => reject(new Error(message)))
      worker.addEventListener('message', ({ data }: MessageEvent<Answer | { readonly error: string }>) => {
        worker.terminate()
        if ('error' in data) reject(new Error(data.error))
        else resolve(data)
      })
      worker.postMessage(question)
    }),
}

Object.assign(globalThis, { page })
