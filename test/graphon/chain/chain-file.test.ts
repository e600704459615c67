import { describe, expect, it } from 'vitest'
import { FileError } from '../../../src/data/file-error.js'
import type { Tensor, TensorMap } from '../../../src/data/tensor.js'
import { chainFromTensors, chainToTensors, layersToTensors } from '../../../src/graphon/chain/chain-file.js'
import { createChain } from '../../../src/graphon/chain/chain.js'
import { estimateLayers } from '../../../src/graphon/estimate/estimate.js'
import { constantChain } from '../../../src/graphon/sample/sample.js'
import { bernoulliMasks } from '../support.js'

const chain = constantChain({ inputs: 3, classes: 2, hidden: [4, 5] }, 0.25)

/** The good file with some arrays replaced, or removed where undefined. */
function withArrays(changes: Readonly<Record<string, Tensor | undefined>>): TensorMap {
  const tensors = new Map(chainToTensors({ ...chain, V: chain.W }))
  for (const [key, tensor] of Object.entries(changes)) {
    if (tensor) tensors.set(key, tensor)
    else tensors.delete(key)
  }
  return tensors
}

function vector(...values: number[]): Tensor {
  return { shape: [values.length], data: Float64Array.from(values) }
}

function constant(rows: number, cols: number, value: number): Tensor {
  return { shape: [rows, cols], data: new Float64Array(rows * cols).fill(value) }
}

describe('a chain file', () => {
  it('has the keys W0 … WL, V0 … VL, measure1 … measureL and reads back as it was', () => {
    const tensors = chainToTensors({ ...chain, V: chain.W })
    expect([...tensors.keys()]).toEqual(['W0', 'W1', 'W2', 'V0', 'V1', 'V2', 'measure1', 'measure2'])
    expect(tensors.get('W0')!.shape).toEqual([4, 3])
    expect(tensors.get('W2')!.shape).toEqual([2, 5])
    expect(chainFromTensors(tensors, 'c.npz')).toEqual({ ...chain, V: chain.W })
    expect(chainFromTensors(chainToTensors(chain), 'c.npz')).toEqual(chain)
  })

  it('may hold f32 and integers, and arrays that are none of its own', () => {
    const dense: Tensor = { shape: [4, 3], data: new Uint8Array(12).fill(1) }
    const read = chainFromTensors(withArrays({ W0: dense, seed: vector(1) }), 'c.npz')
    expect(new Set(read.W[0].data)).toEqual(new Set([1]))
  })

  it.each<[string, string, Readonly<Record<string, Tensor | undefined>>, RegExp]>([
    ['a missing matrix', 'W1', { W1: undefined }, /because there is W2/],
    ['a missing energy', 'V0', { V0: undefined }, /because there is V1/],
    ['a missing last energy', 'V2', { V2: undefined }, /expected 3 matrices as in W, got 2/],
    ['a missing measure', 'measure1', { measure1: undefined }, /because there is measure2/],
    ['a missing last measure', 'measure2', { measure2: undefined }, /2 hidden-layer measures for 3 matrices, got 1/],
    ['one measure too many', 'measure3', { measure3: vector(1) }, /got 3/],
    ['a measure of the inputs', 'measure0', { measure0: vector(1) }, /from measure1 on/],
    ['a density of 2', 'W1', { W1: constant(5, 4, 2) }, /a density in \[0, 1\], got 2 at row 0, column 0/],
    ['a density that is not a number', 'W1', { W1: constant(5, 4, NaN) }, /got NaN/],
    ['a negative energy', 'V1', { V1: constant(5, 4, -1) }, /non-negative energy, got -1/],
    ['an infinite energy', 'V1', { V1: constant(5, 4, Infinity) }, /got Infinity/],
    ['an energy of another shape', 'V1', { V1: constant(4, 5, 1) }, /shape of W1, 5 × 4, got 4 × 5/],
    ['measures that sum to 2', 'measure1', { measure1: vector(0.5, 0.5, 0.5, 0.5) }, /sum to 1, got sum 2/],
    ['a bin of measure 0', 'measure1', { measure1: vector(0.5, 0.5, 0, 0) }, /positive entries, got 0/],
    ['too few bins', 'measure1', { measure1: vector(0.5, 0.5) }, /4 entries, the rows of W0, got 2/],
    ['matrices that do not chain', 'W1', { W1: constant(5, 6, 0.5) }, /4 columns, the rows of W0, got 6/],
    ['a vector for a matrix', 'W1', { W1: vector(1, 1) }, /expected a matrix, got shape \[2\]/],
    ['a matrix for a vector', 'measure1', { measure1: constant(1, 4, 0.25) }, /expected a vector, got shape \[1, 4\]/],
    ['an empty matrix', 'W0', { W0: constant(4, 0, 1) }, /non-empty matrix/],
  ])('with %s is refused at %s', (_, key, changes, problem) => {
    const read = () => chainFromTensors(withArrays(changes), 'dir/c.npz')
    expect(read).toThrow(FileError)
    expect(read).toThrow(problem)
    expect(read).toThrow(new RegExp(`^dir/c\\.npz: ${key}: `))
  })

  it('with layer-aligned matrices only is refused with the remedy', () => {
    const { layers } = estimateLayers(bernoulliMasks([4, 6, 6, 6, 2], 0.5, 1), { bins: 2 })
    const tensors = layersToTensors(layers)
    expect([...tensors.keys()]).toEqual(['W1', 'W2', 'measure1', 'measure2', 'measure3'])
    expect(() => chainFromTensors(tensors, 'l.npz')).toThrow(/^l\.npz: W0: .*--align chain/)
  })

  it('without any chain array is refused with what it holds', () => {
    expect(() => chainFromTensors(new Map([['x', vector(1)]]), 'x.npz')).toThrow(/^x\.npz: W0: .*got x$/)
    expect(() => chainFromTensors(new Map(), 'x.npz')).toThrow(/got no arrays/)
  })
})

it('refuses in memory what it refuses in a file', () => {
  expect(() => createChain({ W: [], measures: [] })).toThrow(/chain W0: expected at least one matrix/)
  expect(() => createChain({ ...chain, measures: [chain.measures[0], Float64Array.of(1)] })).toThrow(
    /chain measure2: .*5/,
  )
})
