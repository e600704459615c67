import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { requireStorable } from '../../src/node/files/store-network.js'
import { npySamples, npzSamples } from '../../src/data/array-samples.js'
import { encodeNpy } from '../../src/data/npy.js'
import { readZip } from '../../src/data/zip.js'
import { groupMemory } from '../../src/node/files/container.js'
import { gunzip, gunzipStart } from '../../src/node/samples/gunzip.js'
import { loadData } from '../../src/node/samples/load-data.js'
import { chooseWorkers, workerMemory } from '../../src/node/studies/memory.js'
import { prepareStudy } from '../../src/node/studies/study.js'

const folder = mkdtempSync(join(tmpdir(), 'limn-test-'))
const [rows, cols] = [500, 60]
/** Values that hardly repeat, so that their deflated form is long. */
const values = Float64Array.from({ length: rows * cols }, (_, k) => Math.sin(k * k))
const x = encodeNpy({ shape: [rows, 6, 10], data: values })
const y = encodeNpy({ shape: [rows], data: Int32Array.from({ length: rows }, (_, i) => (i === rows - 1 ? 9 : i % 3)) })
const archives = { stored: 0, deflated: 6 } as const

/** The array with its elements by columns, as Fortran stores them. */
function byColumns(bytes: Uint8Array): Uint8Array {
  const start = bytes.length - 8 * values.length
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, start)).replace('False, ', 'True,  ')
  const data = new Float64Array(values.length)
  for (let k = 0; k < values.length; k++) {
    const [i, j, c] = [Math.floor(k / 60), Math.floor(k / 10) % 6, k % 10]
    data[i + rows * (j + 6 * c)] = values[k]
  }
  return Uint8Array.from([...Array.from(head, (letter) => letter.charCodeAt(0)), ...new Uint8Array(data.buffer)])
}

describe('the first rows of an archive', () => {
  it.each(Object.entries(archives))('are those of the whole one, %s', (_, level) => {
    for (const array of [x, byColumns(x)]) {
      const bytes = zipSync({ 'x.npy': array, 'y.npy': y }, { level })
      const whole = npzSamples(bytes, 'a.npz')
      expect(whole.x.data).toEqual(values)
      for (const samples of [1, 7, rows - 1, rows, rows + 1]) {
        const part = npzSamples(bytes, 'a.npz', { samples })
        expect(part.x.data.subarray(0, samples * cols)).toEqual(values.subarray(0, samples * cols))
        // Labels tell the classes by all of them.
        expect(part.outcomes).toEqual(whole.outcomes)
      }
      expect(npySamples(array, 'a.npy', { samples: 7 }).x.data.subarray(0, 7 * cols)).toEqual(
        values.subarray(0, 7 * cols),
      )
    }
  })

  it.each(Object.entries(archives))('are not believed when a later row is damaged, %s', (_, level) => {
    const bytes = zipSync({ 'x.npy': x }, { level })
    const [entry] = readZip(bytes, 'a.npz')
    expect(entry.unpackStart(100)).toEqual(x.subarray(0, 100))
    bytes[bytes.length - 200] ^= 16
    expect(() => readZip(bytes, 'a.npz')[0].unpackStart(100)).toThrow(/damaged|as the directory says/)
    expect(() => npzSamples(bytes, 'a.npz', { samples: 1 })).toThrow(/a\.npz: x\.npy: /)
  })

  it('ask for the memory that they take, by the header, before they take it', () => {
    const big = encodeNpy({ shape: [40_000, 100], data: new Uint8Array(4_000_000) })
    const bytes = zipSync({ 'x.npy': big }, { level: 6 })
    expect(bytes.length).toBeLessThan(10_000)
    const asked: number[] = []
    const bounds = { requireMemory: (needed: number) => void asked.push(needed) }
    npzSamples(bytes, 'a.npz', { ...bounds, samples: 3 })
    npzSamples(bytes, 'a.npz', bounds)
    // Stored, copied, and as f64.
    expect(asked).toEqual([10 * 300, 10 * 4_000_000])
    const refuse = (): never => {
      throw new RangeError('too much')
    }
    expect(() => npzSamples(bytes, 'a.npz', { requireMemory: refuse })).toThrow('too much')
  })
})

describe('gzip', () => {
  const plain = new Uint8Array(values.buffer)
  const packed = gzipSync(plain, { filename: 'rows', level: 6 })

  it('gives the beginning of what it holds, and checks all of it', () => {
    expect(gunzip(packed, 'a.gz')).toEqual(plain)
    for (const count of [0, 1, 4096, plain.length, 2 * plain.length]) {
      expect(gunzipStart(packed, 'a.gz', count, true)).toEqual(plain.subarray(0, count))
    }
    for (const at of [packed.length - 6, packed.length - 100]) {
      const bad = packed.slice()
      bad[at] ^= 4
      expect(() => gunzipStart(bad, 'a.gz', 16, true)).toThrow('a.gz: expected gzip contents')
      expect(gunzipStart(bad, 'a.gz', 16, false)).toEqual(plain.subarray(0, 16))
    }
  })

  it('of images: the rows that are used, with the classes of all labels', () => {
    const idx = (shape: readonly number[], data: Uint8Array): Uint8Array => {
      const head = new Uint8Array(4 + 4 * shape.length)
      head.set([0, 0, 8, shape.length])
      shape.forEach((size, axis) => new DataView(head.buffer).setUint32(4 + 4 * axis, size))
      return Uint8Array.from([...head, ...data])
    }
    const images = Uint8Array.from({ length: 20 * 12 }, (_, k) => (7 * k) % 251)
    const labels = Uint8Array.from({ length: 20 }, (_, i) => (i === 19 ? 4 : i % 2))
    writeFileSync(join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(idx([20, 3, 4], images)))
    writeFileSync(join(folder, 'train-labels-idx1-ubyte.gz'), gzipSync(idx([20], labels)))
    const { x: part, labels: some, classes } = loadData(folder, { samples: 5 })
    expect([part.rows, part.cols, classes]).toEqual([5, 12, 5])
    expect(part.data).toEqual(Float64Array.from(images.subarray(0, 60)))
    expect([...some!]).toEqual([0, 1, 0, 1, 0])
    expect(loadData(folder).x.data).toEqual(Float64Array.from(images))
    expect(() => loadData(folder, { samples: 21 })).toThrow(/expected at least 21 samples as asked, got 20/)
  })
})

describe('memory of a container', () => {
  const machine = (files: Readonly<Record<string, string>>): string => {
    const root = mkdtempSync(join(tmpdir(), 'limn-test-'))
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text)
    }
    return root
  }

  it('is that of the tightest group above, without what the system gives back (version 2)', () => {
    const root = machine({
      'proc/self/cgroup': '0::/outer/inner\n',
      'sys/fs/cgroup/outer/memory.max': '1000\n',
      'sys/fs/cgroup/outer/memory.current': '900\n',
      'sys/fs/cgroup/outer/memory.stat': 'anon 600\ninactive_file 300\n',
      'sys/fs/cgroup/outer/inner/memory.max': 'max\n',
      'sys/fs/cgroup/outer/inner/memory.current': '500\n',
    })
    expect(groupMemory(root)).toEqual({ limit: 1000, room: 400 })
  })

  it('is read from version 1 too, also where the group’s own folder cannot be seen', () => {
    const root = machine({
      'proc/self/cgroup': '12:cpu,cpuacct:/a\n4:memory:/docker/abc\n0::/\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '2000\n',
      'sys/fs/cgroup/memory/memory.usage_in_bytes': '700\n',
      'sys/fs/cgroup/memory/memory.stat': 'inactive_file 1\ntotal_inactive_file 200\n',
    })
    expect(groupMemory(root)).toEqual({ limit: 2000, room: 1500 })
  })

  it('is without a limit where none is set', () => {
    const none = { limit: Infinity, room: Infinity }
    expect(groupMemory(machine({}))).toEqual(none)
    const unlimited = {
      'proc/self/cgroup': '4:memory:/\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    }
    expect(groupMemory(machine(unlimited))).toEqual(none)
  })
})

describe('before the work', () => {
  it('a network whose file could not be read again is refused by its sizes', () => {
    expect(() => requireStorable('prune', [784, 20_000, 20_000, 10])).not.toThrow()
    expect(() => requireStorable('prune', [784, 21_000, 21_000, 10])).toThrow(
      /prune: .* 2\.\d+ GB as a file, and limn reads files of at most 2 GiB/,
    )
  })

  it('workers are as many as memory is there for', async () => {
    const plan = await prepareStudy('examples/smallest.yaml')
    expect(chooseWorkers(plan, 2, 8)).toBe(2)
    const samples = 100_000
    const large = { ...plan, config: { ...plan.config, data: { ...plan.config.data, samples } } }
    expect(workerMemory(large)).toBeGreaterThan(8 * samples ** 2)
    expect(chooseWorkers(large, undefined, 8)).toBe(1)
    expect(() => chooseWorkers(large, 8, 8)).toThrow(
      /^--workers 8: expected at most .* GB for each worker; use at most 1$/,
    )
  })
})
