import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeRows } from '../../src/study/results-file.js'
import { writeSamples } from './data.js'
import { freshFolder, limn, limnJson, startLimn } from './limn.js'

const file = freshFolder()
const study = file('study.yaml')

interface RunDocument {
  report: string
  jobs: number
  found: number
}

const run = (folder: string, ...more: string[]) =>
  limnJson<RunDocument>('study', 'run', study, '--out', folder, ...more)
const report = (folder: string) => readFileSync(join(folder, 'report.html'), 'utf8')
const results = (folder: string) => readdirSync(join(folder, 'runs')).filter((name) => name.endsWith('.parquet'))

beforeAll(() => {
  mkdirSync(file('.'), { recursive: true })
  writeSamples(file('data.npz'), 40, 9, 3)
  writeFileSync(
    study,
    `title: A small study
trials: 2
data: { source: ${file('data.npz')}, samples: 20 }
network: { widths: [16, 32], hiddenLayers: 2 }
prune: { methods: [random, snip], densities: [0.4] }
graphon: { bins: 8 }
training: { steps: 10, trials: 1 }
`,
  )
})

describe('a study', () => {
  it('gives the same report with one worker, with two, and after being killed half way', async () => {
    const [one, two, killed] = ['one', 'two', 'killed'].map(file)
    run(one, '--workers', '1')
    run(two, '--workers', '2')
    expect(report(two)).toBe(report(one))

    const child = startLimn('study', 'run', study, '--out', killed, '--workers', '1')
    const folder = join(killed, 'runs')
    for (;;) {
      const done = (() => {
        try {
          return results(killed).length
        } catch {
          return 0
        }
      })()
      if (done >= 3 || child.exitCode !== null) break
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    child.kill('SIGKILL')
    await once(child, 'exit')
    const before = new Map(results(killed).map((name) => [name, statSync(join(folder, name)).mtimeMs]))
    expect(before.size).toBeGreaterThanOrEqual(3)
    const resumed = run(killed, '--workers', '2')
    expect(resumed.found).toBe(before.size)
    for (const [name, time] of before) expect(statSync(join(folder, name)).mtimeMs).toBe(time)
    expect(report(killed)).toBe(report(one))
  })

  it('computes nothing twice, and tells its status', () => {
    const folder = file('one')
    const again = run(folder)
    expect(again.found).toBe(again.jobs)
    const status = limnJson<{ total: number; done: number; next: string | null }>('study', 'status', folder)
    expect(status).toMatchObject({ total: again.jobs, done: again.jobs, next: null })
    const before = report(folder)
    expect(limn('study', 'report', folder).stdout.trim()).toBe(join(folder, 'report.html'))
    expect(report(folder)).toBe(before)
  })

  it('keeps one row per run and layer, and per run and step', async () => {
    const folder = file('one')
    const rows = (
      await Promise.all(results(folder).map((name) => decodeRows(readFileSync(join(folder, 'runs', name)))))
    ).flat()
    const count = (record: string) => rows.filter((row) => row.record === record && row.kind === 'run').length
    // 2 methods × 2 widths × 2 trials, 3 matrices each; half of them trained, measured and linearised for 10 steps.
    expect(count('run')).toBe(8)
    expect(count('layer')).toBe(24)
    expect(count('step')).toBe(4 * 2 * 11)
  })

  it('refuses damaged results by name, and computes what was deleted', () => {
    const folder = file('damaged')
    cpSync(file('one'), folder, { recursive: true })
    const [name] = results(folder).filter((result) => result.startsWith('run-'))
    const damaged = join(folder, 'runs', name)
    writeFileSync(damaged, readFileSync(damaged).subarray(0, 100))
    for (const kernel of results(folder).filter((result) => result.startsWith('kernel-')))
      rmSync(join(folder, 'runs', kernel))
    for (const args of [
      ['report', folder],
      ['run', study, '--out', folder, '--workers', '1'],
    ]) {
      const { code, stdout, stderr } = limn('study', ...args)
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr.trimEnd().split('\n')).toHaveLength(1)
      expect(stderr).toMatch(
        args[0] === 'run' ? /^limn: .*run-.*: is damaged .*; delete it/ : /damaged: \d+ of \d+ results/,
      )
    }
    rmSync(damaged)
    run(folder)
    expect(report(folder)).toBe(report(file('one')))
  })

  it.each(['', '{', '[]', '{"config": {}, "jobs": []}'])('refuses the plan %j', (plan) => {
    const folder = file('plan')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'plan.json'), plan)
    const { code, stderr } = limn('study', 'status', folder)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^limn: .*plan\.json: is n[^\n]*; run the study again to write it anew\n$/)
  })

  it.each([
    ['trials: *nowhere', /line \d|not YAML: .*nowhere/],
    ['network: { widths: [1000000] }', /network\.widths: .*memory/],
    ['network: { widths: [8], hiddenLayers: 1000000 }', /hiddenLayers.*1000/],
  ])('refuses %s before anything is written', (change, message) => {
    const changed = file('changed.yaml')
    const key = change.slice(0, change.indexOf(':'))
    writeFileSync(changed, readFileSync(study, 'utf8').replace(new RegExp(`^${key}:.*$`, 'm'), change))
    const { code, stderr } = limn('study', 'run', changed, '--out', file('unwritten'))
    expect(code).toBe(1)
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(existsSync(file('unwritten'))).toBe(false)
  })

  it('can be interrupted with Ctrl-C and says how to go on', async () => {
    const folder = file('interrupted')
    const child = startLimn('study', 'run', study, '--out', folder, '--workers', '1')
    let stderr = ''
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    for (;;) {
      let started = false
      try {
        started = results(folder).length >= 1
      } catch {
        started = false
      }
      if (started || child.exitCode !== null) break
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    child.kill('SIGINT')
    await once(child, 'exit')
    expect(child.exitCode).toBe(130)
    expect(stderr).toMatch(/interrupted with \d+ of \d+ results in .*; the same command goes on from there/)
    run(folder)
    expect(report(folder)).toBe(report(file('one')))
  })
})
