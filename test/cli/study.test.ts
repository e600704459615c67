import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeNpz, encodeNpz } from '../../src/data/npz.js'
import type { Tensor, TensorMap } from '../../src/data/tensor.js'
import { prepareStudy } from '../../src/node/studies/study.js'
import { inStudyFolder } from '../../src/node/studies/folder.js'
import { startStudyWorkers } from '../../src/node/studies/workers.js'
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
    expect(count('job')).toBe(8)
    expect(count('layer')).toBe(24)
    expect(count('training')).toBe(4)
    expect(count('step')).toBe(4 * 11)
    expect(count('prediction')).toBe(4 * 11)
  })

  it('names damaged results, and computes them anew', () => {
    const folder = file('damaged')
    cpSync(file('one'), folder, { recursive: true })
    const [first, second] = results(folder).filter((result) => result.startsWith('run-'))
    const [damaged, copied] = [first, second].map((name) => join(folder, 'runs', name))
    const bytes = readFileSync(damaged)
    bytes[1000] ^= 4
    writeFileSync(damaged, bytes)
    for (const command of ['report', 'export']) {
      const { code, stdout, stderr } = limn('study', command, folder)
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toBe(
        `limn: ${damaged}: is damaged: its bytes do not have its checksum; run the study again to compute it anew\n`,
      )
    }
    cpSync(damaged, copied)
    const status = limnJson<{ done: number; total: number; damaged: string[] }>('study', 'status', folder)
    expect(status.done).toBe(status.total - 2)
    expect([...status.damaged].sort()).toEqual([damaged, copied].sort())
    const { code, stderr } = limn('study', 'run', study, '--out', folder, '--workers', '1')
    expect(code).toBe(0)
    expect(stderr).toContain(`study: ${damaged}: is damaged: its bytes do not have its checksum; it is computed anew\n`)
    expect(stderr).toMatch(/2 results computed \(2 of them in place of damaged ones\)/)
    expect(report(folder)).toBe(report(file('one')))
  })

  it('is run in its folder by one process at a time', async () => {
    const folder = file('alone')
    await inStudyFolder(
      folder,
      () => {
        const { code, stderr } = limn('study', 'run', study, '--out', folder)
        expect([code, stderr]).toEqual([
          1,
          `limn: ${folder}: process ${process.pid} writes it; wait until it ends, or choose another --out\n`,
        ])
        expect(readdirSync(folder).filter((name) => !name.startsWith('.limn'))).toEqual([])
        return Promise.resolve()
      },
      { alone: true },
    )
  })

  it('says what it takes from the study that was in its folder', () => {
    const folder = file('reused')
    cpSync(file('one'), folder, { recursive: true })
    const changed = file('one-method.yaml')
    writeFileSync(changed, readFileSync(study, 'utf8').replace('[random, snip]', '[random]'))
    const { code, stderr } = limn('study', 'run', changed, '--out', folder, '--workers', '1')
    expect(code).toBe(0)
    expect(stderr).toContain(`study: ${folder} holds another study (different: prune.methods); `)
    const [, whole, total, computed, unused] =
      /; (\d+) of (\d+) results are those of an earlier run, (\d+) are computed; (\d+) results of other/.exec(stderr) ??
      []
    expect(computed).toBe('0')
    expect(whole).toBe(total)
    expect(Number(total) + Number(unused)).toBe(results(file('one')).length)
  })

  it('computes nothing with data that have changed since it was planned', async () => {
    const source = file('replaced.npz')
    const replaced = file('replaced.yaml')
    writeSamples(source, 40, 9, 3)
    writeFileSync(replaced, readFileSync(study, 'utf8').replace(file('data.npz'), source))
    const plan = await prepareStudy(replaced)
    const { x, y } = Object.fromEntries(decodeNpz(readFileSync(source), source))
    const run = async (tensors: TensorMap) => {
      writeFileSync(source, encodeNpz(tensors))
      const folder = file('other-data')
      const workerData = { directory: folder, plan }
      const workers = startStudyWorkers(1, workerData, new URL('../../dist/node/studies/worker.js', import.meta.url))
      try {
        await workers.run(plan.jobs[0])
      } finally {
        await workers.close()
      }
      return results(folder)
    }
    const other = x.data.map((value: number, i: number) => (i === 7 ? value + 1e-15 : value))
    const relabelled = y.data.map((value: number, i: number) => (i === 3 ? (value + 1) % 3 : value))
    for (const [name, tensor] of Object.entries({ x: { ...x, data: other }, y: { ...y, data: relabelled } })) {
      const changed = new Map([
        ['x', x],
        ['y', y],
        [name, tensor],
      ] as [string, Tensor][])
      await expect(run(changed)).rejects.toThrow(`${source}: has changed since the study was planned`)
    }
    expect(
      await run(
        new Map([
          ['x', x],
          ['y', y],
        ]),
      ),
    ).toHaveLength(1)
  })

  it('sends no control character from a file or a name to the terminal', () => {
    const folder = file('red\u001b[31m')
    cpSync(file('one'), folder, { recursive: true })
    const plan = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as { config: { title: string } }
    plan.config.title = 'a\u001b]0;b\u0007\u009b2J\nlimn: c'
    writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan))
    rmSync(join(folder, 'runs'), { recursive: true })
    const status = limn('study', 'status', folder)
    expect(status.stdout.split('\n')[0]).toMatch(/^a\\x1b\]0;b\\x07\\x9b2J\\nlimn: c: 0 of \d+ results$/)
    const document = limn('study', 'status', folder, '--json')
    expect(JSON.parse(document.stdout)).toMatchObject({ title: plan.config.title })
    const report = limn('study', 'report', folder)
    expect(report.stderr).toMatch(/^limn: .*red\\x1b\[31m: \d+ of \d+ results are missing/)
    for (const { stdout, stderr } of [status, document, report])
      expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })

  it.each([
    ['', ': expected JSON'],
    ['{', ': expected JSON'],
    ['[]', ': expected object'],
    ['{"config": {}, "jobs": []}', ': config.data: expected object'],
  ])('refuses the plan %j', (plan, problem) => {
    const folder = file('plan')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'plan.json'), plan)
    const { code, stderr } = limn('study', 'status', folder)
    expect(code).toBe(1)
    expect(stderr).toContain(`plan.json${problem}`)
    expect(stderr).toMatch(/^limn: [^\n]*; run the study again to write it anew\n$/)
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

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'hears %s while it reads its results and writes the report',
    async (signal) => {
      const folder = file(`told-${signal}`)
      cpSync(file('one'), folder, { recursive: true })
      rmSync(join(folder, 'report.html'))
      const child = startLimn('study', 'run', study, '--out', folder)
      let stderr = ''
      child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
      while (!existsSync(join(folder, '.limn.lock')) && child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 5))
      child.kill(signal)
      await once(child, 'exit')
      expect(child.exitCode).toBe(130)
      const { length } = results(folder)
      expect(stderr).toContain(`study: interrupted with ${length} of ${length} results in ${folder}`)
      // No half report, no lock, no temporary file.
      expect(readdirSync(folder).sort()).toEqual(['figures', 'plan.json', 'runs'])
    },
  )
})
