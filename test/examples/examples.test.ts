import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readStudy } from '../../src/study/read-study.js'
import { freshFolder, limn } from '../cli/limn.js'

const file = freshFolder()
const examples = readdirSync('examples')
/** What each script prints. */
const prints: Readonly<Record<string, RegExp>> = {
  'my-activation.ts': /softsign .*relu .*loss/s,
  'estimators.ts': /constant .*auto|two-blocks +rate/s,
  'pipeline.ts': /random .*trace \d/,
}

describe('examples', () => {
  it.each(examples.filter((name) => name.endsWith('.yaml')))('%s is a study that limn reads', (name) => {
    const config = readStudy(readFileSync(join('examples', name), 'utf8'), name)
    expect(config.prune.methods.length).toBeGreaterThan(0)
  })

  it('the smallest study runs on MNIST and ends with the path of its report', () => {
    const { code, stdout } = limn('study', 'run', 'examples/smallest.yaml', '--out', file('smallest'))
    expect(code).toBe(0)
    expect(stdout.trim()).toBe(join(file('smallest'), 'report.html'))
    const report = readFileSync(stdout.trim(), 'utf8')
    const sections = [
      'What was run',
      'The graphons',
      'Do they converge?',
      'Spectra and metrics',
      'Predicted against measured training',
      'The explanation ladder',
      'What cannot be concluded',
    ]
    const places = sections.map((title) => report.indexOf(`>${title}</a></h2>`))
    expect(places.every((place) => place > 0)).toBe(true)
    expect([...places].sort((a, b) => a - b)).toEqual(places)
    expect(report).not.toMatch(/NaN|undefined|Infinity/)
    expect(report).not.toMatch(/(src|href)="(https?:)?\/\//)
  })

  it.each(examples.filter((name) => name.endsWith('.ts')))('%s runs as a script', (name) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join('examples', name)], {
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(prints[name] ?? /\S/)
  })
})
