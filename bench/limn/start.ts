import { fileURLToPath } from 'node:url'
import type { Contestant } from '../contestant.js'
import { processContestant } from '../process.js'
import type { TaskName } from './tasks.js'

/** Starts limn's side of a case in a process of its own, as the peers run in theirs. */
export function startLimn(task: TaskName, scratch: string): Contestant {
  return processContestant({
    name: 'limn',
    command: process.execPath,
    args: ['--import', 'tsx', fileURLToPath(new URL('serve.ts', import.meta.url))],
    env: process.env,
    task,
    scratch,
  })
}
