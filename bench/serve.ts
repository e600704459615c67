import { createInterface } from 'node:readline'
import { encodeNpz } from '../src/data/npz.js'
import type { TensorMap } from '../src/data/tensor.js'
import { writeAtomic } from '../src/node/files/files.js'
import type { Assignment, Versions } from './contestant.js'

/** What a run leaves behind: its answer, made only when asked for, outside the timed part. */
export interface TaskResult {
  readonly answer: () => TensorMap | Promise<TensorMap>
  /** Set by a task that repeats a small step inside one run: how long one step took. */
  readonly seconds?: number
}

/** A task with its inputs read: `step` is what is timed. */
export interface Loaded {
  readonly versions: Versions
  readonly step: () => TaskResult | Promise<TaskResult>
  readonly close?: () => Promise<void>
}

export type Request =
  | ({ readonly op: 'load'; readonly task: string } & Assignment)
  | { readonly op: 'run' }
  | { readonly op: 'answer'; readonly file: string }
  | { readonly op: 'stop' }

/**
 * A contestant's process: one JSON document per line in, one out, as bench/peers/serve.py does in Python. A task may be
 * loaded several times, with other inputs.
 */
export async function serve(load: (task: string, assignment: Assignment) => Loaded | Promise<Loaded>): Promise<void> {
  let loaded: Loaded | undefined
  let result: TaskResult | undefined

  async function handle(request: Exclude<Request, { op: 'stop' }>): Promise<object> {
    switch (request.op) {
      case 'load': {
        await loaded?.close?.()
        loaded = result = undefined
        const { task, folder, parameters, threads } = request
        loaded = await load(task, { folder, parameters, threads })
        return { versions: loaded.versions }
      }
      case 'run': {
        if (!loaded) throw new Error('serve: expected a load before the run, got none')
        result = undefined
        const begin = performance.now()
        result = await loaded.step()
        const seconds = result.seconds ?? (performance.now() - begin) / 1000
        return { seconds, peakBytes: process.resourceUsage().maxRSS * 1024 }
      }
      case 'answer':
        if (!result) throw new Error('serve: expected a run before the answer, got none')
        writeAtomic(request.file, encodeNpz(await result.answer()))
        return {}
    }
  }

  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request
    if (request.op === 'stop') break
    let reply: object
    try {
      reply = await handle(request)
    } catch (error) {
      reply = { error: error instanceof Error ? error.message : String(error) }
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`)
  }
  await loaded?.close?.()
  process.stdin.destroy()
}
