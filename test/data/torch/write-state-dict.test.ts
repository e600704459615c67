import { describe, expect, it } from 'vitest'
import { openTensors } from '../../../src/data/open-tensors.js'
import type { Tensor } from '../../../src/data/tensor.js'
import { encodeStateDict } from '../../../src/data/torch/write-state-dict.js'
import { expectFileError } from '../helpers.js'

const tensors = new Map<string, Tensor>([
  ['f64', { shape: [2, 3], data: Float64Array.of(0, -0, 1e-310, Math.PI, -1e300, 7) }],
  ['f32', { shape: [3], data: Float32Array.of(0.5, -3, 1e-40) }],
  ['u8', { shape: [1, 2, 1], data: Uint8Array.of(0, 255) }],
  ['i8', { shape: [2], data: Int8Array.of(-128, 127) }],
  ['i16', { shape: [2], data: Int16Array.of(-32768, 32767) }],
  ['i32', { shape: [2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) }],
  ['scalar', { shape: [], data: Float32Array.of(4) }],
  ['empty', { shape: [0, 3], data: new Float32Array(0) }],
  ['schicht.größe ≥ 1', { shape: [1], data: Float32Array.of(1) }],
])
const wide = new Map<string, Tensor>([
  ['u16', { shape: [2], data: Uint16Array.of(0, 65535) }],
  ['u32', { shape: [2], data: Uint32Array.of(0, 2 ** 32 - 1) }],
])

describe('encodeStateDict', () => {
  it('is read back bit for bit, with what it says of itself', () => {
    const metadata = { activation: 'relu', note: '"quoted" – é' }
    const read = openTensors(encodeStateDict({ tensors, metadata }), 'net.pt')
    expect(read.metadata).toEqual(metadata)
    expect([...read.tensors.keys()]).toEqual([...tensors.keys()])
    for (const [key, { shape, data }] of tensors) {
      const found = read.tensors.get(key)!.read()
      expect(found.shape, key).toEqual(shape)
      expect(found.data.constructor, key).toBe(data.constructor)
      for (let i = 0; i < data.length; i++) expect(Object.is(found.data[i], data[i]), `${key} ${i}`).toBe(true)
    }
  })

  it('widens what PyTorch’s older versions lack, and loses nothing', () => {
    const read = openTensors(encodeStateDict({ tensors: wide, metadata: {} }), 'net.pt')
    expect(Array.from(read.tensors.get('u16')!.read().data)).toEqual([0, 65535])
    expect(Array.from(read.tensors.get('u32')!.read().data)).toEqual([0, 2 ** 32 - 1])
    expect(read.metadata).toEqual({})
  })

  it('is the same bytes every time, and a view of a larger buffer writes its own elements alone', () => {
    const whole = Float32Array.of(9, 1, 2, 9)
    const view = new Map([['w', { shape: [2], data: whole.subarray(1, 3) }]])
    const bytes = encodeStateDict({ tensors: view, metadata: {} })
    expect(encodeStateDict({ tensors: view, metadata: {} })).toEqual(bytes)
    expect(Array.from(openTensors(bytes, 'w.pt').tensors.get('w')!.read().data)).toEqual([1, 2])
  })

  it('refuses a description that is none', () => {
    const bytes = encodeStateDict({ tensors, metadata: { a: 'é' } })
    const at = Buffer.from(bytes).indexOf('{"a"')
    // Its checksum is found out first; a program of others may write a right one.
    const forged = bytes.slice()
    forged[at] = 0x5b
    expect(() => openTensors(forged, 'net.pt')).toThrow(/net\.pt/)
    expectFileError(
      () => openTensors(encodeStateDict({ tensors, metadata: { a: 1 } as unknown as Record<string, string> }), 'n.pt'),
      'n.pt',
      /expected a JSON object of texts/,
      'archive/limn.json',
    )
  })
})
