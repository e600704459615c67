import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseBucket } from '../../src/node/studies/bucket/address.js'
import { writeSamples } from '../cli/data.js'
import { freshFolder, limn, main } from '../cli/limn.js'
import { resultNames, studyContents } from '../cli/study-contents.js'
import { objectServer, type ObjectServer } from './object-server.js'
import { hasRedis, redisIn, type RedisServer } from './redis.js'

const file = freshFolder()
const [study, alone] = [file('study.yaml'), file('alone')]
const children: ChildProcess[] = []
let [faulty, steady]: ObjectServer[] = []
let redis: RedisServer | undefined

interface Ended {
  readonly code: number | null
  readonly said: string
}

/** Runs a command in an environment, to its end. */
async function run(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['--no-warnings', main, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, said }
}

/** Every result of a folder is an object of the same bytes, and there are no others. */
function expectObjects(server: ObjectServer, prefix: string, folder: string): void {
  const objects = server.objects(`${prefix}/runs`)
  expect([...objects.keys()].sort()).toEqual(resultNames(folder))
  for (const [name, bytes] of objects) {
    expect(Buffer.compare(bytes, readFileSync(join(folder, 'runs', name))), name).toBe(0)
  }
}

beforeAll(async () => {
  mkdirSync(file('faulty'), { recursive: true })
  writeSamples(file('data.npz'), 40, 6, 2)
  writeFileSync(
    study,
    `trials: 3
kernel: { compute: false }
data: { source: ${file('data.npz')}, samples: 10 }
network: { widths: [6], hiddenLayers: 1 }
prune: { methods: [snip], densities: [0.5] }
graphon: { bins: 2 }
spectrum: { samples: 30, top: 3 }
training: { steps: 3, trials: 1 }
`,
  )
  expect(limn('study', 'run', study, '--out', alone).code).toBe(0)
  ;[faulty, steady] = await Promise.all([objectServer(file('faulty'), 'faults'), objectServer(file('steady'), 'none')])
  if (hasRedis) {
    mkdirSync(file('redis'))
    redis = await redisIn(file('redis'))
    await redis.start()
  }
})

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  for (const server of [faulty, steady]) server.stop()
  await redis?.kill('SIGKILL')
})

describe('a study whose results are in a bucket', () => {
  it('has the bytes of its folder there, through a store that refuses, delays, cuts and forgets to answer', async () => {
    const folder = file('threads')
    const { code, said } = await run(
      faulty.env,
      'study',
      'run',
      study,
      '--out',
      folder,
      '--store',
      's3://studies/threads',
    )
    expect(code, said).toBe(0)
    expectObjects(faulty, 'threads', folder)
    expect(await studyContents(folder)).toEqual(await studyContents(alone))
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toBe(readFileSync(join(alone, 'report.html'), 'utf8'))
    // Another machine brings it into a folder of its own, from which everything reads it.
    const copy = file('copy')
    const fetched = await run({ ...faulty.env, LIMN_STORE: 's3://studies/threads' }, 'study', 'fetch', copy)
    expect(fetched.said).toMatch(/(\d+) results came, \1 of \1 are in/)
    expectObjects(faulty, 'threads', copy)
    expect((await run({}, 'study', 'report', copy)).code).toBe(0)
    expect(readFileSync(join(copy, 'report.html'), 'utf8')).toBe(readFileSync(join(alone, 'report.html'), 'utf8'))
  })

  it('is computed in shares by machines that see nothing but the bucket', async () => {
    const store = ['--store', 's3://studies/shares']
    const planned = await run(steady.env, 'study', 'plan', study, '--out', file('planner'), ...store)
    expect(planned.code, planned.said).toBe(0)
    const share = (index: number) =>
      run(steady.env, 'study', 'exec', file(`machine-${index}`), '--index', `${index}`, '--of', '2', ...store)
    for (let round = 0; round < 4; round++) {
      const codes = (await Promise.all([share(0), share(1)])).map(({ code }) => code)
      if (codes.every((code) => code === 0)) break
      expect(codes.every((code) => code === 0 || code === 3)).toBe(true)
    }
    const copy = file('from-shares')
    expect((await run(steady.env, 'study', 'fetch', copy, ...store)).code).toBe(0)
    expectObjects(steady, 'shares', copy)
    expect(await studyContents(copy)).toEqual(await studyContents(alone))
    const again = await run(steady.env, 'study', 'plan', study, '--out', file('planner'), '--dry-run', ...store)
    expect(again.said).toMatch(/, 0 to be computed/)
  })

  it.runIf(hasRedis)('is computed by workers behind a queue that see nothing but the bucket', async () => {
    const more = ['--store', 's3://studies/queue', '--queue', redis!.url]
    const folder = file('coordinator')
    const coordinator = run(faulty.env, 'study', 'run', study, '--out', folder, ...more)
    while (!faulty.objects('queue').has('plan.json')) await new Promise((done) => setTimeout(done, 50))
    const workers = [0, 1].map((index) => run(faulty.env, 'worker', file(`worker-${index}`), '--workers', '1', ...more))
    const ended = await Promise.all([coordinator, ...workers])
    expect(
      ended.map(({ code }) => code),
      ended.map(({ said }) => said).join('\n'),
    ).toEqual([0, 0, 0])
    expectObjects(faulty, 'queue', folder)
    expect(await studyContents(folder)).toEqual(await studyContents(alone))
  })

  it('computes anew what is damaged there, and brings there what a folder has already', async () => {
    const store = ['--store', 's3://studies/mended']
    const folder = file('mended')
    expect((await run(steady.env, 'study', 'run', study, '--out', folder, ...store)).code).toBe(0)
    const [cut, other, gone] = resultNames(folder).filter((name) => /^run-.*npz$/.test(name))
    const bytes = steady.objects('mended/runs')
    steady.change(`mended/runs/${cut}`, bytes.get(cut)!.slice(0, -5))
    steady.change(
      `mended/runs/${other}`,
      bytes.get(other)!.map((byte, i) => (i === 200 ? byte ^ 1 : byte)),
    )
    rmSync(join(file('steady'), 'studies', 'mended', 'runs', `${gone.replace('npz', 'parquet')}._S3rver_object`))
    rmSync(join(file('steady'), 'studies', 'mended', 'runs', `${gone.replace('npz', 'parquet')}._S3rver_metadata.json`))
    const elsewhere = file('elsewhere')
    const { code, said } = await run(steady.env, 'study', 'run', study, '--out', elsewhere, ...store)
    expect(code, said).toBe(0)
    expect(said).toContain(`s3://studies/mended/runs/${other}: is damaged, or belongs to another table`)
    expect(said).toMatch(/3 results computed \(2 of them in place of damaged ones\)/)
    expectObjects(steady, 'mended', elsewhere)
    const pushed = await run(steady.env, 'study', 'run', study, '--out', alone, '--store', 's3://studies/pushed')
    expect(pushed.said).toMatch(/0 results computed/)
    expectObjects(steady, 'pushed', alone)
  })

  it('says what is wrong with a bucket, its keys or the address, and no secret', async () => {
    const at = (env: Readonly<Record<string, string>>, store: string) =>
      run({ ...steady.env, ...env }, 'study', 'run', study, '--out', file('refused'), '--store', store)
    const noBucket = await at({}, 's3://nothing-here/x')
    expect([noBucket.code, noBucket.said]).toEqual([
      1,
      expect.stringMatching(/s3:\/\/nothing-here\/x: .*make the bucket/),
    ])
    const wrong = await at({ AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'not-the-secret' }, 's3://studies/x')
    expect([wrong.code, wrong.said]).toEqual([1, expect.stringMatching(/check the keys/)])
    expect(wrong.said).not.toContain('not-the-secret')
    const fetched = await run(steady.env, 'study', 'fetch', file('empty'), '--store', 's3://studies/empty')
    expect([fetched.code, fetched.said]).toEqual([1, expect.stringMatching(/plan\.json: expected a plan, got none/)])
    for (const address of ['s3://key:secret@studies/x', 'https://studies/x', 's3://UPPER/x', 'studies']) {
      expect(() => parseBucket(address)).toThrow(/expected s3:\/\/bucket\/prefix/)
      expect(() => parseBucket(address)).not.toThrow(/secret/)
    }
    expect(parseBucket('s3://studies/a//b/')).toEqual({ bucket: 'studies', prefix: 'a/b/', shown: 's3://studies/a/b' })
    expect(
      existsSync(join(file('refused'), 'plan.json')) && readFileSync(join(file('refused'), 'plan.json'), 'utf8'),
    ).not.toContain('S3RVER')
  })
})
