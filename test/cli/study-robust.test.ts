import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeSamples } from './data.js'
import { freshFolder, limn, limnJson, startLimn } from './limn.js'
import { resultNames, studyContents } from './study-contents.js'

const file = freshFolder()
const study = file('study.yaml')
const whole = file('whole')

beforeAll(() => {
  writeSamples(file('data.npz'), 40, 9, 3)
  writeFileSync(
    study,
    `trials: 4
data: { source: ${file('data.npz')}, samples: 20 }
network: { widths: [8, 16], hiddenLayers: 1 }
prune: { methods: [random, snip], densities: [0.4] }
graphon: { bins: 4 }
training: { steps: 10, trials: 1 }
`,
  )
  limnJson('study', 'run', study, '--out', whole)
})

/** Runs a script whose mounts nobody else sees. */
const withMounts = (script: string) => spawnSync('unshare', ['-m', 'bash', '-c', script], { encoding: 'utf8' })
const mounted = file('mounted')
mkdirSync(mounted, { recursive: true })
const mayMount = withMounts(`mount -t tmpfs -o size=64k tmpfs '${mounted}'`).status === 0
const command = `'${process.execPath}' '${resolve('dist/cli/main.js')}'`

// Mounting takes rights that not every machine gives.
describe.runIf(mayMount)('a study on a file system', () => {
  it('that is full stops with the file and the remedy, keeps what is done, and goes on elsewhere', async () => {
    const kept = file('kept')
    const { stdout, stderr } = withMounts(
      `mount -t tmpfs -o size=400k tmpfs '${mounted}'; ${command} study run '${study}' --out '${mounted}/out'; echo "code $?"; cp -r '${mounted}/out' '${kept}'`,
    )
    expect(stdout).toContain('code 1')
    const [line] = stderr.split('\n').filter((one) => one.startsWith('limn: '))
    expect(line).toMatch(/mounted\/out\/.*no space left on the device; free some space or choose another folder/)
    const { done, total } = limnJson<{ done: number; total: number }>('study', 'status', kept)
    expect([done > 0, done < total]).toEqual([true, true])
    expect(resultNames(kept).filter((name) => name.includes('.tmp'))).toEqual([])
    limnJson('study', 'run', study, '--out', kept)
    expect(await studyContents(kept)).toEqual(await studyContents(whole))
  })

  it('that is read-only can be looked at, and is refused at once for running', () => {
    const copy = file('copy')
    cpSync(whole, copy, { recursive: true })
    const { stdout, stderr } = withMounts(
      [
        `mount --bind '${copy}' '${copy}'; mount -o remount,ro,bind '${copy}'`,
        `${command} study status '${copy}'; echo "code $?"`,
        `${command} study query '${copy}' 'select count(*) as n from jobs'; echo "code $?"`,
        `${command} study run '${study}' --out '${copy}'; echo "code $?"`,
      ].join('; '),
    )
    expect(stdout.match(/code \d/g)).toEqual(['code 0', 'code 0', 'code 1'])
    expect(stderr.trim()).toMatch(/^limn: .*copy: the file system is read-only; choose another path$/)
  })
})

describe('a study', () => {
  it('does not look at clocks: results of another time are results', () => {
    const copy = file('skewed')
    cpSync(whole, copy, { recursive: true })
    resultNames(copy).forEach((name, i) => {
      const time = new Date(Date.now() + (i % 2 === 0 ? 1 : -1) * 86_400_000 * 400)
      utimesSync(join(copy, 'runs', name), time, time)
    })
    expect(limn('study', 'run', study, '--out', copy).stderr).toMatch(/ 0 results computed/)
  })

  it('has one coordinator in a folder; the second is refused and harms nothing', async () => {
    const folder = file('two')
    const first = startLimn('study', 'run', study, '--out', folder, '--workers', '1')
    const ended = new Promise<number | null>((done) => first.on('exit', done))
    while (resultNames(folder).length === 0) await new Promise((done) => setTimeout(done, 20))
    const second = limn('study', 'run', study, '--out', folder)
    expect(second.code).toBe(1)
    expect(second.stderr).toMatch(/two: process \d+ writes it; wait until it ends/)
    expect(await ended).toBe(0)
    expect(await studyContents(folder)).toEqual(await studyContents(whole))
  })

  it('may be computed twice at the same time: the same files come of it', async () => {
    const folder = file('doubled')
    expect(limn('study', 'plan', study, '--out', folder).code).toBe(0)
    const both = [0, 1].map(() => startLimn('study', 'exec', folder, '--index', '0', '--of', '1', '--workers', '1'))
    const codes = await Promise.all(both.map((one) => new Promise((done) => one.on('exit', done))))
    expect(codes).toEqual([0, 0])
    expect(await studyContents(folder)).toEqual(await studyContents(whole))
    expect(limnJson('study', 'status', folder)).toMatchObject({ damaged: [] })
    expect(readFileSync(join(folder, 'plan.json'), 'utf8')).toContain('"jobs"')
  })
})
