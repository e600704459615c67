import { describe, expect, it } from 'vitest'
import { FileError } from '../../src/data/file-error.js'
import type { Tensor, TensorMap } from '../../src/data/tensor.js'
import { networkFromTensors, networkToTensors } from '../../src/network/checkpoint.js'
import { createNetwork } from '../../src/network/create.js'
import { activations, sampleNetwork } from './fixtures.js'

/** A matrix of distinct non-zero values with zeros at the given places. */
function weights(rows: number, cols: number, zeroAt: readonly number[] = []): Tensor {
  const data = Float32Array.from({ length: rows * cols }, (_, k) => (zeroAt.includes(k) ? 0 : k + 0.5))
  return { shape: [rows, cols], data }
}

const ones = (rows: number, cols: number): Tensor => ({
  shape: [rows, cols],
  data: new Uint8Array(rows * cols).fill(1),
})
const bias = (length: number): Tensor => ({ shape: [length], data: new Float32Array(length).fill(2) })
const file = 'net.safetensors'
const read = (entries: readonly (readonly [string, Tensor])[], metadata: Record<string, string> = {}) =>
  networkFromTensors(new Map(entries), metadata, file)

describe('networkToTensors and networkFromTensors', () => {
  it('are inverse to each other for every activation and parameterisation', () => {
    for (const activation of activations) {
      for (const parameterization of ['ntk', 'standard'] as const) {
        const network = sampleNetwork([4, 6, 5, 2], { activation, parameterization, bias: true, density: 0.5 })
        const { tensors, metadata } = networkToTensors(network, { method: 'snip' })
        expect(metadata['method']).toBe('snip')
        const back = networkFromTensors(tensors, metadata, file)
        expect(back.network).toEqual(network)
        expect(back.masks).toEqual(network.layers.map(({ mask }) => mask))
      }
    }
  })

  it('store float32 when nothing is lost, float64 otherwise', () => {
    const network = sampleNetwork([4, 6, 2])
    expect(networkToTensors(network).tensors.get('layers.0.weight')!.data).toBeInstanceOf(Float32Array)
    const layers = network.layers.with(0, { ...network.layers[0], weight: new Float64Array(24).fill(0.1) })
    const fine = createNetwork(network.spec, layers)
    const { tensors, metadata } = networkToTensors(fine)
    expect(tensors.get('layers.0.weight')!.data).toBeInstanceOf(Float64Array)
    expect(networkFromTensors(tensors, metadata, file).network).toEqual(fine)
  })
})

describe('a file without metadata', () => {
  it('is a standard ReLU network, unless the caller says more', () => {
    const { spec } = read([['layers.0.weight', weights(3, 2)]])
    expect(spec).toMatchObject({
      sizes: [2, 3],
      parameterization: 'standard',
      activation: { name: 'relu' },
      sigmaB2: 0,
    })
    const tensors: TensorMap = new Map([['layers.0.weight', weights(3, 2)]])
    expect(
      networkFromTensors(tensors, { activation: 'relu' }, file, { activation: { name: 'erf' } }).spec.activation,
    ).toEqual({
      name: 'erf',
    })
  })

  it('keeps the weights that are not zero where there is no mask', () => {
    const { masks, network } = read([['fc.weight', weights(2, 3, [1, 5])]])
    expect([...masks[0].data]).toEqual([1, 0, 1, 1, 1, 0])
    expect(network).toBeDefined()
  })

  it('is dense when the caller takes zeros for weights, except where a mask says otherwise', () => {
    const tensors: TensorMap = new Map([
      ['fc1.weight', weights(2, 3, [1, 5])],
      ['fc2.weight', weights(1, 2, [0])],
      ['fc2.weight_mask', { shape: [1, 2], data: Uint8Array.of(1, 0) }],
    ])
    const { masks } = networkFromTensors(tensors, {}, file, { zeros: 'kept' })
    expect(masks.map(({ data }) => [...data])).toEqual([
      [1, 1, 1, 1, 1, 1],
      [1, 0],
    ])
  })

  it('may hold masks alone, float or integer', () => {
    const { masks, network } = read([
      ['fc1.weight_mask', { shape: [2, 2], data: Float32Array.of(1, 0, 0, 1) }],
      ['fc2.weight_mask', ones(1, 2)],
    ])
    expect(network).toBeUndefined()
    expect([...masks[0].data]).toEqual([1, 0, 0, 1])
  })

  it('may be one unnamed matrix: a mask of zeros and ones, or a weight', () => {
    expect(read([['', ones(2, 3)]]).network).toBeUndefined()
    expect(read([['', { shape: [1, 2], data: Float64Array.of(1, 0) }]]).masks[0].kept).toBe(1)
    expect(read([['', weights(2, 2, [0])]]).masks[0].kept).toBe(3)
    expect(() => read([['', { shape: [1, 2], data: Uint8Array.of(1, 2) }]])).toThrow(/expected 0 or 1, got 2/)
  })
})

describe('PyTorch names', () => {
  it('pair weight_orig with weight_mask, and take biases', () => {
    const { network } = read([
      ['fc1.bias', bias(3)],
      ['fc1.weight_orig', weights(3, 2)],
      ['fc1.weight_mask', { shape: [3, 2], data: Float32Array.of(1, 0, 0, 1, 1, 1) }],
      ['fc2.weight', weights(1, 3)],
      ['fc2.bias', bias(1)],
    ])
    expect(network!.spec.sizes).toEqual([2, 3, 1])
    expect(network!.layers[0].mask.kept).toBe(4)
    expect(network!.layers[0].weight[1]).toBe(1.5)
    expect([...network!.layers[0].bias!]).toEqual([2, 2, 2])
  })

  it('go by their numbers: fc10 after fc2, also where shapes would let it stand before', () => {
    const names = ['fc1', 'fc10', 'fc2']
    const entries = names.map((name, i): [string, Tensor] => [
      `net.${name}.weight`,
      { shape: [2, 2], data: new Float32Array(4).fill(i + 1) },
    ])
    expect(read(entries).network!.layers.map(({ weight }) => weight[0])).toEqual([1, 3, 2])
  })

  it('may be a Sequential called layers, whose activations take numbers too', () => {
    const [input, hidden, output] = [weights(5, 8), weights(5, 5), weights(2, 5)]
    for (const suffix of ['weight', 'weight_orig']) {
      const { network } = read([
        [`layers.10.${suffix}`, output],
        [`layers.2.${suffix}`, input],
        [`layers.4.${suffix}`, hidden],
        ['layers.4.bias', bias(5)],
      ])
      expect(network!.spec.sizes).toEqual([8, 5, 5, 2])
      expect(network!.layers.map((layer) => layer.bias !== undefined)).toEqual([false, true, false])
    }
    expect(() =>
      read([
        ['layers.0.weight', output],
        ['layers.2.weight', input],
      ]),
    ).toThrow(/layers\.2\.weight: expected 2 columns/)
  })

  it('may be a list called layers with a head of another name', () => {
    const names = ['head', 'layers.0', 'layers.1']
    const matrices = [weights(2, 5), weights(5, 8), weights(5, 5)]
    expect(read(names.map((name, i) => [`${name}.weight`, matrices[i]])).spec.sizes).toEqual([8, 5, 5, 2])
  })

  it('follow the file’s order, or the only order in which shapes chain', () => {
    const [input, hidden, output] = [weights(5, 8), weights(3, 5), weights(2, 3)]
    for (const entries of [
      [['input.weight', input] as const, ['hidden.weight', hidden] as const, ['output.weight', output] as const],
      [['hidden.weight', hidden] as const, ['input.weight', input] as const, ['output.weight', output] as const],
    ]) {
      expect(read(entries).spec.sizes).toEqual([8, 5, 3, 2])
    }
    const square = weights(5, 5)
    expect(() =>
      read([
        ['b.weight', square],
        ['input.weight', input],
        ['a.weight', square],
      ]),
    ).toThrow(/ambiguous/)
  })
})

describe('a wrong file', () => {
  const layer0 = ['layers.0.weight', weights(3, 2)] as const
  const layer1 = ['layers.1.weight', weights(1, 3)] as const
  it.each([
    [
      'a convolution',
      [['conv1.weight', { shape: [2, 2, 1, 1], data: new Float32Array(4) }]],
      /conv1\.weight: .*matrix/,
    ],
    ['a norm', [layer0, ['norm.weight', bias(3)]], /norm\.weight: .*matrix/],
    ['an unknown tensor', [['bn.running_mean', bias(3)]], /bn\.running_mean: .*names/],
    ['no tensor', [], /no tensors/],
    [
      'a missing layer',
      [layer0, ['layers.0.mask', ones(3, 2)], ['layers.2.weight', weights(1, 3)]],
      /layers\.1: expected this layer/,
    ],
    ['shapes that do not chain', [layer0, ['layers.1.weight', weights(1, 4)]], /layers\.1\.weight: expected 3 columns/],
    ['a mask of another shape', [layer0, ['layers.0.mask', ones(2, 3)]], /layers\.0\.mask: expected shape \[3, 2\]/],
    [
      'a mask value 2',
      [['layers.0.mask', { shape: [1, 2], data: Uint8Array.of(1, 2) }]],
      /layers\.0\.mask: .*got 2 at row 0, column 1/,
    ],
    ['a mask value NaN', [['layers.0.mask', { shape: [1, 1], data: Float32Array.of(NaN) }]], /layers\.0\.mask: .*NaN/],
    [
      'NaN in a weight',
      [['layers.0.weight', { shape: [1, 2], data: Float64Array.of(1, NaN) }]],
      /layers\.0\.weight: .*NaN at entry 1/,
    ],
    [
      'NaN in a bias',
      [layer0, ['layers.0.bias', { shape: [3], data: Float64Array.of(1, NaN, 0) }]],
      /layers\.0\.bias: .*NaN/,
    ],
    ['integer weights', [['layers.0.weight', ones(1, 2)]], /layers\.0\.weight: expected floating/],
    [
      'a weight defined twice',
      [
        ['fc.weight', weights(1, 2)],
        ['fc.weight_orig', weights(1, 2)],
      ],
      /fc\.weight_orig: .*already/,
    ],
    ['a bias of another length', [layer0, ['layers.0.bias', bias(2)]], /layers\.0\.bias: expected 3 entries/],
    ['a bias alone', [layer0, ['layers.1.bias', bias(2)]], /layers\.1\.bias: a bias without a weight/],
    ['a weight in one layer only', [layer0, ['layers.1.mask', ones(1, 3)]], /layers\.1\.weight: expected a weight/],
    [
      'two naming schemes',
      [layer0, ['layers.0.mask', ones(3, 2)], ['fc.weight', weights(1, 3)]],
      /fc\.weight: expected only names layers/,
    ],
    [
      'an empty matrix',
      [['layers.0.weight', { shape: [0, 2], data: new Float32Array() }]],
      /layers\.0\.weight: .*\[0, 2\]/,
    ],
  ] as [string, [string, Tensor][], RegExp][])('%s is named by file and key', (_, entries, message) => {
    expect(() => read(entries)).toThrow(FileError)
    expect(() => read(entries)).toThrow(message)
    expect(() => read(entries)).toThrow(/^net\.safetensors: /)
  })

  it.each([
    [{ parameterization: 'mup' }, /metadata parameterization: expected ntk or standard, got 'mup'/],
    [{ sizes: '2,3,2' }, /metadata sizes: expected 2,3,1/],
    [{ sizes: '2,x,1' }, /metadata sizes: expected numbers/],
    [{ activation: 'swish' }, /swish/],
    [{ sigma_w2: '1,' }, /metadata sigma_w2/],
    [{ sigma_w2: '1' }, /2 positive values of sigmaW2/],
    [{ sigma_b2: '-1' }, /sigmaB2/],
  ])('metadata %j', (metadata, message) => {
    expect(() => read([layer0, layer1], metadata)).toThrow(FileError)
    expect(() => read([layer0, layer1], metadata)).toThrow(message)
  })

  it('refuses biases that the NTK parameterisation would silence', () => {
    expect(() => read([layer0, ['layers.0.bias', bias(3)]], { parameterization: 'ntk' })).toThrow(/sigma_b2/)
  })

  it('accepts sizes as a JSON list too', () => {
    expect(read([layer0, layer1], { sizes: '[2, 3, 1]' }).spec.sizes).toEqual([2, 3, 1])
  })
})
