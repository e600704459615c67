// What a page's worker does: starts and closes teams with the options it is sent, computes with the last, and answers.

import { startWebTeam, type WebTeamOptions } from '../../src/linalg/web-team.js'
import { numbers, type Numbers } from './numbers.js'

/** An answer: numbers and why they were computed by one thread. */
export interface Answer extends Numbers {
  readonly why: string | null
}

/** What it is asked: options of a team, how many teams to start, and whether their workers' script is missing. */
export interface Question extends Omit<WebTeamOptions, 'startWorker'> {
  readonly teams?: number
  readonly absentScript?: boolean
}

globalThis.addEventListener('message', ({ data: question }: MessageEvent<Question>) => {
  const { teams = 1, absentScript = false, ...given } = question
  const startWorker = (): Worker => new Worker(new URL('./absent.js', import.meta.url), { type: 'module' })
  const options: WebTeamOptions = { ...given, ...(absentScript && { startWorker }) }
  const answer = async (): Promise<Answer> => {
    for (let before = 1; before < teams; before++) (await startWebTeam(options)).close()
    const kernels = await startWebTeam(options)
    const found = await numbers(kernels)
    kernels.close()
    return { ...found, why: kernels.why ?? null }
  }
  answer().then(
    (value) => globalThis.postMessage(value),
    (error: unknown) => globalThis.postMessage({ error: String(error) }),
  )
})
