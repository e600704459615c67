import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { decodeNpy, encodeNpy } from '../../src/data/npy.js'
import { encodeNpz } from '../../src/data/npz.js'
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
    ['of a chain', [chain], '290MB'],
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
      expect(outcome.stderr).toMatch(
        /expected at least [\d.]+ [MG]B, got 1\.00 MB; use fewer --samples or --classes mean/,
      )
      expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1)
    }
    expect(existsSync(file('never.npy'))).toBe(false)
    expect(limn('ntk', chain, '--data', data, '--memory', 'much', '--out', file('never.npy')).code).toBe(2)
  })

  it.each(['SIGINT', 'SIGKILL'] as const)('leaves nothing behind when %s ends it half way', async (signal) => {
    const folder = file(`killed-${signal}`)
    mkdirSync(folder)
    const out = join(folder, 'kernel.npy')
    const x = file('many.npz')
    const many = 3000
    writeFileSync(x, encodeNpz(new Map([['x', { shape: [many, 12], data: new Float64Array(many * 12).fill(1) }]])))
    const child = startLimn('ntk', chain, '--data', x, '--memory', '290MB', '--out', out)
    const ended = once(child, 'exit')
    while (readdirSync(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    child.kill(signal)
    await ended
    // What cleans up outlives the process by a moment.
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual([]), { timeout: 10_000, interval: 50 })
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
