import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeNpz } from '../../src/data/npz.js'
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

describe('a study with a module among its methods', () => {
  const score = (text: string) =>
    `export default { name: 'mine', label: 'Mine', limitations: [{ title: 'Not known', text: 'Its masks are <mine>.' }], score: ({ weights }) => weights.map((w) => w.data.map(${text})) }`
  const text = (method: string) => `title: Own
trials: 2
data: { source: ${data}, samples: 20, testSamples: 0 }
network: { widths: [8, 16], hiddenLayers: 2 }
prune: { methods: [magnitude, ${method}], densities: [0.5] }
graphon: { bins: 4 }
training: { steps: 3, trials: 1 }
`
  const run = (out: string, ...methods: readonly string[]) => {
    const study = file('study.yaml')
    writeFileSync(study, text(methods.join(', ')))
    return limn('study', 'run', study, '--out', file(out), '--workers', '1')
  }

  it('computes with it, and with it alone: a changed module is another method', () => {
    const mine = module('study-mine.mjs', score('Math.abs'))
    const first = run('study', mine)
    expect(first.code, first.stderr).toBe(0)
    const page = readFileSync(join(file('study'), 'report.html'), 'utf8')
    expect(page).toContain('mine')
    expect(page).not.toMatch(/study-mine\.mjs<\/td>|undefined|NaN/)
    // The same score by another name: the same masks, so the same losses and densities.
    const names = readdirSync(join(file('study'), 'runs'))
    const arrays = (method: string) => {
      const name = names.find((one) => one.startsWith(`run-${method}-d0.5-h2-w16-t0`) && one.endsWith('.npz'))!
      return decodeNpz(readFileSync(join(file('study'), 'runs', name)), name)
    }
    const [own, named] = [arrays('mine'), arrays('magnitude')]
    expect([...own.keys()]).toEqual([...named.keys()])
    expect(own.get('W1')).toEqual(named.get('W1'))
    const again = run('study', mine)
    expect(again.stderr).toMatch(/study: 0 results computed, 19 found/)
    module('study-mine.mjs', score('(w) => -Math.abs(w)'))
    const changed = run('study', mine)
    expect(changed.stderr).toContain('a method’s module')
    expect(changed.stderr).toMatch(/study: 8 results computed, 11 found/)
  })

  it('is read again from the folder without the module', () => {
    rmSync(file('study-mine.mjs'))
    expect(limn('study', 'report', file('study')).code).toBe(0)
    const page = readFileSync(join(file('study'), 'report.html'), 'utf8')
    expect(page.replaceAll(/\s+/g, ' ')).toContain(
      '<dt>Not known</dt> <dd>This holds for mine. Its masks are &lt;mine&gt;.</dd>',
    )
    expect(limn('study', 'status', file('study')).code).toBe(0)
  })

  it.each([
    ['./nowhere.js', 'no such file; expected the module of a pruning method'],
    [
      'snpi',
      'line 5: prune.methods.1: expected random, magnitude, snip, grasp, synflow or the path of a module such as ./my-method.js (did you mean snip?)',
    ],
  ])('refuses %s in one line', (method, message) => {
    const found = run('never', method)
    expect([found.code, found.stderr]).toEqual([1, expect.stringContaining(message)])
  })

  it('refuses two methods of one name', () => {
    const [a, b] = ['a.mjs', 'b.mjs'].map((name) => module(name, score('Math.abs')))
    expect(run('never', a, b).stderr).toMatch(/b\.mjs: expected a name of its own, got 'mine', which .*a\.mjs has/)
  })
})
