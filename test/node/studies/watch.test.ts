import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPlan } from '../../../src/node/studies/study.js'
import { isTraining } from '../../../src/node/studies/watch/curves.js'
import { serveWatch, type WatchServer } from '../../../src/node/studies/watch/serve.js'
import { watchStudy, type WatchedStudy } from '../../../src/node/studies/watch/watch.js'
import type { StudyPlan } from '../../../src/study/plan.js'
import { writeSamples } from '../../cli/data.js'
import { freshFolder, limn } from '../../cli/limn.js'

const file = freshFolder()
const folder = file('study')
const title = 'Tom & <b>Jerry</b>'
let plan: StudyPlan

beforeAll(() => {
  mkdirSync(file('.'), { recursive: true })
  writeSamples(file('data.npz'), 30, 5, 2)
  writeFileSync(
    file('study.yaml'),
    `title: ${title}
trials: 2
data: { source: ${file('data.npz')}, samples: 12 }
network: { widths: [6, 8], hiddenLayers: 1 }
prune: { methods: [random, snip], densities: [0.5] }
graphon: { bins: 2 }
training: { steps: 4, trials: 1 }
`,
  )
  expect(limn('study', 'run', file('study.yaml'), '--out', folder).code).toBe(0)
  plan = readPlan(folder)
})

/** A folder with a part of the results, those that are missing at hand. */
function partOf(name: string, count: number) {
  const part = file(name)
  mkdirSync(join(part, 'runs'), { recursive: true })
  cpSync(join(folder, 'plan.json'), join(part, 'plan.json'))
  const put = (from: number, to: number) => {
    for (const { id } of plan.jobs.slice(from, to)) {
      for (const ending of ['npz', 'parquet']) {
        cpSync(join(folder, 'runs', `${id}.${ending}`), join(part, 'runs', `${id}.${ending}`))
      }
    }
  }
  put(0, count)
  return { part, put }
}

describe('watchStudy', () => {
  it('follows results that others write, says who and what failed, and ends with the last', async () => {
    const { part, put } = partOf('growing', 3)
    const total = plan.jobs.length
    const failed = plan.jobs[total - 1].id
    writeFileSync(join(part, 'failures.json'), JSON.stringify([{ job: failed, error: 'no memory' }]))
    // Half-written files, and one that is no result, are nobody's business.
    writeFileSync(join(part, 'runs', '.limn-1.tmp'), 'x')
    writeFileSync(join(part, 'runs', `${plan.jobs[5].id}.npz`), 'x')
    const moments: WatchedStudy[] = []
    for await (const moment of watchStudy(part, plan, { every: 5 })) {
      moments.push(moment)
      const { done } = moment
      put(done, done + 4)
      if (done === 7) writeFileSync(join(part, 'runs', `${plan.jobs[7].id}.parquet`), 'damaged')
    }
    expect(moments.map(({ done }) => done)).toEqual(
      [...new Set([3, 7, 11, 15, 19, 23, total])].filter((n) => n <= total),
    )
    expect(moments.slice(0, -1).every(({ failures }) => failures[0].job === failed)).toBe(true)
    expect(moments.at(-1)).toMatchObject({ title, done: total, total, failures: [], secondsLeft: 0 })
    // Who gave those that were there, and are young, is known at the first look, and so is the pace.
    expect(moments[0].machines).toHaveLength(1)
    expect(moments[0].perMinute).toBeGreaterThan(0)
    const [machine] = moments.at(-1)!.machines
    expect(machine.results).toBeGreaterThanOrEqual(total - 3 - 1)
  })

  it('gives the rows of results that are wanted, also of those that were there, and leaves the folder as it is', async () => {
    const before = readdirSync(folder, { recursive: true })
    const wanted = new Set(plan.jobs.filter(isTraining(plan)).map(({ id }) => id))
    const rows = new Map<string, unknown>()
    for await (const moment of watchStudy(folder, plan, { wanted: isTraining(plan) }))
      for (const [id, found] of moment.rows) if (wanted.has(id)) rows.set(id, found)
    expect(new Set(rows.keys())).toEqual(wanted)
    expect(rows.size).toBe(4)
    expect(readdirSync(folder, { recursive: true })).toEqual(before)
  })

  it('ends when it is told to', async () => {
    const { part } = partOf('aborted', 2)
    const stop = new AbortController()
    const watching = (async () => {
      for await (const moment of watchStudy(part, plan, { every: 60_000, signal: stop.signal })) {
        expect(moment.done).toBe(2)
        stop.abort(new Error('enough'))
      }
    })()
    await expect(watching).rejects.toThrow('enough')
  })
})

describe('the page of a watch', () => {
  let server: WatchServer
  beforeAll(async () => {
    rmSync(file('page'), { recursive: true, force: true })
    server = await serveWatch(folder, plan, 0)
    for await (const moment of watchStudy(folder, plan, { wanted: isTraining(plan) })) await server.show(moment)
  })
  afterAll(() => server.close())

  const asked = (path: string, options: { host?: string; method?: string } = {}) =>
    new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>((resolve, reject) => {
      const url = new URL(path, server.url)
      const headers = options.host ? { host: options.host } : {}
      request(url, { method: options.method ?? 'GET', headers }, (answer) => {
        let body = ''
        const done = () => resolve({ status: answer.statusCode!, headers: answer.headers, body })
        answer.on('data', (chunk) => {
          body += String(chunk)
          // Events never end by themselves.
          if (path === '/events' && body.endsWith('\n\n') && body.includes('data:')) answer.destroy()
        })
        answer.on('end', done).on('close', done)
      })
        .on('error', reject)
        .end()
    })

  it('has the answer, bars, a picture and no markup of others, and runs its own script alone', async () => {
    const { status, headers, body } = await asked('/')
    expect(status).toBe(200)
    expect(body).toContain(`All ${plan.jobs.length} jobs are done.`)
    expect(body).toContain('Tom &amp; &lt;b&gt;Jerry&lt;/b&gt;')
    expect(body).not.toContain('<b>Jerry')
    expect(body).toMatch(/<svg [^>]*aria-labelledby="live-loss-title/)
    const script = /<script>([^]*?)<\/script>/.exec(body)![1]
    const sum = createHash('sha256').update(script).digest('base64')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain(`script-src 'sha256-${sum}'`)
    expect(policy).toContain("default-src 'none'")
  })

  it('is fed by events that hold the same', async () => {
    const { headers, body } = await asked('/events')
    expect(headers['content-type']).toContain('text/event-stream')
    const data = JSON.parse(/^data: (.*)$/m.exec(body)![1]) as { title: string; html: string; complete: boolean }
    expect(data.complete).toBe(true)
    expect((await asked('/')).body).toContain(data.html)
    expect((await asked('/report.html')).body).toContain('<!doctype html>')
  })

  it('answers no other host, method or path', async () => {
    expect((await asked('/', { host: 'evil.example' })).status).toBe(403)
    expect((await asked('/events', { host: 'evil.example' })).status).toBe(403)
    expect((await asked('/', { host: 'localhost.evil.example' })).status).toBe(403)
    // A tunnel from another port is one's own.
    expect((await asked('/', { host: 'localhost:8000' })).status).toBe(200)
    expect((await asked('/report.html')).headers['content-security-policy']).toBe('sandbox allow-scripts')
    expect((await asked('/', { method: 'POST' })).status).toBe(405)
    for (const path of ['/plan.json', '/../plan.json', '/%2e%2e/plan.json', '/runs'])
      expect((await asked(path)).status).toBe(404)
  })
})
