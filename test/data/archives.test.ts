import { describe, expect, it } from 'vitest'
import { unnamedKey } from '../../src/data/archives.js'
import { openTensors, readAnyTensors } from '../../src/data/open-tensors.js'
import { encodeNpy } from '../../src/data/npy.js'
import { encodeNpz } from '../../src/data/npz.js'
import { encodeSafetensors } from '../../src/data/safetensors.js'
import type { Tensor } from '../../src/data/tensor.js'
import { expectFileError } from './helpers.js'

const tensor: Tensor = { shape: [2], data: Float32Array.of(1, 2) }
const tensors = new Map([['w', tensor]])

describe('readTensors', () => {
  it('gives the same tensors from every format', () => {
    expect(readAnyTensors(encodeSafetensors(tensors, { a: 'b' }), 'w.safetensors')).toEqual({
      tensors,
      metadata: { a: 'b' },
    })
    expect(readAnyTensors(encodeNpz(tensors), 'W.NPZ')).toEqual({ tensors, metadata: {} })
    expect(readAnyTensors(encodeNpy(tensor), 'w.npy')).toEqual({
      tensors: new Map([[unnamedKey, tensor]]),
      metadata: {},
    })
  })

  it('gives names, types and shapes without reading a tensor', () => {
    const bytes = encodeSafetensors(tensors)
    let read = 0
    const source = {
      size: bytes.length,
      read: (begin: number, end: number) => ((read += end - begin), bytes.subarray(begin, end)),
    }
    const file = openTensors(source, 'w.safetensors')
    const listed = read
    expect(Array.from(file.tensors, ([key, { type, shape }]) => [key, type, shape])).toEqual([['w', 'F32', [2]]])
    expect(read).toBe(listed)
    expect(file.tensors.get('w')!.read()).toEqual(tensor)
    expect(read).toBe(listed + 8)
  })

  it('refuses other names, and contents of another format', () => {
    expectFileError(() => readAnyTensors(encodeNpy(tensor), 'w.h5'), 'w.h5', /\.safetensors, \.npz, \.npy, \.pt/)
    expectFileError(() => readAnyTensors(encodeNpy(tensor), 'w.pt'), 'w.pt', /a PyTorch file .*; rename it to \.npy/)
    expectFileError(() => readAnyTensors(encodeNpz(tensors), 'w.pt'), 'w.pt', /data\.pkl .* is to be called \.npz/)
    for (const name of ['w.safetensors', 'w.npz'])
      expectFileError(() => readAnyTensors(encodeNpy(tensor), name), name, /expected/)
    expectFileError(() => readAnyTensors(encodeNpz(tensors), 'w.npy'), 'w.npy', /expected a NumPy array/)
  })
})
