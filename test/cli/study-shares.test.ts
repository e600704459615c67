import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeSamples } from './data.js'
import { freshFolder, limn, limnJson } from './limn.js'
import { resultNames, studyContents } from './study-contents.js'

const file = freshFolder()
const study = file('study.yaml')

beforeAll(() => {
  mkdirSync(file('.'), { recursive: true })
  writeSamples(file('data.npz'), 40, 9, 3)
  writeFileSync(
    study,
    `title: A small study
trials: 2
data: { source: ${file('data.npz')}, samples: 20 }
network: { widths: [8, 16], hiddenLayers: 1 }
prune: { methods: [random, snip], densities: [0.4] }
graphon: { bins: 4 }
training: { steps: 10, trials: 1 }
`,
  )
})

interface Planned {
  readonly jobs: number
  readonly left: number
  readonly written: boolean
  readonly kinds: readonly { readonly kind: string; readonly why: Readonly<Record<string, number>> }[]
  readonly changed: readonly string[]
}

describe('shares of a planned study', () => {
  it(
    'are computed by a loop over indices, as often as there are stages, to the results of one run',
    { timeout: 180_000 },
    async () => {
      const [whole, shared] = [file('whole'), file('shared')]
      limnJson('study', 'run', study, '--out', whole, '--workers', '2')
      expect(limnJson<Planned>('study', 'plan', study, '--out', shared)).toMatchObject({ written: true })
      const codes: (number | null)[] = []
      for (let stage = 0; stage < 2; stage++) {
        for (let index = 0; index < 5; index++) {
          codes.push(limn('study', 'exec', shared, '--index', `${index}`, '--of', '5').code)
        }
      }
      // In the first round early shares wait for later ones.
      expect(codes.slice(0, 4)).toContain(3)
      expect(codes.slice(5)).toEqual([0, 0, 0, 0, 0])
      expect(await studyContents(shared)).toEqual(await studyContents(whole))
      expect(limn('study', 'report', shared).code).toBe(0)
      expect(readFileSync(join(shared, 'report.html'), 'utf8')).toBe(readFileSync(join(whole, 'report.html'), 'utf8'))
    },
  )

  it('say what is done, what is left and why', () => {
    const folder = file('again')
    cpSync(file('whole'), folder, { recursive: true })
    const plan = () => limnJson<Planned>('study', 'plan', study, '--out', folder, '--dry-run')
    expect(plan()).toMatchObject({ left: 0, written: false, changed: [] })
    const [first, second] = resultNames(folder).filter((name) => name.startsWith('run-') && name.endsWith('.parquet'))
    rmSync(join(folder, 'runs', first))
    const damaged = join(folder, 'runs', second)
    const bytes = readFileSync(damaged)
    bytes[bytes.length >> 1] ^= 1
    writeFileSync(damaged, bytes)
    expect(plan().kinds.find(({ kind }) => kind === 'run')?.why).toEqual({ missing: 1, damaged: 1 })
    const other = file('other.yaml')
    writeFileSync(other, readFileSync(study, 'utf8').replace('bins: 4', 'bins: 3'))
    const changed = limnJson<Planned>('study', 'plan', other, '--out', folder, '--dry-run')
    expect(changed.changed).toEqual(['graphon.bins'])
    expect(changed.kinds.find(({ kind }) => kind === 'run')?.why).toEqual({ changed: 8 })
  })

  it('are refused by number, and without a plan', () => {
    expect(limn('study', 'exec', file('whole'), '--index', '5', '--of', '5').stderr).toMatch(/index from 0 to 4, got 5/)
    expect(limn('study', 'exec', file('nowhere'), '--index', '0', '--of', '5').stderr).toMatch(/plan\.json/)
  })
})
