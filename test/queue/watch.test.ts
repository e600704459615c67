import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectQueue, queueName, type QueueConnection } from '../../src/node/queue/connection.js'
import { watchQueue } from '../../src/node/queue/watch.js'
import { readPlan } from '../../src/node/studies/plan-file.js'
import type { WatchedQueue } from '../../src/node/studies/watch/watch.js'
import { writeSamples } from '../cli/data.js'
import { freshFolder, limn, limnJson, startLimn } from '../cli/limn.js'
import { hasRedis, redisIn, type RedisServer } from './redis.js'

const file = freshFolder()
const folder = file('out')
const study = file('study.yaml')
const children: ChildProcess[] = []
let redis: RedisServer
let connection: QueueConnection

/** Looks again and again until a queue is as it should be. */
async function until(look: () => Promise<WatchedQueue>, isSo: (seen: WatchedQueue) => boolean): Promise<WatchedQueue> {
  for (;;) {
    const seen = await look()
    if (isSo(seen)) return seen
    await new Promise((done) => setTimeout(done, 50))
  }
}

beforeAll(async () => {
  if (!hasRedis) return
  mkdirSync(file('redis'), { recursive: true })
  writeSamples(file('data.npz'), 20, 6, 2)
  // A method that waits until it is told to go on: workers are at it as long as one likes.
  writeFileSync(
    file('patient.js'),
    `import { existsSync } from 'node:fs'
export default {
  name: 'patient',
  score({ weights }) {
    while (!existsSync(${JSON.stringify(file('go-on'))})) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    return weights.map(({ data }) => data.map(Math.abs))
  },
}
`,
  )
  writeFileSync(
    study,
    `title: Queued
trials: 3
data: { source: ${file('data.npz')}, samples: 10 }
network: { widths: [6], hiddenLayers: 1 }
prune: { methods: [${file('patient.js')}], densities: [0.5] }
graphon: { bins: 2 }
training: { steps: 2 }
`,
  )
  redis = await redisIn(file('redis'), 'secret-word')
  await redis.start()
})

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  if (!hasRedis) return
  connection.close()
  await redis.kill('SIGKILL')
})

describe.runIf(hasRedis)('a study behind a queue that is watched', () => {
  it('is asked for its workers and what they are at, and changes nothing in Redis', async () => {
    expect(limn('study', 'plan', study, '--out', folder).code).toBe(0)
    const plan = readPlan(folder)
    connection = await connectQueue(new URL(redis.url), () => undefined)
    const { look } = watchQueue(connection, plan)
    const quiet = await look()
    expect(quiet).toEqual({
      ...{ answers: true, waiting: 0, active: 0, failed: 0, workers: 0 },
      processes: [],
    })
    expect(await connection.redis.keys('*')).toEqual([])

    const run = startLimn('study', 'run', study, '--out', folder, '--queue', redis.url)
    const worker = spawn(
      process.execPath,
      [resolve('dist/cli/main.js'), 'worker', folder, '--queue', redis.url, '--workers', '2', '--allow-modules'],
      { stdio: 'ignore' },
    )
    children.push(run, worker)
    const ended = Promise.all([run, worker].map((child) => once(child, 'exit')))
    const atWork = await until(
      look,
      ({ active, processes }) =>
        active === 2 && processes.some(({ jobs }) => jobs.every((id) => id.includes('-patient-'))),
    )
    expect(atWork).toMatchObject({ answers: true, active: 2, failed: 0 })
    expect(atWork.processes.map(({ name }) => name)).toEqual([`${hostname()}:${worker.pid}`])
    expect(atWork.processes[0].jobs).toHaveLength(2)

    const shown = limn('study', 'watch', folder, '--once', '--queue', redis.url)
    expect(shown.stdout).toMatch(/queue: 1 worker, 2 jobs at work, \d+ waiting, 0 failed/)
    expect(shown.stdout).toContain(`${hostname()}:${worker.pid}: `)
    expect(shown.stdout + shown.stderr).not.toContain('secret-word')
    const { queue } = limnJson<{ queue: WatchedQueue }>('study', 'watch', folder, '--once', '--queue', redis.url)
    expect(queue.processes).toEqual(atWork.processes)

    writeFileSync(file('go-on'), '')
    expect(await ended).toEqual([
      [0, null],
      [0, null],
    ])
    expect((await connection.redis.keys('*')).filter((key) => key.includes(queueName(plan)))).toEqual([])
  })

  it(
    'shows what the queue last said while it does not answer, and goes on when it does',
    { timeout: 120_000 },
    async () => {
      const plan = readPlan(folder)
      const { look } = watchQueue(connection, plan)
      expect((await look()).answers).toBe(true)
      await redis.kill('SIGKILL')
      expect(await look()).toMatchObject({ answers: false, waiting: 0 })
      await redis.start()
      expect(await until(look, ({ answers }) => answers)).toMatchObject({ answers: true })
    },
  )
})
