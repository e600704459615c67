import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomStream } from '../../src/random/random.js'
import { writeSamples } from '../cli/data.js'
import { freshFolder, limn, limnJson, startLimn } from '../cli/limn.js'
import { resultNames, studyContents } from '../cli/study-contents.js'
import { hasRedis, redisIn, type RedisServer } from './redis.js'

const file = freshFolder()
const study = file('study.yaml')
const children: ChildProcess[] = []
let redis: RedisServer

const results = (folder: string) => resultNames(folder).filter((name) => name.endsWith('.parquet')).length

/** Waits until a folder holds so many results, or a process has ended. */
async function until(folder: string, count: number, process: ChildProcess): Promise<void> {
  while (results(folder) < count && process.exitCode === null) await new Promise((done) => setTimeout(done, 20))
}

/** Collects what a process says and how it ends. */
function watched(child: ChildProcess) {
  children.push(child)
  let said = ''
  child.stdout?.on('data', (chunk) => (said += String(chunk)))
  child.stderr?.on('data', (chunk) => (said += String(chunk)))
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  return { child, ended, said: () => said }
}

/** A worker whose jobs are taken over sooner than by default when it dies. */
const impatient = `import { connectQueue } from '${pathToFileURL(resolve('dist/node/queue/connection.js')).href}'
import { runQueueWorker } from '${pathToFileURL(resolve('dist/node/queue/worker.js')).href}'
import { readPlan } from '${pathToFileURL(resolve('dist/node/index.js')).href}'
const [folder, queue] = process.argv.slice(2)
const connection = await connectQueue(new URL(queue), (line) => console.error(line))
await runQueueWorker(connection, folder, readPlan(folder), { workers: 1, lockDuration: 2000, stalledInterval: 500 })
`

const worker = (folder: string) =>
  watched(spawn(process.execPath, [file('worker.mjs'), folder, redis.url], { stdio: 'pipe' }))

beforeAll(async () => {
  if (!hasRedis) return
  mkdirSync(file('redis'), { recursive: true })
  writeSamples(file('data.npz'), 40, 6, 2)
  writeFileSync(file('worker.mjs'), impatient)
  writeFileSync(
    study,
    `title: Three hundred networks
trials: 30
data: { source: ${file('data.npz')}, samples: 10 }
network: { widths: [6], hiddenLayers: 1 }
prune: { methods: [random, magnitude, snip, grasp, synflow], densities: [0.5, 0.3] }
graphon: { bins: 2 }
training: { steps: 3, trials: 1 }
`,
  )
  redis = await redisIn(file('redis'), 'secret-word')
  await redis.start()
})

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  if (hasRedis) await redis.kill('SIGKILL')
})

describe.runIf(hasRedis)('a study behind a queue', () => {
  it('has the results of one process, whoever is killed on the way', { timeout: 300_000 }, async () => {
    const [alone, queued] = [file('alone'), file('queued')]
    limnJson('study', 'run', study, '--out', alone, '--workers', '2')
    const total = results(alone)
    expect(resultNames(alone).filter((name) => /^run-.*parquet$/.test(name))).toHaveLength(300)

    const coordinator = watched(startLimn('study', 'run', study, '--out', queued, '--queue', redis.url))
    while (!existsSync(join(queued, 'plan.json'))) await new Promise((done) => setTimeout(done, 20))
    const workers = [0, 1, 2, 3].map(() => worker(queued))
    const random = randomStream(1, 'moments')
    const moment = (from: number) => Math.round(total * (from + 0.15 * random.uniform()))
    await until(queued, moment(0.1), coordinator.child)
    workers[0].child.kill('SIGKILL')
    await until(queued, moment(0.3), coordinator.child)
    await redis.kill('SIGKILL')
    await new Promise((done) => setTimeout(done, 300))
    await redis.start()
    await until(queued, moment(0.6), coordinator.child)
    workers[1].child.kill('SIGKILL')

    expect(await coordinator.ended, coordinator.said()).toBe(0)
    expect(await Promise.all(workers.slice(2).map(({ ended }) => ended))).toEqual([0, 0])
    expect(await studyContents(queued)).toEqual(await studyContents(alone))
    expect(readFileSync(join(queued, 'report.html'), 'utf8')).toBe(readFileSync(join(alone, 'report.html'), 'utf8'))
    const said = [coordinator, ...workers].map((one) => one.said()).join('')
    expect(said).not.toContain('secret-word')
    expect(readFileSync(join(queued, 'plan.json'), 'utf8')).not.toContain('secret-word')
  })

  it('is refused where there is no queue, or the password is wrong, without a word of it', async () => {
    const at = (queue: string) => limn('study', 'run', study, '--out', file('refused'), '--queue', queue)
    expect(at('http://127.0.0.1:1').stderr).toMatch(
      /--queue: expected redis:\/\/host:port .* got http:\/\/127\.0\.0\.1:1/,
    )
    const wrong = at(redis.url.replace('secret-word', 'wrong-word'))
    expect([wrong.code, wrong.stderr.includes('wrong-word')]).toEqual([1, false])
    expect(wrong.stderr).toMatch(/expected a Redis that takes this address, got none/)
    await Promise.resolve()
  })

  it('refuses workers that may not compute it: another limn’s, other kernels’, modules without leave', async () => {
    const folder = file('worker')
    const module = file('mine.js')
    writeFileSync(
      module,
      `export default { name: 'mine', label: 'Mine', score: ({ weights }) => weights.map(({ data }) => data.map(Math.abs)) }`,
    )
    const own = file('own.yaml')
    writeFileSync(own, readFileSync(study, 'utf8').replace('[random, magnitude, snip, grasp, synflow]', `[${module}]`))
    expect(limn('study', 'plan', own, '--out', folder).code).toBe(0)
    const refused = limn('worker', folder, '--queue', redis.url)
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/--allow-modules loads it/)])
    const path = join(folder, 'plan.json')
    const plan = JSON.parse(readFileSync(path, 'utf8')) as { provenance: { limnVersion: string } }
    plan.provenance.limnVersion = '0.0.1'
    writeFileSync(path, JSON.stringify(plan))
    expect(limn('worker', folder, '--queue', redis.url, '--allow-modules').stderr).toMatch(/got one of 0\.0\.1/)
    await Promise.resolve()
  })
})
