import { describe, expect, it } from 'vitest'
import { FileError } from '../../src/data/file-error.js'
import type { Tensor, TensorMap } from '../../src/data/tensor.js'
import { networkFromTensors, networkToTensors, type Checkpoint } from '../../src/network/checkpoint.js'
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
})

/** The names of the layers in the order in which they are read. */
const order = (entries: readonly (readonly [string, Tensor])[], layers?: readonly string[]) =>
  networkFromTensors(new Map(entries), {}, file, layers ? { layers } : {}).reading.layers

/** All orders of a list. */
function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]))
}

describe('the order of matrices', () => {
  const named = (name: string, rows: number, cols: number) => [`${name}.weight`, weights(rows, cols)] as const

  it('is the same however the file lists them', () => {
    for (const layers of [
      [named('a', 5, 8), named('b', 3, 5), named('c', 2, 3)],
      [named('c', 5, 8), named('a', 3, 5), named('b', 2, 3)],
      [named('fc1', 4, 4), named('fc2', 4, 4), named('fc10', 4, 4)],
      [named('block.1.fc1', 4, 4), named('block.1.fc2', 4, 4), named('block.2.fc1', 4, 4)],
      [named('stem', 4, 9), named('body.0', 4, 4), named('body.3', 4, 4), named('head', 2, 4)],
    ]) {
      const names = layers.map(([key]) => key.slice(0, -7))
      for (const listed of permutations(layers)) expect(order(listed)).toEqual(names)
    }
  })

  it('is refused where shapes allow two and numbers say nothing, whatever order the file has', () => {
    for (const layers of [
      [named('encoder', 4, 8), named('decoder', 8, 4)],
      [named('inp', 16, 6), named('one', 16, 16), named('two', 16, 16)],
      [
        named('q', 8, 8),
        named('k', 8, 8),
        named('v', 8, 8),
        named('o', 8, 8),
        named('up', 32, 8),
        named('down', 8, 32),
      ],
      [named('encoder.0', 12, 24), named('encoder.2', 3, 12), named('decoder.0', 12, 3), named('decoder.2', 24, 12)],
      [named('0.q', 8, 8), named('0.k', 8, 8), named('1.q', 8, 8), named('1.k', 8, 8)],
    ]) {
      for (const listed of permutations(layers).slice(0, 24)) {
        expect(() => read(listed)).toThrow(/ambiguous.*--layers/)
        for (const [key] of layers.slice(0, 2)) expect(() => read(listed)).toThrow(key.slice(0, -7))
      }
    }
  })

  it('is what the caller says: names, or patterns whose layers go by their numbers', () => {
    const layers = [
      named('decoder.0', 12, 3),
      named('decoder.2', 24, 12),
      named('encoder.0', 12, 24),
      named('encoder.2', 3, 12),
    ]
    const forward = ['encoder.0', 'encoder.2', 'decoder.0', 'decoder.2']
    const backward = ['decoder.0', 'decoder.2', 'encoder.0', 'encoder.2']
    expect(order(layers, forward)).toEqual(forward)
    expect(order(layers, ['encoder.*', 'decoder.*'])).toEqual(forward)
    expect(order(layers, ['decoder.*', 'encoder.*'])).toEqual(backward)
    expect(order(layers, ['encoder.*'])).toEqual(['encoder.0', 'encoder.2'])
  })

  it.each([
    ['a name that is not there', ['encoder', 'x'], /got x; there are: .*encoder \(8 → 4\)/],
    ['a layer twice', ['encoder', 'enc*'], /each layer once in --layers, got encoder by encoder and enc\*/],
    ['a pattern of two orders', ['*coder'], /ambiguous/],
    ['layers that do not chain', ['encoder', 'other'], /expected 4 columns as encoder has rows, got shape \[3, 5\]/],
  ])('said by the caller is refused with %s', (_, layers, message) => {
    const entries = [named('encoder', 4, 8), named('decoder', 8, 4), named('other', 3, 5)]
    expect(() => order(entries, layers)).toThrow(message)
  })

  it('by numbers that does not chain is refused with the place and the option', () => {
    const widths = [named('dense_128', 128, 20), named('dense_64', 64, 128), named('dense_10', 10, 64)]
    expect(() => read(widths)).toThrow(
      /dense_64\.weight: expected 10 columns as dense_10 has rows.*dense_128 \(20 → 128\).*--layers/,
    )
    const said = ['dense_128', 'dense_64', 'dense_10']
    expect(order(widths, said)).toEqual(said)
  })

  it('is found at once in a file of many layers, and refused at once where all are alike', () => {
    const many = Array.from({ length: 3000 }, (_, i) => named(`layers.${i}`, 2, 2))
    expect(order(many.toReversed())).toHaveLength(3000)
    const alike = Array.from({ length: 3000 }, (_, i) => named(`l${'x'.repeat(i % 50)}${i}`, 2, 2))
    expect(() => read(alike)).toThrow(/ambiguous/)
  })
})

describe('what is no part of the network', () => {
  const float = (...shape: number[]): Tensor => ({
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1),
  })
  const entries: readonly (readonly [string, Tensor])[] = [
    ['0.weight', float(2, 1, 3, 3)],
    ['0.bias', float(2)],
    ['1.weight', float(2)],
    ['1.bias', float(2)],
    ['1.running_mean', float(2)],
    ['1.running_var', float(2)],
    ['1.num_batches_tracked', { shape: [], data: Int32Array.of(7) }],
    ['4.weight', weights(5, 8)],
    ['4.bias', bias(5)],
    ['6.weight', weights(2, 5)],
    ['optimizer.step', float()],
    ['embedding.weight', float(100, 16)],
    ['temperature', float(1)],
  ]

  it('is left out and counted by module, and the dense chain is read', () => {
    const { network, reading } = read(entries)
    expect(network!.spec.sizes).toEqual([8, 5, 2])
    expect(reading).toMatchObject({
      layers: ['4', '6'],
      leftOut: [
        { name: '0', tensors: 2 },
        { name: '1', tensors: 5 },
        { name: 'optimizer', tensors: 1 },
        { name: 'embedding', tensors: 1 },
        { name: 'temperature', tensors: 1 },
      ],
    })
  })

  it('spoils nothing where it cannot be decoded, and everything where it is a layer', () => {
    const tensors: TensorMap = new Map([['fc1.weight', weights(5, 8)]])
    const error = new FileError(file, 'expected another dtype', 'fc2.weight')
    const unreadable = (key: string, shape?: readonly number[]) =>
      networkFromTensors(tensors, {}, file, { unreadable: new Map([[key, { shape, error }]]) })
    expect(unreadable('scale', [1]).reading.leftOut).toEqual([{ name: 'scale', tensors: 1 }])
    expect(unreadable('conv.weight', [2, 1, 3, 3]).spec.sizes).toEqual([8, 5])
    for (const shape of [[2, 5], undefined]) expect(() => unreadable('fc2.weight', shape)).toThrow(error)
    expect(() => unreadable('fc1.bias', [5])).toThrow(error)
  })

  it('is never a mask or bias of a layer that is read', () => {
    for (const [key, tensor] of [
      ['fc.mask', ones(1, 5)],
      ['fc.weight_mask', bias(5)],
      ['fc.bias', float(5, 1)],
      ['fc.bias_mask', bias(5)],
    ] as const) {
      expect(() =>
        read([
          ['fc.weight', weights(5, 8)],
          [key, tensor],
        ]),
      ).toThrow(key)
    }
  })
})

describe('PyTorch’s pruned biases', () => {
  it('are the product of bias_orig and bias_mask', () => {
    const { network, reading } = read([
      ['fc.weight', weights(3, 2)],
      ['fc.bias_orig', bias(3)],
      ['fc.bias_mask', { shape: [3], data: Float32Array.of(1, 0, 1) }],
    ])
    expect([...network!.layers[0].bias!]).toEqual([2, 0, 2])
    expect(reading.prunedBiases).toEqual([{ layer: 'fc', count: 1, of: 3 }])
  })

  it('need a mask of 0 and 1', () => {
    expect(() =>
      read([
        ['fc.weight', weights(3, 2)],
        ['fc.bias_orig', bias(3)],
        ['fc.bias_mask', { shape: [3], data: Float32Array.of(1, 0.5, 1) }],
      ]),
    ).toThrow(/fc\.bias_mask: expected 0 or 1, got 0\.5 at entry 1/)
  })
})

describe('exact zeros', () => {
  it('are counted in weights without a mask alone, −0 among them', () => {
    const tensors: TensorMap = new Map([
      ['fc1.weight', { shape: [2, 2], data: Float32Array.of(0, -0, 1, 2) }],
      ['fc2.weight', { shape: [1, 2], data: Float32Array.of(0, 1) }],
      ['fc2.weight_mask', ones(1, 2)],
    ])
    for (const zeros of ['pruned', 'kept'] as const) {
      const { masks, reading } = networkFromTensors(tensors, {}, file, { zeros })
      expect(reading.zeros).toEqual({ count: 2, of: 4, taken: zeros })
      expect(masks.map(({ kept }) => kept)).toEqual([zeros === 'kept' ? 4 : 2, 2])
    }
    expect(read([['fc.mask', ones(1, 2)]]).reading.zeros).toBeUndefined()
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
    ['a norm', [['norm.weight', bias(3)]], /norm\.weight: .*matrix/],
    ['an unknown tensor', [['bn.running_mean', bias(3)]], /bn\.running_mean: .*named/],
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
    [
      'a bias without a weight',
      [
        ['layers.0.mask', ones(3, 2)],
        ['layers.0.bias', bias(3)],
      ],
      /layers\.0\.bias: a bias without a weight/,
    ],
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
    [{ sigma_b2: '1,2,3' }, /metadata sigma_b2: expected one number, got '1,2,3'/],
    [{ sigma_b2: '' }, /metadata sigma_b2/],
    [{ sigma_w2: '' }, /metadata sigma_w2/],
    [{ sigma_w2: '1,0x1' }, /metadata sigma_w2/],
    [{ sizes: '[2,3,1' }, /metadata sizes: expected numbers/],
    [{ activation: '' }, /metadata activation/],
    [{ parameterization: '' }, /metadata parameterization/],
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

describe('matrices without names', () => {
  const stack = (data: Tensor['data'], shape = [2, 2, 2]): Checkpoint => read([['', { shape, data }]])

  it('are the layers from input to output where they are a stack', () => {
    const masks = stack(Uint8Array.of(1, 0, 0, 1, 1, 1, 0, 0))
    expect(masks.masks.map(({ data }) => [...data])).toEqual([
      [1, 0, 0, 1],
      [1, 1, 0, 0],
    ])
    expect([masks.network, masks.reading.layers]).toEqual([undefined, ['0', '1']])
    const weights = stack(Float64Array.of(1, 0, 0, 1, 0.5, 1, 0, 0))
    expect(weights.network!.layers.map(({ weight }) => [...weight])).toEqual([
      [1, 0, 0, 1],
      [0.5, 1, 0, 0],
    ])
    expect(() => stack(new Uint8Array(12).fill(1), [2, 2, 3])).toThrow(/1\.mask: expected 2 columns/)
  })

  it('are the layers by their numbers, not by their letters or places', () => {
    const numbered = Array.from({ length: 11 }, (_, k): [string, Tensor] => [`arr_${k}`, ones(k + 2, k + 1)])
    expect(read(numbered.reverse()).spec.sizes).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  it('are masks alike or weights alike', () => {
    expect(() =>
      read([
        ['0', weights(2, 3)],
        ['1', ones(1, 2)],
      ]),
    ).toThrow(/integers beside weights as matrix 1/)
  })
})

describe('a mask that is called by its weight', () => {
  it('is the mask of that layer, and so of a bias', () => {
    const { masks, network } = read([
      ['fc.weight', weights(2, 2)],
      ['fc.weight.mask', { shape: [2, 2], data: Uint8Array.of(1, 0, 0, 1) }],
      ['fc.bias', bias(2)],
      ['fc.bias.mask', { shape: [2], data: Uint8Array.of(1, 0) }],
    ])
    expect([...masks[0].data]).toEqual([1, 0, 0, 1])
    expect([...network!.layers[0].bias!]).toEqual([2, 0])
    // Without such a weight it is a layer called weight.
    expect(read([['weight.mask', ones(2, 2)]]).reading.layers).toEqual(['weight'])
  })
})
