import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeNpy } from '../../src/data/npy.js'
import { decodeNpz, encodeNpz } from '../../src/data/npz.js'
import { toFloat64, type Tensor } from '../../src/data/tensor.js'
import { writeSamples } from './data.js'
import { freshFolder, limn, limnJson } from './limn.js'

/** What PyTorch finds for its own file (test/oracle/lenet_reference.py). */
interface Reference {
  readonly sizes: number[]
  readonly samples: number
  readonly density: number
  readonly kept: number[]
  readonly traces: number[]
  readonly learningRate: number
  readonly loss: number[]
}

const file = freshFolder()
const fixture = (name: string): string => resolve('test/oracle/fixtures', name)
const reference = JSON.parse(readFileSync(fixture('lenet-300-100.json'), 'utf8')) as Reference

/** The samples of the reference, whose script has the same formula. */
function writeReferenceSamples(out: string): void {
  const { samples: n, sizes } = reference
  const x = Float64Array.from({ length: n * sizes[0] }, (_, k) => {
    const [i, j] = [Math.floor(k / sizes[0]), k % sizes[0]]
    return Math.cos(0.7 * ((i % 10) + 1) * (j + 1)) + 0.5 * Math.cos(0.05 * (i + 1) * (j + 1))
  })
  const y = Int32Array.from({ length: n }, (_, i) => i % 10)
  const tensors = new Map<string, Tensor>([
    ['x', { shape: [n, sizes[0]], data: x }],
    ['y', { shape: [n], data: y }],
  ])
  writeFileSync(out, encodeNpz(tensors))
}

const values = (name: string): Float64Array => toFloat64(decodeNpy(readFileSync(name), name))

/** ‖a − b‖ / ‖b‖. */
function relative(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const norm = (of: (k: number) => number): number => Math.hypot(...Array.from({ length: b.length }, (_, k) => of(k)))
  return norm((k) => a[k] - b[k]) / norm((k) => b[k])
}

interface Case {
  readonly data: string
  readonly sizes: string
  readonly prune: readonly string[]
  readonly bins: string
  readonly lr: number
  /** What says less than the files: options, or a chain without its description. */
  readonly mistaken: readonly string[] | 'undescribed'
}

const classes = file('classes.npz')
const lenet = file('lenet.npz')
const drawn = { data: classes, sizes: '12,500,500,3', bins: '3', lr: 0.02 }
const cases: Record<string, Case> = {
  'a ReLU network in the NTK parameterisation': {
    ...drawn,
    prune: ['--sizes', drawn.sizes, '--method', 'magnitude', '--density', '0.5', '--scope', 'layer'],
    mistaken: ['--weights', 'redrawn'],
  },
  'an erf network with biases': {
    ...drawn,
    prune: [
      ...['--sizes', drawn.sizes, '--activation', 'erf', '--sigma-b2', '0.3'],
      ...['--method', 'random', '--density', '0.3'],
    ],
    mistaken: 'undescribed',
  },
  'a pruned LeNet-300-100 of PyTorch': {
    data: lenet,
    sizes: reference.sizes.join(','),
    prune: [
      ...['--weights', fixture('lenet-300-100.npz')],
      ...['--method', 'magnitude', '--density', String(reference.density)],
    ],
    bins: '4',
    lr: reference.learningRate,
    mistaken: 'undescribed',
  },
}

beforeAll(() => {
  writeSamples(classes, 20, 12, 3)
  writeReferenceSamples(lenet)
})
afterAll(() => rmSync(file('.'), { recursive: true, force: true }))

describe.each(Object.entries(cases))('from masks to training, by files alone: %s', (name, one) => {
  const at = (suffix: string): string => file(`${Object.keys(cases).indexOf(name)}-${suffix}`)
  const [masks, chain, limit] = ['m.safetensors', 'c.npz', 'limit.npy'].map(at)
  const data = ['--data', one.data]
  const run = (...args: readonly string[]): void => {
    const { code, stderr } = limn(...args)
    expect(code, stderr).toBe(0)
  }

  beforeAll(() => {
    run('prune', ...one.prune, '--seed', '1', '--out', masks)
    run('graphon', masks, '--bins', one.bins, '--out', chain)
    run('ntk', chain, ...data, '--out', limit)
    drawn.forEach((network, k) => run('sample', chain, '--sizes', one.sizes, '--seed', String(k), '--out', network))
  })

  const drawn = [1, 2, 3].map((seed) => at(`drawn-${seed}.safetensors`))
  const kernelOf = (network: string): Float64Array => {
    run('ntk', '--empirical', network, ...data, '--out', at('k.npy'))
    return values(at('k.npy'))
  }
  const common = ['--lr', String(one.lr), '--steps', '60']
  const trained = (network: string): number[] =>
    limnJson<{ loss: number[] }>('train', network, ...data, '--centered', ...common).loss

  it('the limit is as near to the network’s kernel as to those of networks that are drawn from the limit', () => {
    const distances = drawn.map((network) => relative(kernelOf(network), values(limit)))
    const empirical = kernelOf(masks)
    const found = relative(empirical, values(limit))
    expect(found).toBeLessThan(1.5 * Math.max(...distances))
    const [silent, mistaken] = [at('silent.npz'), at('mistaken.npy')]
    writeFileSync(silent, encodeNpz(decodeNpz(readFileSync(chain), chain)))
    run('ntk', ...(one.mistaken === 'undescribed' ? [silent] : [chain, ...one.mistaken]), ...data, '--out', mistaken)
    expect(relative(empirical, values(mistaken))).toBeGreaterThan(4 * Math.max(found, ...distances))
  })

  it('its spectrum is that of a kernel', () => {
    const spectra = limnJson<{ trace: number; smallest: number; warnings: string[] }[]>('spectrum', limit)
    for (const { trace, smallest, warnings } of spectra) {
      expect(smallest).toBeGreaterThan(-1e-14 * trace)
      expect(warnings).toEqual([])
    }
  })

  it('the predicted loss is as near to the measured one as to those of networks that are drawn from the limit', () => {
    const predicted = limnJson<{ loss: number[] }>('predict', limit, ...data, ...common).loss
    const drop = predicted[0] - predicted[60]
    expect(drop).toBeGreaterThan(0.05)
    const deviation = (network: string): number =>
      Math.max(...trained(network).map((loss, k) => Math.abs(predicted[k] - loss))) / drop
    const [found, ...others] = [masks, ...drawn].map(deviation)
    expect(found).toBeLessThan(1.5 * Math.max(...others))
    expect(found).toBeLessThan(0.15)
  })
})

describe('a file of PyTorch', () => {
  it('is pruned and trained as PyTorch does it', () => {
    const masks = file('lenet.safetensors')
    const { prune, data, lr } = cases['a pruned LeNet-300-100 of PyTorch']
    const { layers } = limnJson<{ layers: { kept: number }[] }>('prune', ...prune, '--out', masks)
    expect(layers.map(({ kept }) => kept)).toEqual(reference.kept)
    const kernel = file('lenet.npy')
    expect(limn('ntk', '--empirical', masks, '--data', data, '--out', kernel).code).toBe(0)
    const n = reference.samples
    const theta = values(kernel)
    reference.traces.forEach((trace, c) => {
      let sum = 0
      for (let i = 0; i < n; i++) sum += theta[c * n * n + i * (n + 1)]
      expect(Math.abs(sum / trace - 1)).toBeLessThan(1e-12)
    })
    const common = ['--lr', String(lr), '--steps', String(reference.loss.length - 1)]
    const { loss } = limnJson<{ loss: number[] }>('train', masks, '--data', data, '--centered', ...common)
    loss.forEach((value, k) => expect(Math.abs(value / reference.loss[k] - 1)).toBeLessThan(1e-5))
  })
})
