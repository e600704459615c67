import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeNpz, decodeNpzArchive } from '../../src/data/npz.js'
import { writeSamples } from './data.js'
import { freshFolder, limn, limnJson } from './limn.js'

const file = freshFolder()
const data = file('data.npz')
const [masks, chain, kernel] = [file('m.safetensors'), file('c.npz'), file('k.npy')]
const module = (name: string, text: string): string => {
  writeFileSync(file(name), text)
  return file(name)
}
/** Two in one: of a degree-sorted histogram of whole units, or of the density alone. */
const estimator = (probabilities: string, name = 'mine') =>
  `export default { name: '${name}', probabilities: ({ values: { rows, cols, data } }) => ${probabilities} }`
const flat = 'data.map(() => data.reduce((sum, value) => sum + value, 0) / data.length)'
const metric = (measure: string, name = 'mine') =>
  `export default { name: '${name}', label: 'my metric', measure: ({ eigenvalues, trace }) => ${measure} }`

beforeAll(() => {
  writeSamples(data, 20, 12, 3)
  const steps = [
    ['prune', '--sizes', '12,20,16,3', '--method', 'synflow', '--density', '.3', '--seed', '2', '--out', masks],
    ['graphon', masks, '--bins', '4', '--out', chain],
    ['ntk', chain, '--data', data, '--out', kernel],
  ]
  for (const step of steps) expect(limn(...step).code).toBe(0)
})
afterAll(() => rmSync(file('.'), { recursive: true, force: true }))

describe('graphon --estimator with a module', () => {
  it('estimates by it, and the file and the document say its name', () => {
    const own = module('flat.mjs', estimator(flat))
    const out = file('flat.npz')
    const found = limnJson<{ estimator: string; matrices: { density: number }[] }>(
      ...['graphon', masks, '--bins', '4', '--estimator', own, '--out', out],
    )
    expect(found.estimator).toBe('mine')
    const bytes = readFileSync(out)
    expect(decodeNpzArchive(bytes, out).meta).toMatchObject({ estimator: 'mine', bins: 4 })
    // Between hidden layers nothing is left of the structure.
    const W = decodeNpz(bytes, out).get('W1')!.data as Float64Array
    expect(Math.max(...W) - Math.min(...W)).toBeLessThan(1e-12)
    expect(Math.max(...W)).toBeCloseTo(found.matrices[1].density, 12)
  })

  it('is the example, with risk and with every matrix by itself', () => {
    const example = resolve('examples/my-estimator.js')
    const run = (...more: readonly string[]) =>
      limnJson<{ estimator: string; estimators?: string[]; risk?: { heldOut: number; constant: number } }>(
        ...['graphon', masks, '--bins', '4', '--estimator', example, '--out', file('example.npz'), '--force', ...more],
      )
    const { estimator: name, risk } = run('--risk')
    expect(name).toBe('mixture')
    expect(risk!.heldOut).toBeLessThan(risk!.constant)
    expect(run('--align', 'layer').estimators).toEqual(['mixture'])
  })

  it.each([
    ['nothing there', () => file('nowhere.js'), 1, 'no such file; expected the module of an estimator'],
    [
      'no estimator',
      () => module('five.mjs', 'export default 5'),
      1,
      'expected an estimator, got number; export default { name, probabilities }, or what defineEstimator gives',
    ],
    [
      'a pruning method',
      () => module('method.mjs', 'export default { name: "x", score: () => [] }'),
      1,
      'expected an estimator, whose summary is a string, got undefined',
    ],
    ['a name of limn’s', () => module('auto.mjs', estimator(flat, 'auto')), 1, "does not have, got 'auto'"],
    ['wrong numbers', () => module('few.mjs', estimator('[1]')), 1, 'mine: expected 240 probabilities, 20 × 12, got 1'],
    [
      'a misspelt name',
      () => 'usvtt',
      2,
      "or the path of a module such as ./my-estimator.js, got 'usvtt'; did you mean usvt?",
    ],
  ])('refuses in one line: %s', (_, path, code, message) => {
    const found = limn('graphon', masks, '--estimator', path(), '--out', file('never.npz'))
    expect([found.code, found.stderr.trimEnd().split('\n').length, found.stderr]).toEqual([
      code,
      1,
      expect.stringContaining(message),
    ])
  })
})

describe('spectrum --metric', () => {
  it('measures modules beside the table, in lines and in the document', () => {
    const own = module('ratio.mjs', metric('({ third: eigenvalues[2] / trace, none: null })'))
    const example = resolve('examples/my-metric.js')
    const words = ['spectrum', kernel, '--metric', own, '--metric', example]
    const [found] = limnJson<
      {
        eigenvalues: number[]
        trace: number
        metrics: { mine: { third: number; none: null }; participation: number }
        reasons: Record<string, string>
      }[]
    >(...words)
    const squares = found.eigenvalues.reduce((sum, value) => sum + value ** 2, 0)
    expect(found.metrics.participation).toBeCloseTo(found.trace ** 2 / squares, 10)
    expect(found.metrics.mine).toEqual({ third: found.eigenvalues[2] / found.trace, none: null })
    expect(found.reasons['mine']).toBe('not defined for this kernel')
    const { stdout } = limn(...words)
    expect(stdout).toMatch(/participation ratio +[\d.]+\n/)
    expect(stdout).toMatch(/my metric\.third +[\d.]+\n +my metric\.none +– \(not defined for this kernel\)/)
  })

  it.each([
    ['nothing there', () => [file('nowhere.js')], 1, 'no such file; expected the module of a spectral metric'],
    [
      'no metric',
      () => [module('six.mjs', 'export default {}')],
      1,
      'expected a spectral metric, whose name is a string',
    ],
    ['a name of limn’s', () => [module('gap.mjs', metric('1', 'gap'))], 1, "does not have, got 'gap'"],
    ['no number', () => [module('nan.mjs', metric('NaN'))], 1, 'mine: expected a finite number, null, or'],
    ['a name of the table', () => ['rank'], 2, "such as ./my-metric.js, got 'rank'; rank is always measured"],
    [
      'two of one name',
      () => [module('a.mjs', metric('1')), module('b.mjs', metric('2'))],
      1,
      "expected a name of its own, got 'mine'",
    ],
  ])('refuses in one line: %s', (_, paths, code, message) => {
    const found = limn('spectrum', kernel, ...paths().flatMap((path) => ['--metric', path]))
    expect([found.code, found.stderr.trimEnd().split('\n').length, found.stderr]).toEqual([
      code,
      1,
      expect.stringContaining(message),
    ])
  })
})

describe('a study with an estimator and metrics of its own', () => {
  const run = (out: string, own: string, metrics: string) => {
    const study = file('study.yaml')
    writeFileSync(
      study,
      `title: Own
trials: 2
data: { source: ${data}, samples: 20, testSamples: 0 }
network: { widths: [8, 16], hiddenLayers: 2 }
prune: { methods: [magnitude], densities: [0.5] }
graphon: { bins: 4, estimator: ${own} }
kernel: { metrics: [${metrics}] }
training: { steps: 0 }
`,
    )
    return limn('study', 'run', study, '--out', file(out), '--workers', '1')
  }

  it('computes with them, and with them alone: a changed module gives other results', () => {
    const own = module('study-estimator.mjs', estimator(flat))
    const ratio = module('study-metric.mjs', metric('eigenvalues[1] / trace'))
    const first = run('study', own, `rank, ${ratio}`)
    expect(first.code, first.stderr).toBe(0)
    const page = readFileSync(join(file('study'), 'report.html'), 'utf8')
    expect(page).toContain('mine estimator')
    expect(page).toMatch(/>rank<\/th>/)
    expect(page).not.toMatch(/study-(estimator|metric)\.mjs<\/td>|undefined|NaN/)
    const names = readdirSync(join(file('study'), 'runs')).filter(
      (name) => name.startsWith('run-') && name.endsWith('npz'),
    )
    const W = decodeNpz(readFileSync(join(file('study'), 'runs', names[0])), names[0]).get('W1')!.data as Float64Array
    expect(Math.max(...W) - Math.min(...W)).toBeLessThan(1e-12)
    const { facts } = JSON.parse(readFileSync(join(file('study'), 'plan.json'), 'utf8')) as {
      facts: Record<string, unknown>
    }
    expect(facts).toMatchObject({
      estimator: { path: own, name: 'mine', fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string },
      metrics: [{ path: ratio, name: 'mine', fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string }],
    })
    expect(limn('study', 'export', file('study'), '--out', file('tables')).code).toBe(0)
    const rows = readFileSync(join(file('tables'), 'metric.csv'), 'utf8')
      .trimEnd()
      .split('\n')
    // Of the dense kernel, and of two at either width; the empirical kernel is not computed.
    expect(rows).toHaveLength(1 + 2 * (1 + 2 * 2))
    expect(run('study', own, `rank, ${ratio}`).stderr).toMatch(/study: 0 results computed, 11 found/)
    // Another metric: kernels anew, networks as they are. Another place of the same text: nothing.
    module('study-metric.mjs', metric('eigenvalues[0] / trace'))
    const other = run('study', own, `rank, ${ratio}`)
    expect(other.stderr).toContain('a metric’s module')
    expect(other.stderr).toMatch(/study: 3 results computed, 8 found/)
    const moved = run('study', module('moved.mjs', estimator(flat)), `rank, ${ratio}`)
    expect(moved.stderr).toMatch(/study: 0 results computed, 11 found/)
    const changed = run('study', module('moved.mjs', estimator('data.map(() => 0.5)')), `rank, ${ratio}`)
    expect(changed.stderr).toContain('the estimator’s module')
    expect(changed.code).toBe(0)
  })

  it('is read again from the folder without the modules', () => {
    for (const name of ['study-metric.mjs', 'moved.mjs']) rmSync(file(name))
    expect(limn('study', 'report', file('study')).code).toBe(0)
  })

  it.each([
    ['./nowhere.js', 'rank', 'no such file; expected the module of an estimator'],
    ['usv', 'rank', 'graphon.estimator: expected histogram, sort-smooth'],
    ['auto', './nowhere.js', 'no such file; expected the module of a spectral metric'],
    ['auto', 'rnak', 'such as ./my-metric.js (did you mean rank?)'],
    ['auto', 'rank, rank', 'expected different metrics'],
  ])('refuses %s and %s in one line', (own, metrics, message) => {
    const found = run('never', own, metrics)
    expect([found.code, found.stderr]).toEqual([1, expect.stringContaining(message)])
  })
})
