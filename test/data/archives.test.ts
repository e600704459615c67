import { describe, expect, it } from 'vitest'
import { readTensors, unnamedKey } from '../../src/data/archives.js'
import { encodeNpy } from '../../src/data/npy.js'
import { encodeNpz } from '../../src/data/npz.js'
import { encodeSafetensors } from '../../src/data/safetensors.js'
import type { Tensor } from '../../src/data/tensor.js'
import { expectFileError } from './helpers.js'

const tensor: Tensor = { shape: [2], data: Float32Array.of(1, 2) }
const tensors = new Map([['w', tensor]])

describe('readTensors', () => {
  it('gives the same tensors from every format', () => {
    expect(readTensors(encodeSafetensors(tensors, { a: 'b' }), 'w.safetensors')).toEqual({
      tensors,
      metadata: { a: 'b' },
    })
    expect(readTensors(encodeNpz(tensors), 'W.NPZ')).toEqual({ tensors, metadata: {} })
    expect(readTensors(encodeNpy(tensor), 'w.npy')).toEqual({ tensors: new Map([[unnamedKey, tensor]]), metadata: {} })
  })

  it('refuses other names, and contents of another format', () => {
    expectFileError(() => readTensors(encodeNpy(tensor), 'w.pt'), 'w.pt', /\.safetensors, \.npz, \.npy/)
    for (const name of ['w.safetensors', 'w.npz'])
      expectFileError(() => readTensors(encodeNpy(tensor), name), name, /expected/)
    expectFileError(() => readTensors(encodeNpz(tensors), 'w.npy'), 'w.npy', /expected a NumPy array/)
  })
})
