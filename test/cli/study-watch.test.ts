import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { changeKey, liveLines } from '../../src/cli/study/watch-lines.js'
import type { WatchedStudy } from '../../src/node/studies/watch/watch.js'
import { writeSamples } from './data.js'
import { freshFolder, limn, limnJson, startLimn } from './limn.js'

const file = freshFolder()
const folder = file('study')

beforeAll(() => {
  mkdirSync(file('.'), { recursive: true })
  writeSamples(file('data.npz'), 30, 5, 2)
  writeFileSync(
    file('study.yaml'),
    `title: A watched study
trials: 4
data: { source: ${file('data.npz')}, samples: 12 }
network: { widths: [6], hiddenLayers: 1 }
prune: { methods: [random], densities: [0.5] }
graphon: { bins: 2 }
training: { steps: 4, trials: 1 }
`,
  )
  expect(limn('study', 'plan', file('study.yaml'), '--out', folder).code).toBe(0)
})

describe('limn study watch', () => {
  it('shows one moment, in words and as JSON', () => {
    const { stdout } = limn('study', 'watch', folder, '--once')
    expect(stdout).toMatch(/^A watched study: 0 of \d+ jobs done, no result has come of late\.\n/)
    expect(stdout).toMatch(/^ {2}run +░{24} {2}0 of 4$/m)
    expect(limnJson<{ done: number; perMinute: unknown }>('study', 'watch', folder, '--once')).toMatchObject({
      done: 0,
      perMinute: null,
      kinds: expect.arrayContaining([{ kind: 'run', total: 4, done: 0 }]) as unknown,
    })
  })

  it('follows a run to its end, one line for each change where nobody looks', async () => {
    const watching = startLimn('study', 'watch', folder, '--every', '0.2')
    let said = ''
    watching.stdout!.on('data', (chunk) => (said += String(chunk)))
    const ended = once(watching, 'exit')
    expect(limn('study', 'run', file('study.yaml'), '--out', folder).code).toBe(0)
    expect((await ended)[0]).toBe(0)
    const lines = said.trimEnd().split('\n')
    expect(lines.at(-1)).toMatch(/^A watched study: All \d+ jobs are done\.$/)
    expect(new Set(lines).size).toBe(lines.length)
  })

  it('serves a page until it is interrupted', async () => {
    const serving = startLimn('study', 'watch', folder, '--serve')
    const ended = once(serving, 'exit')
    const [chunk] = (await once(serving.stdout!, 'data')) as [Buffer]
    serving.stdout!.resume()
    const url = String(chunk).split('\n')[0]
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    let page = ''
    while (!page.includes('jobs are done')) page = await (await fetch(url)).text()
    // An open stream of events does not keep it alive.
    const events = await fetch(`${url}events`)
    serving.kill('SIGINT')
    await events.text().catch(() => undefined)
    expect((await ended)[0]).toBe(0)
  })

  it('refuses what does not go together, and folders without a plan', () => {
    expect(limn('study', 'watch', folder, '--once', '--serve').stderr).toMatch(/--once shows one moment/)
    expect(limn('study', 'watch', file('nothing')).stderr).toMatch(/plan\.json/)
    expect(limn('study', 'watch', folder, '--serve', 'x').code).toBe(2)
  })

  it('prints a line where something has changed, and none where only times have', () => {
    let out = ''
    const show = liveLines((text) => (out += text), undefined)
    show(['1 of 3, 50 s left'], 'one')
    show(['1 of 3, 55 s left'], 'one')
    show(['2 of 3, 20 s left'], 'two')
    expect(out).toBe('1 of 3, 50 s left\n2 of 3, 20 s left\n')
    const moment = { done: 1, failures: [], machines: [{ name: 'a', results: 1, silent: 5 }] } as never as WatchedStudy
    const later = { ...moment, secondsLeft: 9, machines: [{ name: 'a', results: 1, silent: 2005 }] }
    expect(changeKey(later)).toBe(changeKey(moment))
    expect(changeKey({ ...moment, done: 2 })).not.toBe(changeKey(moment))
    expect(changeKey({ ...moment, failures: [{ job: 'a', error: 'b' }] })).not.toBe(changeKey(moment))
  })

  it('puts lines in place of those before on a terminal, cut to its width', () => {
    let out = ''
    const show = liveLines((text) => (out += text), { columns: 10 })
    show(['a line that is long', 'b'])
    show(['c'])
    expect(out).toBe('\u001b[0Ja line t…\nb\n\u001b[2A\u001b[0Jc\n')
  })
})
