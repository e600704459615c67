import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeSafetensors } from '../../src/data/safetensors.js'
import { writeSamples } from './data.js'
import { freshFolder, limn, limnJson } from './limn.js'

const file = freshFolder()
const data = file('data.npz')
const sizes = ['--sizes', '12,20,16,3', '--seed', '2']
const masksOf = (name: string) => {
  const { tensors, metadata } = decodeSafetensors(readFileSync(name), name)
  return { masks: [0, 1, 2].map((l) => tensors.get(`layers.${l}.mask`)), metadata }
}
const prune = (method: string, out: string, ...more: readonly string[]) =>
  limn('prune', ...sizes, '--method', method, '--density', '.3', '--out', out, ...more)
const module = (name: string, text: string): string => {
  writeFileSync(file(name), text)
  return file(name)
}

beforeAll(() => writeSamples(data, 20, 12, 3))
afterAll(() => rmSync(file('.'), { recursive: true, force: true }))

describe('prune --method with a module', () => {
  it('prunes as the same score by name does', () => {
    const mine = module(
      'mine.mjs',
      'export default { name: "mine", score: ({ weights }) => weights.map((w) => w.data.map(Math.abs)) }',
    )
    const [own, named] = [file('own.safetensors'), file('named.safetensors')]
    expect([prune(mine, own).code, prune('magnitude', named).code]).toEqual([0, 0])
    expect(masksOf(own).masks).toEqual(masksOf(named).masks)
    expect(masksOf(own).metadata).toMatchObject({ method: 'mine', density: '0.3', seed: '2' })
    // What comes after knows the method by its name.
    expect(limn('graphon', own, '--bins', '4', '--out', file('c.npz')).code).toBe(0)
    expect(limn('limit', own).stderr).toMatch(/got the method 'mine'; say --method/)
  })

  it('is the example, which scores on samples and takes what definePruning gives', () => {
    const example = resolve('examples/my-method.js')
    const out = file('example.safetensors')
    expect(prune(example, out).stderr).toMatch(/--method fair-snip needs --data/)
    const found = limnJson<{ method: string; layers: { kept: number }[] }>(
      ...['prune', ...sizes, '--method', example, '--density', '.3', '--data', data, '--samples', '10', '--out', out],
    )
    expect(found.method).toBe('fair-snip')
    const total = 12 * 20 + 20 * 16 + 16 * 3
    expect(found.layers.reduce((sum, { kept }) => sum + kept, 0)).toBe(Math.floor(0.3 * total + 0.5))
    expect(masksOf(out).metadata['data']).toContain('"samples":10')
    const defined = module(
      'defined.mjs',
      `import { definePruning } from ${JSON.stringify(resolve('dist/index.js'))}
       export default definePruning({ name: 'defined', rounds: 3, score: ({ weights }) => weights.map((w) => w.data.map(Math.abs)) })`,
    )
    expect(prune(defined, file('defined.safetensors')).code).toBe(0)
  })

  it.each([
    ['nothing there', () => file('nowhere.js'), 1, 'no such file; expected the module of a pruning method'],
    [
      'no criterion',
      () => module('five.mjs', 'export default 5'),
      1,
      'expected a criterion, got number; export default',
    ],
    ['no default', () => module('none.mjs', 'export const a = 1'), 1, 'expected a criterion, got undefined'],
    ['broken code', () => module('broken.mjs', 'nonsense code'), 1, 'a JavaScript module that loads, got: Unexpected'],
    ['a name of limn’s', () => module('snip.mjs', 'export default { name: "snip", score: () => [] }'), 1, "got 'snip'"],
    [
      'wrong scores',
      () => module('few.mjs', 'export default { name: "few", score: () => [[1]] }'),
      1,
      'few: expected 3 arrays',
    ],
    [
      'a misspelt name',
      () => 'snpi',
      2,
      "or the path of a module such as ./my-method.js, got 'snpi'; did you mean snip?",
    ],
  ])('refuses in one line: %s', (_, method, code, message) => {
    const found = prune(method(), file('never.safetensors'))
    expect([found.code, found.stderr.trimEnd().split('\n').length]).toEqual([code, 1])
    expect(found.stderr).toContain(message)
  })

  it('refuses options for samples where the module scores on none', () => {
    const mine = module(
      'plain.mjs',
      'export default { name: "plain", score: ({ weights }) => weights.map((w) => w.data) }',
    )
    const found = prune(mine, file('never.safetensors'), '--data', data, '--samples', '5')
    expect([found.code, found.stderr]).toEqual([2, expect.stringContaining('--samples has no effect')])
  })
})
