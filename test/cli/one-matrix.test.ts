import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeNpy } from '../../src/data/npy.js'
import { decodeNpz, encodeNpz } from '../../src/data/npz.js'
import type { Tensor } from '../../src/data/tensor.js'
import { randomStream } from '../../src/random/random.js'
import { writeSamples } from './data.js'
import { freshFolder, limn } from './limn.js'

const file = freshFolder()
const [rows, cols] = [20, 32]
const mask: Tensor = { shape: [rows, cols], data: new Uint8Array(rows * cols) }
const out = file('g.npz')

beforeAll(() => {
  const random = randomStream(1, 'mask')
  mask.data.forEach((_, k) => (mask.data[k] = random.uniform() < 0.4 ? 1 : 0))
  writeFileSync(file('m.npy'), encodeNpy(mask))
  writeFileSync(file('m.npz'), encodeNpz(new Map([['fc2.weight', { ...mask, data: Float32Array.from(mask.data) }]])))
  const others = new Map<string, Tensor>([
    ['fc1.weight', { shape: [cols, 3], data: new Float32Array(3 * cols).fill(1) }],
    ['fc2.weight', { ...mask, data: Float32Array.from(mask.data) }],
    ['fc3.weight', { shape: [2, rows], data: new Float32Array(2 * rows).fill(1) }],
  ])
  writeFileSync(file('all.npz'), encodeNpz(others))
})
afterAll(() => rmSync(file('.'), { recursive: true, force: true }))

const shapes = (...args: readonly string[]) => {
  const { code, stderr } = limn('graphon', ...args, '--bins', '4', '--out', out)
  expect(code, stderr).toBe(0)
  const entries = [...decodeNpz(readFileSync(out), out)].filter(([key]) => key !== 'meta')
  return { stderr, shapes: Object.fromEntries(entries.map(([key, { shape }]) => [key, shape])) }
}

describe('graphon of a single matrix', () => {
  const hidden = { W1: [4, 4], measure1: [4], measure2: [4] }
  it.each([
    ['an .npy', ['m.npy'], hidden],
    ['an .npz of PyTorch', ['m.npz'], { ...hidden, V1: [4, 4] }],
    ['a layer of a network', ['all.npz', '--layers', 'fc2'], { ...hidden, V1: [4, 4] }],
  ])('bins both sides unless it is told otherwise: %s', (_, [name, ...options], expected) => {
    const found = shapes(file(name), ...options)
    expect(found.shapes).toEqual(expected)
    expect(found.stderr).toContain('a single matrix, taken as one between hidden layers')
    // Each side is sorted by itself in any case.
    expect(shapes(file(name), ...options, '--align', 'layer').shapes).toEqual(expected)
  })

  it('leaves sides as they are that are said to be exact, and says what is no chain', () => {
    expect(shapes(file('m.npy'), '--axes', 'exact,hidden').shapes).toEqual({ W0: [4, cols], measure1: [4] })
    writeSamples(file('x.npz'), 3, cols, 2)
    const ntk = () => limn('ntk', out, '--data', file('x.npz'), '--out', file('k.npy'))
    expect(ntk().stderr).toMatch(/one matrix with binned hidden units; .*--axes exact,exact/)
    expect(shapes(file('m.npy'), '--axes', 'hidden,exact').shapes).toEqual({ W1: [rows, 4], measure1: [4] })
    expect(ntk().code).toBe(1)
    const exact = shapes(file('m.npy'), '--axes', 'exact,exact')
    expect([exact.shapes, exact.stderr.match(/taken as/)]).toEqual([{ W0: [rows, cols] }, null])
    expect(ntk().code).toBe(0)
  })

  it('takes a network that says its sizes for what it is', () => {
    const one = file('one.safetensors')
    limn('prune', '--sizes', '12,3', '--method', 'random', '--density', '.5', '--out', one)
    const found = shapes(one)
    expect([found.shapes, found.stderr]).toEqual([
      { W0: [3, 12], V0: [3, 12] },
      expect.stringContaining('a network without hidden layers'),
    ])
    expect(shapes(one, '--axes', 'hidden,hidden').shapes).toMatchObject({ W1: [3, 4] })
  })

  it.each([
    [['all.npz', '--axes', 'exact,exact'], 2, 'it works only on files of a single matrix'],
    [['m.npy', '--axes', 'input,hidden'], 2, 'expected two of hidden and exact, inputs first'],
    [['m.npy', '--axes', 'hidden'], 2, 'expected two of hidden and exact, inputs first'],
    [['m.npy', '--axes', 'exact,exact', '--align', 'layer'], 1, 'unless --axes hidden,hidden'],
  ])('refuses %j', ([name, ...options], code, message) => {
    const found = limn('graphon', file(name), ...options, '--out', out)
    expect([found.code, found.stderr]).toEqual([code, expect.stringContaining(message)])
  })
})
