import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeNpy } from '../../src/data/npy.js'
import { decodeSafetensors } from '../../src/data/safetensors.js'
import { writeSamples } from './data.js'
import { freshFolder, limn } from './limn.js'

const file = freshFolder()
const data = file('data.npz')
const source = ['--data', data, '--samples', '12']
const module = (name: string, text: string): string => {
  writeFileSync(file(name), text)
  return file(name)
}
/** limn's tanh by another name, without its second derivative and its tails. */
const text = `const e = (z) => Math.exp(-2 * Math.abs(z))
export default { name: 'mine', value: Math.tanh, derivative: (z) => (4 * e(z)) / (1 + e(z)) ** 2 }`
const mine = module('mine.mjs', text)

beforeAll(() => writeSamples(data, 20, 12, 3))
afterAll(() => rmSync(file('.'), { recursive: true, force: true }))

describe('--activation with a module', () => {
  const ok = (...args: readonly string[]): string => {
    const found = limn(...args)
    expect([found.code, found.stderr]).toEqual([0, expect.anything()])
    return found.stderr
  }
  const kernelOf = (activation: string, name: string): Float64Array => {
    const network = file(`${name}.safetensors`)
    const shape = ['--sizes', '12,20,16,3', '--seed', '2', '--method', 'snip', '--density', '.4', ...source]
    ok('prune', ...shape, '--activation', activation, '--out', network)
    ok('graphon', network, '--bins', '4', '--out', file(`${name}.npz`))
    ok('ntk', file(`${name}.npz`), ...source, '--activation', activation, '--out', file(`${name}.npy`))
    ok(
      ...['train', network, ...source, '--steps', '5', '--activation', activation],
      ...['--out', file(`${name}-trained.safetensors`)],
    )
    const out = file(`${name}.npy`)
    return decodeNpy(readFileSync(out), out).data as Float64Array
  }

  it('prunes, trains and has the kernels that the same function has by its name', () => {
    const [own, named] = [kernelOf(mine, 'own'), kernelOf('tanh', 'named')]
    own.forEach((value, i) => expect(Math.abs(value - named[i])).toBeLessThan(1e-10))
    const weights = ['own', 'named'].map((name) => {
      const path = file(`${name}-trained.safetensors`)
      return decodeSafetensors(readFileSync(path), path)
    })
    expect(weights.map(({ metadata }) => metadata['activation'])).toEqual(['own:mine', 'tanh'])
    const [a, b] = weights.map(({ tensors }) => tensors.get('layers.1.weight')!.data as Float32Array)
    a.forEach((value, i) => expect(Math.abs(value - b[i])).toBeLessThan(1e-6))
  })

  it('is needed again where φ is, and not where it is not', () => {
    const chain = file('own.npz')
    expect(limn('ntk', chain, ...source, '--out', file('never.npy')).stderr).toMatch(
      /mine is not one of limn's; give its module \(--activation \.\/mine\.js\)/,
    )
    expect(limn('ntk', chain, ...source, '--activation', 'tanh', '--out', file('never.npy')).stderr).toMatch(
      /--activation tanh contradicts .*own\.npz, which says own:mine/,
    )
    ok('distance', chain, chain)
    ok('spectrum', file('own.npy'))
  })

  it.each([
    ['nothing there', () => file('nowhere.js'), 'no such file; expected the module of an activation'],
    ['no activation', () => module('five.mjs', 'export default 5'), 'expected an activation, got 5; export default {'],
    [
      'a wrong derivative',
      () => module('wrong.mjs', 'export default { name: "wrong", value: (z) => z * z, derivative: (z) => z }'),
      'wrong: expected a derivative that is the slope of value',
    ],
    [
      'a name of limn’s',
      () => module('relu.mjs', 'export default { name: "relu", value: (z) => z, derivative: () => 1 }'),
      "expected a name that limn does not have, got 'relu'",
    ],
    ['a misspelt name', () => 'tahn', "or the path of a module such as ./my-activation.js, got 'tahn'"],
  ])('refuses in one line: %s', (_, activation, message) => {
    const found = limn(
      ...['prune', '--sizes', '12,20,3', '--method', 'random', '--density', '.5'],
      ...['--activation', activation(), '--out', file('never.safetensors')],
    )
    expect(found.code).toBeGreaterThan(0)
    expect(found.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(found.stderr).toContain(message)
  })
})

describe('a study with a module as its activation', () => {
  const run = (activation: string) => {
    const study = file('study.yaml')
    writeFileSync(
      study,
      `title: Own
trials: 2
data: { source: ${data}, samples: 20, testSamples: 0 }
network: { widths: [8, 16], hiddenLayers: 2, activation: ${activation} }
prune: { methods: [magnitude], densities: [0.5] }
graphon: { bins: 4 }
training: { steps: 3, trials: 1 }
`,
    )
    return limn('study', 'run', study, '--out', file('study'), '--workers', '1')
  }

  it(
    'computes with it, finds its results again, and takes a changed module for another activation',
    { timeout: 180_000 },
    () => {
      const own = module('study.mjs', text)
      const first = run(own)
      expect([first.code, first.stderr]).toEqual([0, expect.stringMatching(/results computed, 0 found/)])
      const page = readFileSync(join(file('study'), 'report.html'), 'utf8')
      expect(page).toMatch(/activation mine/)
      expect(page).not.toMatch(/undefined|NaN/)
      expect(run(own).stderr).toMatch(/study: 0 results computed/)
      module('study.mjs', text.replace('4 * e(z)', '4.000001 * e(z)'))
      const changed = run(own)
      expect(changed.stderr).toContain('the activation’s module')
      expect(changed.stderr).toMatch(/, 0 found/)
    },
  )

  it('is refused with its place where there is none', () => {
    expect(run('tahn').stderr).toMatch(/network\.activation: .*got 'tahn' \(did you mean tanh\?\).*my-activation\.js/)
    expect(run('./nowhere.js').stderr).toContain('no such file; expected the module of an activation')
  })
})
