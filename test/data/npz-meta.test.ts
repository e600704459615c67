import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { encodeNpy } from '../../src/data/npy.js'
import { npyHeader } from '../../src/data/npy-header.js'
import { decodeNpz, decodeNpzArchive, encodeNpz } from '../../src/data/npz.js'
import { expectFileError, joined, utf8 } from './helpers.js'

const x = { shape: [2], data: Float64Array.of(1, 2) }
const meta = {
  activation: 'erf',
  sigma_w2: [1, 2, 0.1],
  biases: true,
  note: 'σ²\u{1f600}"\\\n',
  data: { source: null },
}

/** A text of 32-bit characters as NumPy writes it: `np.array(text)`. */
function numpyText(text: string, littleEndian = true): Uint8Array {
  const points = Array.from(text, (character) => character.codePointAt(0)!)
  const bytes = new Uint8Array(4 * points.length)
  const view = new DataView(bytes.buffer)
  points.forEach((point, k) => view.setUint32(4 * k, point, littleEndian))
  return joined(npyHeader(`${littleEndian ? '<' : '>'}U${points.length}`, []), bytes)
}

describe('the member meta of an npz', () => {
  it('comes back as it was, and leaves the arrays as they are', () => {
    const bytes = encodeNpz(new Map([['x', x]]), meta)
    expect(decodeNpzArchive(bytes, 'a.npz')).toEqual({ tensors: new Map([['x', x]]), meta })
    expect(decodeNpz(bytes, 'a.npz', ['x'])).toEqual(new Map([['x', x]]))
    expect(encodeNpz(new Map([['x', x]]), meta)).toEqual(bytes)
  })

  it.each([
    ['a NumPy text', { 'meta.npy': numpyText(JSON.stringify(meta)) }],
    ['a NumPy text of the other byte order', { 'meta.npy': numpyText(JSON.stringify(meta), false) }],
    [
      'NumPy bytes',
      { 'meta.npy': joined(npyHeader(`|S${utf8(JSON.stringify(meta)).length}`, []), utf8(JSON.stringify(meta))) },
    ],
    ['a file', { meta: utf8(JSON.stringify(meta)) }],
    ['a file with an extension', { 'meta.json': utf8(JSON.stringify(meta)) }],
  ])('is read from %s', (_, files) => {
    expect(decodeNpzArchive(zipSync({ 'x.npy': encodeNpy(x), ...files }), 'a.npz').meta).toEqual(meta)
  })

  it('is an array like any other when it holds numbers', () => {
    const bytes = zipSync({ 'meta.npy': encodeNpy(x) })
    expect(decodeNpzArchive(bytes, 'a.npz')).toEqual({ tensors: new Map([['meta', x]]) })
  })

  it.each([
    ['no JSON', '{activation: relu}', /expected JSON/],
    ['a list', '[1, 2]', /expected a JSON object/],
    ['a key twice', '{"activation": "relu", "activation": "erf"}', /"activation" is there twice/],
  ])('is refused when it is %s', (_, text, problem) => {
    for (const files of [{ 'meta.npy': numpyText(text) }, { meta: utf8(text) }]) {
      expectFileError(() => decodeNpzArchive(zipSync(files), 'a.npz'), 'a.npz', problem, 'meta')
    }
  })

  it('is refused when it is there twice, or holds several texts', () => {
    const twice = zipSync({ meta: utf8('{}'), 'meta.npy': numpyText('{}') })
    expectFileError(() => decodeNpzArchive(twice, 'a.npz'), 'a.npz', /got two/, 'meta.npy')
    const texts = zipSync({ 'meta.npy': joined(npyHeader('<U1', [2]), new Uint8Array(8)) })
    expectFileError(() => decodeNpzArchive(texts, 'a.npz'), 'a.npz', /expected one text/, 'meta')
  })
})
