import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { readAnyTensors } from '../../src/data/open-tensors.js'
import { toFloat64, type TensorMap } from '../../src/data/tensor.js'
import { matrix } from '../../src/linalg/matrix.js'
import { networkToTensors } from '../../src/network/checkpoint.js'
import { forward } from '../../src/network/forward.js'
import { createMask } from '../../src/network/mask.js'
import { createNetwork, createSpec, initialize } from '../../src/network/initialize.js'
import type { Network } from '../../src/network/network.js'
import { encodeNetwork } from '../../src/node/files/store-network.js'
import { readCheckpoint } from '../../src/node/files/read-network.js'
import { randomStream } from '../../src/random/random.js'
import { torchFixture } from '../data/torch/fixtures.js'
import { freshFolder, limn, limnJson } from './limn.js'

const file = freshFolder()
const sizes = [5, 7, 6, 3]
const random = randomStream(4, 'convert')
const x = matrix(
  4,
  5,
  Float64Array.from({ length: 20 }, () => random.normal()),
)
let network: Network

const tensorsOf = (name: string): TensorMap => readAnyTensors(new Uint8Array(readFileSync(file(name))), name).tensors

beforeAll(() => {
  mkdirSync(file('.'), { recursive: true })
  const whole = initialize(createSpec({ sizes, sigmaB2: 0.3, sigmaW2: [1, 2, 3] }), 1)
  const layers = whole.layers.map((layer) => ({
    ...layer,
    mask: createMask(
      layer.mask.rows,
      layer.mask.cols,
      Uint8Array.from(layer.weight, () => (random.uniform() < 0.5 ? 1 : 0)),
    ),
  }))
  network = createNetwork(whole.spec, layers)
  const archive = networkToTensors(network, { method: 'magnitude', density: '0.5' })
  for (const ending of ['safetensors', 'npz', 'pt']) {
    writeFileSync(file(`net.${ending}`), encodeNetwork(`net.${ending}`, archive))
  }
})

/** Outputs of a multilayer perceptron with ReLU as PyTorch computes them: x Wᵀ + b, in the precision of JavaScript. */
function plainOutputs(layers: readonly { weight: Float64Array; bias: Float64Array; rows: number; cols: number }[]) {
  let rows = Array.from({ length: x.rows }, (_, i) => Array.from(x.data.subarray(i * x.cols, (i + 1) * x.cols)))
  layers.forEach(({ weight, bias, rows: units, cols }, l) => {
    rows = rows.map((row) =>
      Array.from({ length: units }, (_, u) => {
        let z = bias[u]
        for (let j = 0; j < cols; j++) z += weight[u * cols + j] * row[j]
        return l < layers.length - 1 ? Math.max(0, z) : z
      }),
    )
  })
  return rows.flat()
}

describe('limn convert', () => {
  it.each(['npz', 'pt'])('writes every tensor under its name, bit for bit, with what the file says: %s', (to) => {
    expect(limn('convert', file('net.safetensors'), '--out', file(`all.${to}`)).code).toBe(0)
    expect(limn('convert', file(`all.${to}`), '--out', file('back.safetensors'), '--force').code).toBe(0)
    expect(readFileSync(file('back.safetensors'))).toEqual(readFileSync(file('net.safetensors')))
    expect(readCheckpoint(file(`all.${to}`)).spec).toEqual(network.spec)
    expect(readCheckpoint(file(`all.${to}`)).origin.method).toBe('magnitude')
  })

  it.each(['applied', 'pruned'])('writes weights that give PyTorch’s layers the same outputs: %s', (form) => {
    const out = file(`${form}.pt`)
    const names = ['fc1', 'body.fc2', 'head']
    expect(limn('convert', file('net.pt'), '--form', form, '--names', names.join(','), '--out', out).code).toBe(0)
    const tensors = tensorsOf(`${form}.pt`)
    const layers = names.map((name, l) => {
      const shape = [sizes[l + 1], sizes[l]]
      const weight = toFloat64(tensors.get(`${name}.${form === 'pruned' ? 'weight_orig' : 'weight'}`)!)
      const mask = form === 'pruned' ? toFloat64(tensors.get(`${name}.weight_mask`)!) : undefined
      return {
        ...{ rows: shape[0], cols: shape[1], bias: toFloat64(tensors.get(`${name}.bias`)!) },
        weight: mask ? weight.map((value, k) => value * mask[k]) : weight,
      }
    })
    const expected = forward(network, x).pre.at(-1)!.data
    plainOutputs(layers).forEach((value, k) => expect(value).toBeCloseTo(expected[k], 5))
    // And limn reads the same masks, names and function out of it.
    const read = readCheckpoint(out)
    expect(read.reading.layers).toEqual(names)
    expect(read.spec.parameterization).toBe('standard')
    expect(read.masks.map(({ data }) => [...data])).toEqual(network.layers.map(({ mask }) => [...mask.data]))
    forward(read.network!, x)
      .pre.at(-1)!
      .data.forEach((value, k) => expect(value).toBeCloseTo(expected[k], 5))
  })

  it('writes masks alone, under the names of the file', () => {
    limn('convert', file('net.npz'), '--form', 'masks', '--names', 'a,b,c', '--out', file('masks.safetensors'))
    const tensors = tensorsOf('masks.safetensors')
    expect([...tensors.keys()]).toEqual(['a.weight_mask', 'b.weight_mask', 'c.weight_mask'])
    const again = limnJson<{ tensors: { name: string; shape: number[] }[] }>(
      ...['convert', file('masks.safetensors'), '--form', 'masks', '--out', file('masks.npz')],
    )
    expect(again.tensors.map(({ name }) => name)).toEqual(['a.weight_mask', 'b.weight_mask', 'c.weight_mask'])
    expect(readCheckpoint(file('masks.npz')).masks.map(({ kept }) => kept)).toEqual(
      network.layers.map(({ mask }) => mask.kept),
    )
  })

  it('keeps what masks alone say of their network, and says what changes where factors go into weights', () => {
    const archive = networkToTensors(network, { method: 'magnitude' })
    const masks = new Map([...archive.tensors].filter(([key]) => key.endsWith('mask')))
    writeFileSync(file('told.npz'), encodeNetwork('told.npz', { tensors: masks, metadata: archive.metadata }))
    for (const form of ['masks', 'limn']) {
      expect(limn('convert', file('told.npz'), '--form', form, '--out', file(`told-${form}.pt`)).code).toBe(0)
      const { known, origin } = readCheckpoint(file(`told-${form}.pt`))
      expect([known, origin]).toEqual([readCheckpoint(file('told.npz')).known, { method: 'magnitude' }])
    }
    const { stderr } = limn('convert', file('net.npz'), '--form', 'applied', '--out', file('said.pt'))
    expect(stderr).toMatch(/the same outputs, another tangent kernel/)
    const large = new Map([
      ...archive.tensors,
      ['layers.0.weight', { shape: [7, 5], data: new Float64Array(35).fill(1e200) }],
    ] as const)
    writeFileSync(file('large.npz'), encodeNetwork('large.npz', { ...archive, tensors: large }))
    const refused = limn('convert', file('large.npz'), '--form', 'applied', '--out', file('never.pt'))
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/within the range of float32, got/)])
  })

  it('reads what real PyTorch has written, halves included', () => {
    const { code, stderr } = limn('convert', torchFixture('checkpoint.pt'), '--out', file('checkpoint.npz'))
    expect([code, stderr.includes('at ')]).toEqual([0, false])
    const { code: limnCode } = limn(
      'convert',
      torchFixture('checkpoint.pt'),
      '--form',
      'limn',
      '--out',
      file('own.npz'),
    )
    expect(limnCode).toBe(0)
    expect([...tensorsOf('own.npz').keys()]).toContain('layers.0.weight')
  })

  it('refuses what does not go together', () => {
    const at = (...words: string[]) => limn('convert', ...words, '--out', file('refused.pt')).stderr
    expect(at(file('net.npz'), '--names', 'a,b,c')).toMatch(/--names says how a network is read; choose a --form/)
    expect(at(file('net.npz'), '--form', 'pruned', '--names', 'a,b')).toMatch(/expected 3 --names/)
    expect(at(file('net.npz'), '--form', 'limn', '--names', 'a,b,c')).toMatch(/no effect/)
    expect(at(file('masks.npz'), '--form', 'applied')).toMatch(/got masks alone; use --form masks/)
    expect(limn('convert', file('net.npz'), '--out', file('x.npy')).stderr).toMatch(/ends in \.safetensors or \.npz/)
    expect(at(file('none.npz'))).toMatch(/no such file/)
  })
})
