import { execSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeNpy, encodeNpy } from '../../src/data/npy.js'
import { decodeNpz, encodeNpz } from '../../src/data/npz.js'
import { toFloat64 } from '../../src/data/tensor.js'
import { decodeSafetensors } from '../../src/data/safetensors.js'
import { writeSamples } from './data.js'
import { freshFolder, limn, limnJson } from './limn.js'

const file = freshFolder()
const data = file('data.npz')
const sizes = '12,20,24,3'

interface PruneDocument {
  method: string
  density: number
  layers: { shape: number[]; kept: number; density: number; deadUnits: number }[]
  seconds: number
}

interface Curve {
  steps: number
  loss: number[]
  accuracy?: number[]
}

const prune = (method: string, out: string, ...more: string[]) =>
  limnJson<PruneDocument>(
    'prune',
    '--sizes',
    sizes,
    '--method',
    method,
    '--density',
    '0.3',
    '--seed',
    '1',
    '--out',
    out,
    ...more,
  )

beforeAll(() => writeSamples(data, 40, 12, 3))

describe('the pipeline of commands', () => {
  it.each(['random', 'magnitude', 'snip', 'grasp', 'synflow'])('runs from %s masks to a predicted curve', (method) => {
    const [masks, chain, kernel, targets] = ['m.safetensors', 'c.npz', 'k.npy', 'y.npy'].map((name) =>
      file(`${method}-${name}`),
    )
    const total = 12 * 20 + 20 * 24 + 24 * 3
    const scoresOnData = method === 'snip' || method === 'grasp'
    const document = prune(method, masks, ...(scoresOnData ? ['--data', data] : []))
    expect(document.layers.reduce((sum, { kept }) => sum + kept, 0)).toBe(Math.floor(0.3 * total + 0.5))
    expect(document.layers.map(({ shape }) => shape)).toEqual([
      [20, 12],
      [24, 20],
      [3, 24],
    ])
    expect(limn('graphon', masks, '--bins', '5', '--out', chain).code).toBe(0)
    expect(limn('ntk', chain, '--data', data, '--samples', '10', '--out', kernel).code).toBe(0)
    const tensor = decodeNpy(readFileSync(kernel), kernel)
    expect(tensor.shape.slice(-2)).toEqual([10, 10])
    const spectra = [limnJson<{ n: number; eigenvalues: number[]; trace: number }>('spectrum', kernel)].flat()
    for (const { n, eigenvalues, trace } of spectra) {
      expect(n).toBe(10)
      expect(eigenvalues.reduce((sum, value) => sum + value, 0)).toBeCloseTo(trace, 10)
    }
    writeFileSync(
      targets,
      encodeNpy({ shape: [10, 3], data: Float64Array.from({ length: 30 }, (_, i) => Number(i % 4 === 0)) }),
    )
    const curve = limnJson<Curve>('predict', kernel, '--targets', targets, '--lr', '0.01', '--steps', '5')
    expect(curve.steps).toBe(5)
    expect(curve.loss).toHaveLength(6)
    expect(curve.loss[5]).toBeLessThanOrEqual(curve.loss[0])
  })

  it('gives identical bytes for identical commands, and others for another seed', () => {
    const bytes = (name: string, seed: string) => {
      limnJson('prune', '--sizes', sizes, '--method', 'random', '--density', '0.3', '--seed', seed, '--out', file(name))
      return readFileSync(file(name)).toString('base64')
    }
    expect(bytes('same-1.safetensors', '5')).toBe(bytes('same-2.safetensors', '5'))
    expect(bytes('same-1.safetensors', '5')).not.toBe(bytes('same-3.safetensors', '6'))
  })

  it('predicts by the empirical kernel what centred training with a tiny step does', () => {
    const [masks, kernel, targets] = [file('e.safetensors'), file('e.npy'), file('e-y.npy')]
    // One output, so that the per-class kernel is the whole kernel.
    const samples = file('one.npz')
    const x = toFloat64(decodeNpz(readFileSync(data), data).get('x')!).slice(0, 12 * 12)
    const y = Float64Array.from({ length: 12 }, (_, i) => Math.sin(i))
    writeFileSync(
      samples,
      encodeNpz(
        new Map([
          ['x', { shape: [12, 12], data: x }],
          ['y', { shape: [12, 1], data: y }],
        ]),
      ),
    )
    writeFileSync(targets, encodeNpy({ shape: [12, 1], data: y }))
    limnJson(
      'prune',
      '--sizes',
      '12,400,400,1',
      '--method',
      'random',
      '--density',
      '0.5',
      '--seed',
      '2',
      '--out',
      masks,
    )
    limnJson('ntk', '--empirical', masks, '--data', samples, '--out', kernel)
    const common = ['--lr', '0.02', '--steps', '20'] as const
    const predicted = limnJson<Curve>('predict', kernel, '--targets', targets, ...common)
    const measured = limnJson<Curve>('train', masks, '--data', samples, '--centered', ...common)
    expect(measured.loss).toHaveLength(21)
    const moved = measured.loss[0] - measured.loss[20]
    expect(moved).toBeGreaterThan(0)
    predicted.loss.forEach((value, step) => expect(Math.abs(value - measured.loss[step])).toBeLessThan(0.02 * moved))
  })

  it('writes weights in NTK parameterisation with what a reader needs to know', () => {
    prune('synflow', file('meta.safetensors'))
    const { tensors, metadata } = decodeSafetensors(readFileSync(file('meta.safetensors')), 'meta')
    expect([...tensors.keys()]).toEqual(expect.arrayContaining(['layers.0.mask', 'layers.2.weight']))
    expect(metadata).toMatchObject({ method: 'synflow', density: '0.3', seed: '1', parameterization: 'ntk' })
  })

  it('measures a chain’s distance to itself as 0, one entry per matrix', () => {
    const chain = file('self.npz')
    prune('magnitude', file('self.safetensors'))
    limnJson('graphon', file('self.safetensors'), '--bins', '4', '--out', chain)
    for (const norm of ['l1', 'l2', 'cut']) {
      const entries = limnJson<{ norm: string; value: number; exact: boolean }[]>(
        'distance',
        chain,
        chain,
        '--norm',
        norm,
      )
      expect(entries.map((entry) => [entry.norm, entry.value])).toEqual([
        [norm, 0],
        [norm, 0],
        [norm, 0],
      ])
    }
  })

  it('pictures a chain as PNG and SVG', () => {
    prune('synflow', file('fig.safetensors'))
    for (const figure of ['fig.png', 'fig.svg']) {
      expect(
        limn('graphon', file('fig.safetensors'), '--bins', '4', '--out', file('fig.npz'), '--figure', file(figure))
          .code,
      ).toBe(0)
    }
    expect(readFileSync(file('fig.png')).subarray(1, 4).toString()).toBe('PNG')
    expect(readFileSync(file('fig.svg'), 'utf8')).toMatch(/^<svg/)
  })
})

describe('refusals', () => {
  const text = file('text.npz')
  const mask2 = file('mask2.npz')
  const nan = file('nan.npz')
  const masks = file('r.safetensors')
  const chain = file('r.npz')
  const kernel = file('r.npy')
  const huge = file('huge-x.npy')
  const hugeKernel = file('huge.npy')
  const images = file('images')

  beforeAll(() => {
    writeFileSync(huge, encodeNpy({ shape: [2, 12], data: new Float64Array(24).fill(1e300) }))
    writeFileSync(hugeKernel, encodeNpy({ shape: [2, 2], data: Float64Array.of(1e308, 0, 0, 1e308) }))
    mkdirSync(images)
    writeFileSync(join(images, 'train-images-idx3-ubyte'), Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 1, 9))
    writeFileSync(text, 'not an archive')
    writeFileSync(mask2, encodeNpz(new Map([['layers.0.mask', { shape: [1, 2], data: Uint8Array.of(1, 2) }]])))
    const x = Float64Array.of(0, NaN)
    writeFileSync(
      nan,
      encodeNpz(
        new Map([
          ['x', { shape: [2, 1], data: x }],
          ['y', { shape: [2], data: Int32Array.of(0, 1) }],
        ]),
      ),
    )
    prune('random', masks)
    limn('graphon', masks, '--bins', '4', '--out', chain)
    limn('ntk', chain, '--data', data, '--samples', '5', '--out', kernel)
  })

  const out = file('never')
  const cases: [string, number, string[], RegExp][] = [
    ['a missing file', 1, ['graphon', file('nowhere.safetensors'), '--out', out], /nowhere\.safetensors/],
    ['a text file', 1, ['ntk', text, '--data', data, '--out', out], /text\.npz/],
    ['a mask entry of 2', 1, ['graphon', mask2, '--out', out], /mask2\.npz: layers\.0\.mask: .*2/],
    [
      'NaN in the data',
      1,
      ['prune', '--sizes', '1,2,2', '--method', 'snip', '--density', '0.5', '--data', nan, '--out', out],
      /nan\.npz: x: .*NaN/,
    ],
    ['more samples than rows', 1, ['ntk', chain, '--data', data, '--samples', '41', '--out', out], /data\.npz: .*40/],
    ['data of another width', 1, ['ntk', chain, '--data', nan, '--out', out], /nan\.npz/],
    [
      'density 0',
      2,
      ['prune', '--sizes', sizes, '--method', 'random', '--density', '0', '--out', out],
      /--density.*\(0, 1\]/,
    ],
    [
      'density 1.5',
      2,
      ['prune', '--sizes', sizes, '--method', 'random', '--density', '1.5', '--out', out],
      /--density/,
    ],
    [
      'an unknown method',
      2,
      ['prune', '--sizes', sizes, '--method', 'magic', '--density', '0.5', '--out', out],
      /random, magnitude, snip/,
    ],
    ['an unknown option', 2, ['spectrum', kernel, '--colour'], /--colour/],
    ['an unknown command', 2, ['paint'], /paint/],
    ['a missing option', 2, ['prune', '--sizes', sizes, '--method', 'random', '--out', out], /--density/],
    [
      'snip without data',
      2,
      ['prune', '--sizes', sizes, '--method', 'snip', '--density', '0.5', '--out', out],
      /--data/,
    ],
    ['targets of another length', 1, ['predict', kernel, '--targets', kernel.replace('r.npy', 'r.npz')], /r\.npz/],
    [
      'a full disk',
      1,
      ['prune', '--sizes', sizes, '--method', 'random', '--density', '0.5', '--out', '/dev/full'],
      /\/dev\/full/,
    ],
    [
      'a folder as --out, before anything is computed',
      1,
      ['graphon', masks, '--bins', '64', '--out', file('.')],
      /expected a file to write, got a folder/,
    ],
    ['a name that ends in a slash', 1, ['graphon', masks, '--out', `${out}/`], /never\/: expected the name of a file/],
    ['an empty --out', 2, ['graphon', masks, '--out', ''], /--out.*expected a path/],
    ['a path through a file', 1, ['ntk', chain, '--data', data, '--out', `${masks}/k.npy`], /r\.safetensors\/k\.npy/],
    [
      'a figure that cannot be written',
      1,
      ['graphon', masks, '--out', out, '--figure', `${masks}/x.svg`],
      /r\.safetensors\/x\.svg/,
    ],
    [
      'a figure of unknown type',
      2,
      ['graphon', masks, '--out', out, '--figure', file('x.jpg')],
      /\.svg or \.png.*x\.jpg/,
    ],
    [
      'one file for chain and figure',
      2,
      ['graphon', masks, '--out', file('x.svg'), '--figure', file('x.svg')],
      /x\.svg/,
    ],
    [
      'networks beyond any memory',
      1,
      ['prune', '--sizes', '8,1099511627776,3', '--method', 'random', '--density', '0.5', '--out', out],
      /--sizes 8,1099511627776,3: .*memory/,
    ],
    [
      'more steps than a curve can have',
      2,
      ['predict', kernel, '--targets', file('y.npy'), '--steps', '1000000000000'],
      /--steps.*10000000/,
    ],
    ['a momentum of 1', 2, ['train', masks, '--data', data, '--momentum', '1'], /--momentum.*\[0, 1\)/],
    [
      'a kernel beyond the range of f64',
      1,
      ['ntk', chain, '--data', huge, '--out', out],
      /expected a kernel within the range of f64/,
    ],
    ['eigenvalues beyond the range of f64', 1, ['spectrum', hugeKernel], /huge\.npy: .*range of f64/],
    [
      'a folder of images without labels',
      1,
      ['train', masks, '--data', images],
      /train-labels-idx1-ubyte: no such file/,
    ],
    ['no command', 2, [], /expected a command: study, worker, inspect, convert, prune/],
    [
      'no command of study',
      2,
      ['study'],
      /expected a command: plan, run, exec, status, watch, report, query, export, fetch, compare/,
    ],
    ['a study file that is not there', 1, ['study', 'run', file('no.yaml'), '--out', out], /no\.yaml/],
  ]
  it.each(cases)('refuses %s with exit %i and exactly one line', (_, code, args, message) => {
    const outcome = limn(...args)
    expect(outcome.stderr).toMatch(message)
    expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(outcome.stderr).not.toMatch(/defect|\bat .*\.js/)
    expect(outcome.code).toBe(code)
    expect(outcome.stdout).toBe('')
    expect(existsSync(out)).toBe(false)
  })

  it('ends in silence when nobody reads what it prints', () => {
    const main = resolve('dist/cli/main.js')
    for (const args of ['--help', 'doctor --help', `spectrum ${kernel} --json`]) {
      const command = `{ ${process.execPath} ${main} ${args}; echo $? >&3; } 3>&1 1> >(exec true) 2>&3; wait`
      expect(execSync(command, { shell: '/bin/bash', encoding: 'utf8' })).toBe('0\n')
    }
  })

  it('explains every command with an example', () => {
    for (const command of ['prune', 'graphon', 'distance', 'ntk', 'spectrum', 'train', 'predict', 'doctor']) {
      const { code, stdout } = limn(command, '--help')
      expect([command, code]).toEqual([command, 0])
      expect(stdout).toContain(`Example:\n  limn ${command}`)
    }
    for (const command of ['run', 'status', 'report'])
      expect(limn('study', command, '--help').stdout).toContain('Example:')
  })
})
