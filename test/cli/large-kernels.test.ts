import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as nextMoment } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeNpy, encodeNpy } from '../../src/data/npy.js'
import { randomStream } from '../../src/random/random.js'
import { freshFolder, limn, limnJson, startLimn } from './limn.js'

const file = freshFolder()
const samples = 600
const chain = file('chain.npz')
const masks = file('masks.safetensors')
const data = file('x.npy')
const kernel = file('kernel.npy')

interface SpectrumDocument {
  n: number
  top?: number
  trace: number
  eigenvalues: number[]
  effectiveRank: number
  entropyRank: number | null
  gap: number
  topEnergy: Record<string, number>
  conditionNumber: number | null
  residual: number
}

beforeAll(() => {
  const stream = randomStream(1, 'data')
  const x = Float64Array.from({ length: samples * 12 }, () => stream.normal())
  writeFileSync(data, encodeNpy({ shape: [samples, 12], data: x }))
  const sizes = '12,40,40,3'
  limnJson('prune', '--sizes', sizes, '--method', 'random', '--density', '0.4', '--out', masks)
  expect(limn('graphon', masks, '--bins', '6', '--out', chain).code).toBe(0)
  limnJson('ntk', chain, '--data', data, '--classes', '0', '--out', kernel)
}, 60_000)

describe('a kernel larger than memory', () => {
  const whole = file('whole.npy')
  const tiles = file('tiles.npy')

  it.each([
    ['of a chain', [chain], '280MB'],
    ['of a finite network', ['--empirical', masks], '3MiB'],
  ])('%s has the same bytes when it goes to disk panel by panel', (_, source, memory) => {
    const common = [...source, '--data', data, '--out'] as const
    const shape = limnJson<{ shape: number[]; trace: number[] }>('ntk', ...common, whole)
    // Three classes take 17 MB in memory and on their way into the file.
    expect(limnJson('ntk', ...common, tiles, '--memory', memory)).toEqual(shape)
    expect(shape.shape).toEqual([3, samples, samples])
    expect(readFileSync(tiles).equals(readFileSync(whole))).toBe(true)
  })

  it('can be of some classes, or of their mean', () => {
    const classes = (which: string, ...more: string[]) => {
      limnJson('ntk', chain, '--data', data, '--samples', '20', '--classes', which, '--out', file('c.npy'), ...more)
      return decodeNpy(readFileSync(file('c.npy')), 'c.npy')
    }
    const all = classes('all')
    const size = 20 * 20
    expect(classes('2,0').shape).toEqual([2, 20, 20])
    expect([...classes('2').data]).toEqual([...all.data.subarray(2 * size)])
    const mean = classes('mean')
    expect(mean.shape).toEqual([20, 20])
    mean.data.forEach((value, k) => {
      const expected = (all.data[k] + all.data[k + size] + all.data[k + 2 * size]) / 3
      expect(Math.abs(value - expected)).toBeLessThan(1e-12)
    })
    const outcome = limn('ntk', chain, '--data', data, '--classes', '3', '--out', file('never.npy'))
    expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringMatching(/--classes from 0 to 2.*has 3, got 3/)])
    expect(limn('ntk', chain, '--data', data, '--classes', '1,1', '--out', file('never.npy')).code).toBe(2)
  })

  it('is refused before anything is computed where memory is too small, with the size needed and ways to fit', () => {
    for (const source of [[chain], ['--empirical', masks]]) {
      const outcome = limn('ntk', ...source, '--data', data, '--memory', '1MB', '--out', file('never.npy'))
      expect(outcome.code).toBe(1)
      // Most of it is what every kernel takes, however small: fewer samples do not help.
      expect(outcome.stderr).toMatch(/expected at least [\d.]+ [MG]B, got 1\.00 MB; use a larger --memory\n$/)
      expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1)
    }
    expect(existsSync(file('never.npy'))).toBe(false)
    expect(limn('ntk', chain, '--data', data, '--memory', 'much', '--out', file('never.npy')).code).toBe(2)
  })

  it.each(['SIGINT', 'SIGKILL'] as const)('goes on where %s has ended it, to the same bytes', async (signal) => {
    const folder = file(`killed-${signal}`)
    const out = join(folder, 'kernel.npy')
    const partial = `${out}.partial`
    const many = 3000
    const x = file('many.npy')
    const { data: few } = decodeNpy(readFileSync(data), data)
    const values = Float64Array.from({ length: many * 12 }, (_, k) => few[k % few.length] + Math.floor(k / few.length))
    writeFileSync(x, encodeNpy({ shape: [many, 12], data: values }))
    const args = [chain, '--data', x, '--classes', 'mean', '--out'] as const
    const child = startLimn('ntk', ...args, out)
    const ended = once(child, 'exit')
    while (!existsSync(join(partial, 'journal.json')) && child.exitCode === null) await nextMoment(2)
    child.kill(signal)
    const [code] = (await ended) as [number | null]
    // It may have been faster.
    if (code === null) {
      expect(readdirSync(folder)).toEqual(['kernel.npy.partial'])
      const refused = limn('ntk', ...args, out, '--convention', 'variance')
      expect([refused.code, refused.stdout]).toEqual([1, ''])
      expect(refused.stderr).toMatch(
        /^limn: .*kernel\.npy\.partial has \d+ % of another result \(different: convention\); .*--fresh.*\n$/,
      )
      const { code: second, stderr } = limn('ntk', ...args, out)
      expect([second, stderr]).toEqual([
        0,
        expect.stringMatching(/^ntk: goes on at \d+ % from .*kernel\.npy\.partial\n/),
      ])
    }
    const whole = file(`uninterrupted-${signal}.npy`)
    expect(limn('ntk', ...args, whole, '--fresh').code).toBe(0)
    expect(readFileSync(out).equals(readFileSync(whole))).toBe(true)
    expect(readdirSync(folder)).toEqual(['kernel.npy'])
  })

  it('belongs to one process at a time', async () => {
    const out = file('shared.npy')
    const partial = `${out}.partial`
    mkdirSync(partial)
    // A process that lives as long as it is asked to.
    const other = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] })
    await once(other, 'spawn')
    writeFileSync(join(partial, 'lock'), JSON.stringify({ pid: other.pid, host: hostname() }))
    const args = ['ntk', chain, '--data', data, '--memory', '280MB', '--out', out] as const
    const refused = limn(...args)
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`shared\\.npy: process ${other.pid} writes it; .*another --out\\n$`)),
    ])
    other.stdin.end()
    await once(other, 'exit')
    expect(limn(...args).code).toBe(0)
    expect(existsSync(partial)).toBe(false)
  })
})

describe('spectrum --top', () => {
  it('is the beginning of the whole spectrum, with null where the rest is needed', () => {
    const whole = limnJson<SpectrumDocument>('spectrum', kernel)
    const top = limnJson<SpectrumDocument>('spectrum', kernel, '--top', '20')
    expect(Object.keys(top).sort()).toEqual([...Object.keys(whole), 'top'].sort())
    expect([top.n, top.top, top.eigenvalues.length]).toEqual([samples, 20, 20])
    top.eigenvalues.forEach((value, k) => {
      expect(Math.abs(value - whole.eigenvalues[k])).toBeLessThan(1e-12 * whole.eigenvalues[0])
    })
    expect(top.trace).toBe(whole.trace)
    expect(top.effectiveRank).toBeCloseTo(whole.effectiveRank, 10)
    expect(top.topEnergy['5']).toBeCloseTo(whole.topEnergy['5'], 10)
    expect(top.residual).toBeLessThan(1e-9)
    expect([top.entropyRank, top.conditionNumber]).toEqual([null, null])
    expect(limn('spectrum', kernel, '--top', '3').stdout).toMatch(/condition number {3}– \(needs all eigenvalues\)/)
    const refused = limn('spectrum', kernel, '--top', '601')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/kernel\.npy: .*--top from 1 to its 600/)])
  })
})

describe('predict', () => {
  const targets = file('y.npy')
  const small = file('small.npy')

  beforeAll(() => {
    writeFileSync(targets, encodeNpy({ shape: [2], data: Float64Array.of(1, 1) }))
  })

  it('refuses a step size at which descent diverges, and names the largest that does not', () => {
    writeFileSync(small, encodeNpy({ shape: [2, 2], data: Float64Array.of(3, 0, 0, 1) }))
    const predict = (lr: string, ...more: string[]) =>
      limn('predict', small, '--targets', targets, '--lr', lr, '--steps', '3', ...more)
    const refused = predict('1.4')
    expect([refused.code, refused.stdout]).toEqual([1, ''])
    expect(refused.stderr).toMatch(
      /small\.npy: --lr 1\.4 makes gradient descent diverge.*at most --lr 1\.3333\d, 2N\/λ₁\n$/,
    )
    const [, limit] = /--lr (1\.3333\d)/.exec(refused.stderr)!
    expect(predict(limit).code).toBe(0)
    expect(predict('1.4', '--flow').code).toBe(0)
  })

  it('says what to do with labels where a kernel of several classes needs columns', () => {
    writeFileSync(small, encodeNpy({ shape: [2, 2, 2], data: Float64Array.of(3, 0, 0, 1, 2, 0, 0, 1) }))
    const { code, stderr } = limn('predict', small, '--targets', targets)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/y\.npy: expected 2 columns.* got 1; .*one-hot rows\n$/)])
  })

  it('warns of an indefinite kernel and says how far', () => {
    writeFileSync(small, encodeNpy({ shape: [2, 2], data: Float64Array.of(4, 0, 0, -1) }))
    const { code, stdout, stderr } = limn('predict', small, '--targets', targets, '--steps', '3', '--json')
    expect(code).toBe(0)
    expect(stderr).toMatch(/small\.npy is not positive semidefinite: its smallest eigenvalue is −0\.25 λ₁/)
    expect(JSON.parse(stdout)).toMatchObject({ steps: 3 })
    writeFileSync(small, encodeNpy({ shape: [2, 2], data: Float64Array.of(4, 0, 0, -1e-15) }))
    expect(limn('predict', small, '--targets', targets, '--steps', '3').stderr).toBe('')
  })
})
