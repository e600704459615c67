import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, utimesSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeSafetensors } from '../../../src/data/safetensors.js'
import type { Tensor } from '../../../src/data/tensor.js'
import { readCheckpoint } from '../../../src/node/files/read-network.js'
import { openTensorFile } from '../../../src/node/files/tensor-file.js'
import { expectFileError } from '../../data/helpers.js'
import { torchBytes } from '../../data/torch/fixtures.js'

const folder = mkdtempSync(join(tmpdir(), 'limn-test-'))
const file = (name: string): string => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

const weight: Tensor = { shape: [2, 3], data: Float32Array.of(1, 0, 3, 0, 5, 6) }

/** Writes pieces of a file at their places; what is between them takes no room on the disk. */
function writeHoles(path: string, size: number, pieces: readonly (readonly [at: number, bytes: Uint8Array])[]): void {
  const descriptor = openSync(path, 'w')
  for (const [at, bytes] of pieces) writeSync(descriptor, bytes, 0, bytes.length, at)
  ftruncateSync(descriptor, size)
  closeSync(descriptor)
}

const gigabytes = 6 * 2 ** 30

describe('a file larger than what is read of it', () => {
  it('of safetensors is listed, and read where a layer is, in memory for that layer', () => {
    const header = {
      'table.weight': { dtype: 'F32', shape: [gigabytes / 4096, 1024], data_offsets: [0, gigabytes] },
      'fc.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [gigabytes, gigabytes + 24] },
    }
    const text = new TextEncoder().encode(JSON.stringify(header))
    const start = new Uint8Array(8)
    new DataView(start.buffer).setBigUint64(0, BigInt(text.length), true)
    const path = file('large.safetensors')
    const at = 8 + text.length + gigabytes
    writeHoles(path, at + 24, [
      [0, start],
      [8, text],
      [at, new Uint8Array(weight.data.buffer)],
    ])
    const before = process.memoryUsage.rss()
    const { masks, reading } = readCheckpoint(path, { layers: ['fc'] })
    expect([...masks[0].data]).toEqual([1, 0, 1, 0, 1, 1])
    expect(reading.leftOut).toEqual([{ name: 'table', tensors: 1 }])
    expect(process.memoryUsage.rss() - before).toBeLessThan(5e8)
    expect(openTensorFile(path).tensors.get('table.weight')).toMatchObject({ type: 'F32', memory: gigabytes })
  })

  it('of PyTorch, with its directory beyond 4 GiB', () => {
    // The archive of a real state dict with a hole behind its storages: all that comes after them moves.
    const bytes = torchBytes('zip64.pt')
    const view = new DataView(bytes.buffer)
    const locator = bytes.length - 42
    const end64 = Number(view.getBigUint64(locator + 8, true))
    const directory = Number(view.getBigUint64(end64 + 48, true))
    view.setBigUint64(end64 + 48, BigInt(directory + gigabytes), true)
    view.setBigUint64(locator + 8, BigInt(end64 + gigabytes), true)
    const path = file('large.pt')
    writeHoles(path, bytes.length + gigabytes, [
      [0, bytes.subarray(0, directory)],
      [directory + gigabytes, bytes.subarray(directory)],
    ])
    writeFileSync(file('small.pt'), torchBytes('zip64.pt'))
    expect(readCheckpoint(path)).toEqual(readCheckpoint(file('small.pt')))
  })
})

describe('a storage', () => {
  it('is checked as a whole before a part of it is read, in pieces', () => {
    const files = unzipSync(torchBytes('views.pt'))
    const storage = files['views/data/0']
    const bytes = torchBytes('views.pt')
    const place = Buffer.from(bytes).indexOf(storage)
    // The last element, which the first rows do not have.
    bytes[place + storage.length - 1] ^= 1
    writeFileSync(file('damaged.pt'), bytes)
    const { tensors } = openTensorFile(file('damaged.pt'))
    expect(() => tensors.get('rows')!.read()).toThrow(/damaged\.pt: views\/data\/0: .*checksum/)
    expect(tensors.get('channels')!.read().shape).toEqual([1, 2, 2, 4])
  })
})

describe('a file that is another by the time it is read', () => {
  it.each([
    ['shorter', (path: string) => writeFileSync(path, 'x')],
    ['written again', (path: string) => utimesSync(path, 1, 1)],
  ])('is refused: %s', (_, change) => {
    const path = file('changing.safetensors')
    writeFileSync(path, encodeSafetensors(new Map([['fc.weight', weight]])))
    const { tensors } = openTensorFile(path)
    change(path)
    expect(() => tensors.get('fc.weight')!.read()).toThrow(/changing\.safetensors: expected it unchanged/)
  })
})

describe('safetensors of several files', () => {
  const index = (map: unknown): string => JSON.stringify({ metadata: { total_size: 48 }, weight_map: map })
  const path = file('m.safetensors.index.json')
  const shard = (name: string, key: string, metadata = {}): void =>
    writeFileSync(file(name), encodeSafetensors(new Map([[key, weight]]), metadata))

  it('are one network, with what their metadata say', () => {
    shard('a.safetensors', 'fc1.weight', { activation: 'tanh', format: 'pt' })
    writeFileSync(
      file('b.safetensors'),
      encodeSafetensors(new Map([['fc2.weight', { shape: [1, 2], data: Float32Array.of(0, 1) }]]), { format: 'pt' }),
    )
    writeFileSync(path, index({ 'fc2.weight': 'b.safetensors', 'fc1.weight': 'a.safetensors' }))
    const { spec, masks } = readCheckpoint(path)
    expect(spec).toMatchObject({ sizes: [3, 2, 1], activation: { name: 'tanh' } })
    expect(masks.map(({ kept }) => kept)).toEqual([4, 1])
  })

  it.each([
    ['a file that is missing', { 'fc.weight': 'c.safetensors' }, /c\.safetensors: no such file/],
    ['a tensor that is missing', { 'fc.weight': 'a.safetensors' }, /a\.safetensors: fc\.weight: .*without it/],
    [
      'a tensor that is not named',
      { 'fc2.weight': 'b.safetensors', 'fc.weight': 'd.safetensors' },
      /d\.safetensors: stray: .* names/,
    ],
    ['a file elsewhere', { 'fc.weight': '../a.safetensors' }, /fc\.weight: expected the name of a file beside it/],
    ['a file by its whole path', { 'fc.weight': '/etc/passwd' }, /a file beside it/],
    ['no name', { 'fc.weight': 3 }, /a file beside it, got 3/],
    ['no tensors', {}, /weight_map: expected at least one/],
    ['no map', [], /weight_map: expected an index/],
  ])('are refused: %s', (_, map, message) => {
    writeFileSync(
      file('d.safetensors'),
      encodeSafetensors(
        new Map([
          ['fc.weight', weight],
          ['stray', weight],
        ]),
      ),
    )
    writeFileSync(path, index(map))
    expect(() => openTensorFile(path)).toThrow(message)
    expect(() => openTensorFile(path)).toThrow(expect.objectContaining({ name: 'FileError' }))
  })

  it('are refused where they contradict each other, or their index is none', () => {
    shard('e.safetensors', 'e.weight', { activation: 'tanh' })
    shard('f.safetensors', 'f.weight', { activation: 'relu' })
    writeFileSync(path, index({ 'e.weight': 'e.safetensors', 'f.weight': 'f.safetensors' }))
    expect(() => openTensorFile(path)).toThrow(/f\.safetensors: metadata activation: expected "tanh"/)
    for (const text of ['', '{"weight_map": {"a": "a", "a": "a"}}', '[]']) {
      writeFileSync(path, text)
      expectFileError(() => openTensorFile(path), path, /expected/, text === '[]' ? 'weight_map' : undefined)
    }
  })
})
