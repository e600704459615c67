import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeSamples } from './data.js'
import { freshFolder, limnJson } from './limn.js'

const file = freshFolder()
const study = file('study.yaml')
const folder = file('out')

beforeAll(() => {
  mkdirSync(file('.'), { recursive: true })
  writeSamples(file('data.npz'), 20, 6, 2)
  // A method that fails as long as a variable says so, as a machine does that lacks something.
  writeFileSync(
    file('fragile.js'),
    `export default {
  name: 'fragile',
  score({ weights }) {
    if (process.env.NO_NUMBERS) return weights.map(({ data }) => data.map(() => NaN))
    if (process.env.OUT_OF_ORDER) throw new Error('no licence for this machine')
    return weights.map(({ data }) => data.map(Math.abs))
  },
}
`,
  )
  writeFileSync(
    study,
    `trials: 2
data: { source: ${file('data.npz')}, samples: 10 }
network: { widths: [6], hiddenLayers: 1 }
prune: { methods: [random, ${file('fragile.js')}], densities: [0.5] }
graphon: { bins: 2 }
training: { steps: 2 }
`,
  )
})

const run = (env: NodeJS.ProcessEnv, ...more: string[]) =>
  spawnSync(process.execPath, [resolve('dist/cli/main.js'), 'study', 'run', study, '--out', folder, ...more], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })

interface Status {
  readonly done: number
  readonly total: number
  readonly failures: readonly { readonly job: string; readonly error: string }[]
}
const status = () => limnJson<Status>('study', 'status', folder)

describe('a job that cannot be computed', () => {
  it('ends the study by default, and keeps what is done', () => {
    const { status: code, stderr } = run({ OUT_OF_ORDER: '1' }, '--workers', '1')
    expect(code).toBe(1)
    expect(stderr).toMatch(/run-fragile-[^:]*: .*no licence for this machine/)
  })

  it('leaves the others alone with --on-error continue, and is told by status', () => {
    const { status: code, stderr } = run({ OUT_OF_ORDER: '1' }, '--on-error', 'continue')
    expect(code).toBe(1)
    expect(stderr.match(/no licence for this machine/g)).toHaveLength(2)
    expect(stderr).toMatch(/2 of \d+ jobs could not be computed; .* the same command tries them anew/)
    const { done, total, failures } = status()
    // Two networks, and what needs them: their limit, their motifs and their kernel.
    expect(total - done).toBe(5)
    expect(failures.map(({ job }) => job.startsWith('run-fragile-'))).toEqual([true, true])
    expect(failures[0].error).toContain('no licence for this machine')
  })

  it('is tried anew by the same command', () => {
    const { status: code } = run({})
    expect(code).toBe(0)
    expect(status()).toMatchObject({ failures: [] })
    expect(existsSync(join(folder, 'report.html'))).toBe(true)
  })
})

describe('a job whose numbers cannot be had', () => {
  const again = file('again')
  const runAgain = (env: NodeJS.ProcessEnv, ...more: string[]) =>
    spawnSync(process.execPath, [resolve('dist/cli/main.js'), 'study', 'run', study, '--out', again, ...more], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    })
  const refused = () =>
    limnJson<{ kind: string; failed: string }[]>(
      'study',
      'query',
      again,
      "select kind, failed from jobs where failed is not null and method = 'fragile' order by all",
    )

  it('is a result with a reason, which the report says', () => {
    expect(runAgain({ NO_NUMBERS: '1' }).status).toBe(0)
    expect(refused().length).toBeGreaterThan(1)
    expect(readFileSync(join(again, 'report.html'), 'utf8')).toMatch(/could not be computed|no numbers/)
  })

  it('stays so for the same command, and is computed anew, with what is made of it, by --retry failed', () => {
    const before = refused()
    expect(runAgain({}).stderr).toMatch(/ 0 results computed/)
    expect(refused()).toEqual(before)
    expect(runAgain({}, '--retry', 'failed').status).toBe(0)
    expect(refused()).toEqual([])
  })
})
