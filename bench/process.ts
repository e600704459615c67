import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { decodeNpz } from '../src/data/npz.js'
import { readBytes } from '../src/node/files/files.js'
import type { Assignment, Contestant, Timing, Versions } from './contestant.js'

/** How to start a contestant's process, and what it should compute. */
export interface ProcessOptions {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Name of the task, as the process knows it. */
  readonly task: string
  /** Folder for answers. */
  readonly scratch: string
  /** Seconds after which an unanswered request ends the process; default never. */
  readonly patience?: number
}

type Reply = Readonly<Record<string, unknown>> & { readonly error?: string }

/** Characters of a failed process's stderr that its error shows. */
const shownErrors = 2000

/** A contestant in a process of its own that reads one JSON document per line and answers each with another. */
export function processContestant(options: ProcessOptions): Contestant {
  const { name, command, args, env, task, scratch, patience } = options
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  const waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = []
  let complaints = ''
  let ended: Error | undefined
  const end = (problem: string) => {
    ended ??= new Error(`${name}: ${problem}${complaints === '' ? '' : `\n${complaints.trim()}`}`)
    for (const { reject } of waiting.splice(0)) reject(ended)
  }
  child.stderr.on('data', (text: Buffer) => (complaints = (complaints + text.toString()).slice(-shownErrors)))
  child.stdin.on('error', () => undefined)
  child.on('error', (error) => end(`could not be started: ${error.message}`))
  const closed = new Promise<void>((resolve) =>
    child.on('close', (code, signal) => {
      end(`ended with ${signal ?? `code ${String(code)}`}`)
      resolve()
    }),
  )
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(JSON.parse(line) as Reply))

  const ask = async (request: object): Promise<Reply> => {
    if (ended) throw ended
    const late = () => {
      end(`no answer within ${String(patience)} s`)
      child.kill('SIGKILL')
    }
    const timer = patience === undefined ? undefined : setTimeout(late, 1000 * patience)
    const reply = await new Promise<Reply>((resolve, reject) => {
      waiting.push({ resolve, reject })
      child.stdin.write(`${JSON.stringify(request)}\n`)
    }).finally(() => clearTimeout(timer))
    if (reply.error !== undefined) throw new Error(`${name}: ${reply.error}`)
    return reply
  }
  return {
    name,
    load: async (assignment: Assignment) => (await ask({ op: 'load', task, ...assignment })).versions as Versions,
    run: async () => (await ask({ op: 'run' })) as unknown as Timing,
    async answer() {
      const file = join(scratch, `${task}.npz`)
      await ask({ op: 'answer', file })
      return decodeNpz(readBytes(file), file)
    },
    async close() {
      if (!ended) child.stdin.end(`${JSON.stringify({ op: 'stop' })}\n`)
      await closed
    },
  }
}
