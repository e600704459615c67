// limn's side of a case: a process that lives through it and answers one JSON document per line, as bench/peers/serve.py
// does for the peers.

import { createInterface } from 'node:readline'
import { encodeNpz } from '../../src/data/npz.js'
import { writeAtomic } from '../../src/node/files.js'
import type { Assignment } from '../contestant.js'
import { openContext, type Context } from './context.js'
import type { TaskResult } from './task.js'
import { tasks, type TaskName } from './tasks.js'

type Request =
  | ({ readonly op: 'load'; readonly task: TaskName } & Assignment)
  | { readonly op: 'run' }
  | { readonly op: 'answer'; readonly file: string }
  | { readonly op: 'stop' }

let context: Context | undefined
let step: (() => TaskResult) | undefined
let result: TaskResult | undefined

function handle(request: Exclude<Request, { op: 'stop' }>): object {
  switch (request.op) {
    case 'load':
      context = openContext(request.threads)
      step = tasks[request.task](request.folder, request.parameters, context.kernels)
      return {
        versions: { node: process.version, kernels: context.kernels.build, threads: String(context.threads) },
      }
    case 'run': {
      if (!step) throw new Error('serve: expected a load before the run, got none')
      result = undefined
      const begin = performance.now()
      result = step()
      const seconds = result.seconds ?? (performance.now() - begin) / 1000
      return { seconds, peakBytes: process.resourceUsage().maxRSS * 1024 }
    }
    case 'answer':
      if (!result) throw new Error('serve: expected a run before the answer, got none')
      writeAtomic(request.file, encodeNpz(result.answer()))
      return {}
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request
  if (request.op === 'stop') break
  let reply: object
  try {
    reply = handle(request)
  } catch (error) {
    reply = { error: error instanceof Error ? error.message : String(error) }
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`)
}
await context?.close()
process.stdin.destroy()
