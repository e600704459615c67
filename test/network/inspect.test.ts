import { describe, expect, it } from 'vitest'
import { encodeNpz } from '../../src/data/npz.js'
import { openTensors } from '../../src/data/open-tensors.js'
import type { Tensor } from '../../src/data/tensor.js'
import { inspectTensors, type InspectOptions } from '../../src/network/inspect.js'

const ones = (...shape: number[]): Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(1),
})

const inspect = (tensors: Readonly<Record<string, Tensor>>, options?: InspectOptions) =>
  inspectTensors(openTensors(encodeNpz(new Map(Object.entries(tensors))), 'net.npz'), 'net.npz', options)

describe('the inspection of a file', () => {
  it('counts what every matrix keeps, and units without a survivor on either side', () => {
    const { chains, other } = inspect({
      'fc1.weight': { shape: [3, 2], data: Float32Array.of(1, 2, 0, 0, 3, 0) },
      'fc1.bias': ones(3),
      'fc2.weight': { shape: [2, 3], data: Float32Array.of(1, 1, 0, 0, 1, 0) },
    })
    expect(other).toEqual([])
    const [{ sizes, weights, kept, density, layers }] = chains
    expect([sizes, weights, kept, density]).toEqual([[2, 3, 2], 12, 6, 0.5])
    // Unit 1 of the hidden layer has no input, unit 2 no output.
    expect(layers.map((layer) => [layer.name, layer.shape, layer.kept, layer.deadUnits, layer.by])).toEqual([
      ['fc1', [3, 2], 3, 2, 'zeros'],
      ['fc2', [2, 3], 3, 0, 'zeros'],
    ])
  })

  it('believes a mask before the weights, whatever these are', () => {
    const { chains } = inspect({
      'fc.weight_orig': ones(2, 2),
      'fc.weight_mask': { shape: [2, 2], data: Uint8Array.of(1, 0, 0, 0) },
      'fc.bias_orig': ones(2),
      'fc.bias_mask': { shape: [2], data: Uint8Array.of(0, 0) },
    })
    expect(chains[0].layers[0]).toMatchObject({ by: 'mask', kept: 1, density: 0.25, deadUnits: 1 })
  })

  it('finds the chains of each module where the whole file is none', () => {
    const { chains, other } = inspect({
      'blocks.0.mlp.fc1.weight': ones(8, 4),
      'blocks.0.mlp.fc2.weight': ones(4, 8),
      'blocks.1.mlp.fc1.weight': ones(8, 4),
      'blocks.1.mlp.fc2.weight': ones(4, 8),
      'blocks.0.attn.q.weight': ones(4, 4),
      'blocks.0.attn.k.weight': ones(4, 4),
      'head.weight': ones(3, 4),
      'tok_embeddings.weight': ones(50, 4),
      'blocks.0.norm.weight': ones(4),
      step: { shape: [], data: Int32Array.of(3) },
    })
    const found = chains.map(({ layers }) => layers.map(({ name }) => name).join(' '))
    expect(found.sort()).toEqual([
      'blocks.0.attn.k',
      'blocks.0.attn.q',
      'blocks.0.mlp.fc1 blocks.0.mlp.fc2',
      'blocks.1.mlp.fc1 blocks.1.mlp.fc2',
      'head',
    ])
    expect(other.map(({ name, why }) => [name, why.split(',')[0].split(':')[0]])).toEqual([
      ['tok_embeddings.weight', 'a look-up table'],
      ['blocks.0.norm.weight', 'a vector'],
      ['step', 'a single number'],
    ])
  })

  it('breaks numbered matrices where they do not chain', () => {
    const { chains } = inspect({ '0.weight': ones(5, 4), '2.weight': ones(3, 5), '4.weight': ones(2, 9) })
    expect(chains.map(({ sizes }) => sizes)).toEqual([
      [4, 5, 3],
      [9, 2],
    ])
  })

  it('counts convolutions with their masks, and claims nothing of them', () => {
    const { chains, other } = inspect({
      'conv.weight_orig': ones(2, 1, 1, 3),
      'conv.weight_mask': { shape: [2, 1, 1, 3], data: Uint8Array.of(1, 1, 0, 0, 0, 0) },
      'fc.weight': ones(2, 6),
    })
    expect(chains.map(({ sizes }) => sizes)).toEqual([[6, 2]])
    const [conv, mask] = other
    expect(conv).toMatchObject({ name: 'conv.weight_orig', kept: 2, density: 1 / 3 })
    expect(conv.why).toMatch(/^a convolution: 1 → 2 channels, kernel 1 × 3, with a mask/)
    expect(mask.why).toBe('the mask of what is in no chain')
  })

  it('names every tensor once', () => {
    const names = ['a.weight', 'a.bias', 'b.0.weight', 'b.0.running_mean', 'c', 'emb.weight']
    const tensors = Object.fromEntries(names.map((name) => [name, name.endsWith('weight') ? ones(4, 4) : ones(4)]))
    const { chains, other } = inspect(tensors)
    const layers = chains.flatMap(({ layers: all }) => all.map(({ name }) => `${name}.weight`))
    expect([...layers, ...other.map(({ name }) => name), 'a.bias'].sort()).toEqual([...names].sort())
  })

  it('takes the layers that are named, as one chain, or says why they are none', () => {
    const file = { 'p.weight': ones(4, 4), 'q.weight': ones(4, 4), 'r.weight': ones(2, 3) }
    expect(inspect(file, { layers: ['q', 'p'] }).chains.map(({ layers }) => layers.map(({ name }) => name))).toEqual([
      ['q', 'p'],
    ])
    expect(() => inspect(file, { layers: ['q', 'r'] })).toThrow(/net\.npz: .*expected 4 columns as q has rows/)
    expect(() => inspect({ x: ones(3) }, { layers: ['q'] })).toThrow(/got none in the file/)
  })

  it('refuses weights that are no numbers', () => {
    const bad = { 'fc.weight': { shape: [1, 2], data: Float32Array.of(1, NaN) } }
    expect(() => inspect(bad)).toThrow('net.npz: fc.weight: expected finite values, got NaN at row 0, column 1')
  })
})
