import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs, {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { hostname, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileError } from '../../src/data/file-error.js'
import { encodeNpy } from '../../src/data/npy.js'
import type { GraphonChain } from '../../src/graphon/chain/chain.js'
import { graphonNtk, graphonNtkPanels } from '../../src/ntk/graphon-ntk.js'
import { kernelToTensor } from '../../src/ntk/kernel-file.js'
import { kernelMatrix } from '../../src/ntk/kernel.js'
import type { KernelPanel } from '../../src/ntk/kernel-panel.js'
import { openKernel } from '../../src/node/kernels/reader.js'
import {
  kernelWriter,
  requireDiskSpace,
  type KernelWriterOptions,
  type WrittenKernel,
} from '../../src/node/kernels/writer.js'
import { npyHeader } from '../../src/data/npy-header.js'
import { matrix } from '../../src/linalg/matrix.js'
import { randomStream } from '../../src/random/random.js'
import { dieAt } from './dying.js'
import { constantChain, normalSamples, randomChain } from '../ntk/chains.js'

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'limn-kernels-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const chainOptions = { d: 9, bins: [5, 4], classes: 3, seed: 1, energies: true }
const chain = randomChain(chainOptions)
const x = normalSamples(37, 9, 2)
/** The smallest memory there can be: one row of every class and its mirror image. */
const oneRow = 8 * 3 * (2 * 37 - 1)

const of = { chain: 'this one' }
const options = { source: 'chain.npz', classes: 3, n: 37, of }
const partial = (name: string): string => join(at('k.npy.partial'), name)

/** Writes, or goes on writing, the kernel of a chain in panels. */
function compute(of: GraphonChain, memory: number, more: Partial<KernelWriterOptions> = {}): Computed {
  const writer = kernelWriter(at('k.npy'), { ...options, ...more })
  const { firstRow } = writer
  let last = firstRow
  try {
    graphonNtkPanels(of, x, { kernelNames: ['ntk'], memory, firstRow }, (panel) => {
      writer.put(panel)
      last = panel.last
    })
    return { firstRow, last, ...writer.finish() }
  } finally {
    writer.keep()
  }
}

interface Computed extends WrittenKernel {
  readonly firstRow: number
  readonly last: number
}

/** A process that has ended. */
const dead = spawnSync(process.execPath, ['-e', '']).pid

/** Turns a lock of this process into one of a process that has ended. */
function disown(): void {
  if (!existsSync(partial('lock'))) return
  const text = readFileSync(partial('lock'), 'utf8')
  if (text.endsWith('}')) writeFileSync(partial('lock'), JSON.stringify({ host: hostname(), pid: dead }))
  // Its process died while it wrote it, a minute ago.
  else utimesSync(partial('lock'), new Date(), new Date(Date.now() - 60_000))
}

describe('a kernel written panel by panel', () => {
  it.each([oneRow, 4 * oneRow, 2 ** 26])('has the bytes of the kernel written as a whole, with %i bytes', (memory) => {
    const { shape, trace } = compute(chain, memory)
    const whole = graphonNtk(chain, x).ntk
    expect(shape).toEqual([3, 37, 37])
    expect(readFileSync(at('k.npy')).equals(encodeNpy(kernelToTensor(whole)))).toBe(true)
    trace.forEach((value, c) => {
      const { data } = kernelMatrix(whole, c)
      let sum = 0
      for (let i = 0; i < 37; i++) sum += data[i * 38]
      expect(value).toBe(sum)
    })
    expect(readdirSync(folder)).toEqual(['k.npy'])
  })

  it('is mirrored alike with buffers of any size', () => {
    const whole = encodeNpy(kernelToTensor(graphonNtk(chain, x).ntk))
    for (const rows of [1, 5, 37]) {
      const writer = kernelWriter(at('k.npy'), options)
      graphonNtkPanels(chain, x, { kernelNames: ['ntk'], memory: 3 * oneRow }, writer.put)
      writer.finish(3 * 8 * 37 * rows)
      expect(readFileSync(at('k.npy')).equals(whole)).toBe(true)
    }
  })

  it('is one matrix when all classes coincide', () => {
    const same = constantChain(0.4, 9, [3], 3)
    expect(compute(same, oneRow).shape).toEqual([37, 37])
    expect(readFileSync(at('k.npy')).equals(encodeNpy(kernelToTensor(graphonNtk(same, x).ntk)))).toBe(true)
  })

  it('replaces an older file only at the end, keeps its permissions, and leaves it alone when it fails', () => {
    writeFileSync(at('k.npy'), 'old', { mode: 0o600 })
    const writer = kernelWriter(at('k.npy'), { ...options, classes: 1, n: 2 })
    const right = [Float64Array.of(1, 2, 2, Infinity)]
    const panel = { n: 2, classes: 1, first: 0, last: 2, entries: { ntk: { right, below: [new Float64Array(0)] } } }
    expect(() => writer.put(panel)).toThrow(/chain\.npz: .*got Infinity at \[1, 1\]/)
    writer.keep()
    expect(readdirSync(folder)).toEqual(['k.npy'])
    expect(readFileSync(at('k.npy'), 'utf8')).toBe('old')
    compute(chain, oneRow)
    expect(statSync(at('k.npy')).mode & 0o777).toBe(0o600)
  })

  it('replaces what a symbolic link leads to', () => {
    mkdirSync(at('far'))
    writeFileSync(at('far/real.npy'), 'old')
    symlinkSync(at('far/real.npy'), at('k.npy'))
    compute(chain, oneRow)
    expect(lstatSync(at('k.npy')).isSymbolicLink()).toBe(true)
    expect(readdirSync(at('far'))).toEqual(['real.npy'])
    expect(openKernel(at('k.npy')).classes).toBe(3)
  })

  it('is refused at once where the disk is too small, with need, space and ways to fit, or is no disk', () => {
    const read = () => requireDiskSpace(at('sub/k.npy'), 10, 3e7)
    expect(read).toThrow(FileError)
    expect(read).toThrow(/needs \d{17} bytes .* has \d+ free .*fewer --samples.*--classes mean/)
    expect(() => kernelWriter('/dev/null', options)).toThrow(/device/)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a kernel that was interrupted', () => {
  const memory = 8 * oneRow
  const whole = encodeNpy(kernelToTensor(graphonNtk(chain, x).ntk))

  it('goes on where the journal ends, to the same bytes, wherever its process dies', () => {
    const few = { kernelNames: ['ntk'], classes: [2, 0], memory: 2 * 8 * 5 * 39 } as const
    const y = matrix(20, 9, x.data.slice(0, 20 * 9))
    const reached = new Set<number>()
    /** Rows for which `put` has returned. */
    let put = 0
    const run = (interval: number): number => {
      const writer = kernelWriter(at('k.npy'), { ...options, classes: 2, n: 20, interval })
      const { firstRow } = writer
      graphonNtkPanels(chain, y, { ...few, firstRow }, (panel) => {
        writer.put(panel)
        put = panel.last
      })
      writer.finish(3 * 8 * 20 * 6)
      return firstRow
    }
    run(2)
    const expected = readFileSync(at('k.npy'))
    let k = 1
    for (let died = true; died; k++) {
      rmSync(at('k.npy'))
      put = 0
      died = dieAt(k, () => run(0))
      const done = put
      disown()
      // The name appears only with the whole under it.
      const begun = !existsSync(at('k.npy'))
      if (!begun) expect(readFileSync(at('k.npy')).equals(expected)).toBe(true)
      const firstRow = run(2)
      if (begun) expect(firstRow).toBeGreaterThanOrEqual(done)
      reached.add(firstRow)
      expect(readFileSync(at('k.npy')).equals(expected)).toBe(true)
      expect(readdirSync(folder)).toEqual(['k.npy'])
    }
    expect(k).toBeGreaterThan(100)
    expect(reached.size).toBeGreaterThan(3)
  })

  it('goes on in another process, after any signal, and with panels of other sizes', async () => {
    const script = `
      Promise.all(['node/kernels/writer', 'ntk/graphon-ntk', '../test/ntk/chains'].map((name) => import(
        ${JSON.stringify(pathToFileURL(resolve('src')).href)} + '/' + name + '.ts'
      ))).then(([{ kernelWriter }, { graphonNtkPanels }, { normalSamples, randomChain }]) => {
        const chain = randomChain(${JSON.stringify(chainOptions)})
        const options = ${JSON.stringify({ ...options, interval: 0 })}
        const writer = kernelWriter(${JSON.stringify(at('k.npy'))}, options)
        graphonNtkPanels(chain, normalSamples(37, 9, 2), { kernelNames: ['ntk'], memory: ${memory} }, (panel) => {
          writer.put(panel)
          if (panel.last >= 12) process.kill(process.pid, process.argv[1])
        })
      })`
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL']) {
      const child = spawn(process.execPath, ['--import', 'tsx', '-e', script, signal], {
        stdio: ['ignore', 'inherit', 'inherit'],
      })
      expect(await once(child, 'exit')).toEqual([null, signal])
      expect(readdirSync(folder)).toEqual(['k.npy.partial'])
      const { firstRow } = compute(chain, oneRow)
      expect(firstRow).toBeGreaterThanOrEqual(12)
      expect(firstRow).toBeLessThan(37)
      expect(readFileSync(at('k.npy')).equals(whole)).toBe(true)
      rmSync(at('k.npy'))
    }
  })

  /** Leaves the first rows of a kernel. */
  function interrupt(more: Partial<KernelWriterOptions> = {}): void {
    const writer = kernelWriter(at('k.npy'), { ...options, ...more })
    const stop = (panel: KernelPanel): void => {
      writer.put(panel)
      if (panel.last >= 20) throw new Error('interrupted')
    }
    const { firstRow } = writer
    expect(() => graphonNtkPanels(chain, x, { kernelNames: ['ntk'], memory: oneRow, firstRow }, stop)).toThrow(
      'interrupted',
    )
    writer.keep()
  }

  it('is never mixed with another, nor dropped without a word', () => {
    interrupt()
    const other = { of: { chain: 'another one' } }
    expect(() => compute(chain, memory, other)).toThrow(
      /k\.npy: .*k\.npy\.partial has 78 % of another result \(different: chain\); .*--fresh/,
    )
    expect(() => compute(chain, memory, { of: { ...of, data: '' } })).toThrow(/different: data/)
    // What was refused has changed nothing.
    expect(readdirSync(at('k.npy.partial')).sort()).toEqual(['data', 'journal.json'])
    expect(compute(chain, memory).firstRow).toBe(20)
    interrupt()
    expect(compute(chain, memory, { fresh: true, ...other }).firstRow).toBe(0)
    expect(readFileSync(at('k.npy')).equals(whole)).toBe(true)
    expect(readdirSync(folder)).toEqual(['k.npy'])
  })

  it('is refused where what is left is damaged', () => {
    interrupt()
    truncateSync(partial('data'), 5000)
    expect(() => compute(chain, memory)).toThrow(/k\.npy\.partial\/data: .*damaged; .*--fresh/)
    writeFileSync(partial('journal.json'), '{"done": 3')
    expect(() => compute(chain, memory)).toThrow(/journal\.json: expected a journal.*--fresh/)
    expect(compute(chain, memory, { fresh: true }).firstRow).toBe(0)
  })

  it('is not believed where a bit has turned over since: that panel and those after are computed anew', () => {
    const random = randomStream(5, 'bits')
    const start = whole.length - 8 * 3 * 37 ** 2
    const resumed = new Set<number>()
    for (let trial = 0; trial < 16; trial++) {
      interrupt({ interval: 0 })
      const row = Math.floor(random.uniform() * 20)
      const column = row + Math.floor(random.uniform() * (37 - row))
      const entry = (Math.floor(random.uniform() * 3) * 37 + row) * 37 + column
      const data = readFileSync(partial('data'))
      data[start + 8 * entry + Math.floor(random.uniform() * 8)] ^= 1 << Math.floor(random.uniform() * 8)
      writeFileSync(partial('data'), data)
      const writer = kernelWriter(at('k.npy'), options)
      expect(writer.damaged?.from).toBe(writer.firstRow)
      expect(writer.firstRow).toBeLessThanOrEqual(row)
      expect(writer.damaged?.to).toBeGreaterThan(row)
      writer.keep()
      resumed.add(writer.firstRow)
      expect(compute(chain, memory).firstRow).toBe(writer.firstRow)
      expect(readFileSync(at('k.npy')).equals(whole)).toBe(true)
      rmSync(at('k.npy'))
    }
    expect(resumed.size).toBeGreaterThan(5)
  })

  it('is not misled by a journal in which a bit has turned over', () => {
    interrupt({ interval: 0 })
    const [journal, data] = ['journal.json', 'data'].map((name) => readFileSync(partial(name)))
    const outcomes = { refused: 0, resumed: 0 }
    for (let bit = 0; bit < 8 * journal.length; bit += 211) {
      mkdirSync(at('k.npy.partial'), { recursive: true })
      const changed = Uint8Array.from(journal)
      changed[bit >> 3] ^= 1 << (bit & 7)
      writeFileSync(partial('journal.json'), changed)
      writeFileSync(partial('data'), data)
      try {
        compute(chain, memory)
        outcomes.resumed++
      } catch (error) {
        expect(error).toBeInstanceOf(FileError)
        compute(chain, memory, { fresh: true })
        outcomes.refused++
      }
      expect(readFileSync(at('k.npy')).equals(whole)).toBe(true)
    }
    expect(Math.min(outcomes.refused, outcomes.resumed)).toBeGreaterThan(0)
  })

  it('keeps its checksums when the mirror image is half done', () => {
    const writer = kernelWriter(at('k.npy'), { ...options, interval: 0 })
    graphonNtkPanels(chain, x, { kernelNames: ['ntk'], memory: oneRow }, writer.put)
    const stop = (share: number): void => {
      if (share > 0.5) throw new Error('interrupted')
    }
    expect(() => writer.finish(3 * 8 * 37 * 4, stop)).toThrow('interrupted')
    writer.keep()
    const next = kernelWriter(at('k.npy'), options)
    expect([next.firstRow, next.damaged]).toEqual([37, undefined])
    next.finish()
    expect(readFileSync(at('k.npy')).equals(whole)).toBe(true)
  })

  it('may be interrupted again', () => {
    interrupt()
    interrupt()
    expect(compute(chain, memory).firstRow).toBe(22)
    expect(readFileSync(at('k.npy')).equals(whole)).toBe(true)
  })

  it('is nothing where nothing was done, folders included', () => {
    const writer = kernelWriter(at('new/folder/k.npy'), options)
    writer.keep()
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves alone what somebody else has put into its folder', () => {
    mkdirSync(at('k.npy.partial'))
    writeFileSync(partial('notes'), 'mine')
    compute(chain, memory)
    expect(readdirSync(folder)).toEqual(['k.npy', 'k.npy.partial'])
    expect(readdirSync(at('k.npy.partial'))).toEqual(['notes'])
  })

  it('keeps what is done when the disk is full, and says how much is missing', () => {
    const writer = kernelWriter(at('k.npy'), { ...options, interval: 0 })
    const real = fs.writeSync
    const refuse = (): never => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    }
    const fill = (panel: KernelPanel): void => {
      if (panel.first >= 10) Object.assign(fs, { writeSync: refuse })
      syncBuiltinESMExports()
      writer.put(panel)
    }
    try {
      expect(() => graphonNtkPanels(chain, x, { kernelNames: ['ntk'], memory: oneRow }, fill)).toThrow(
        /k\.npy: no space left.*; \d+ more bytes \([\d.]+ MB\) are needed, .*waits in .*k\.npy\.partial for the same command/,
      )
      writer.keep()
    } finally {
      Object.assign(fs, { writeSync: real })
      syncBuiltinESMExports()
    }
    expect(compute(chain, memory).firstRow).toBe(10)
    expect(readFileSync(at('k.npy')).equals(whole)).toBe(true)
  })

  it('belongs to one process at a time', () => {
    const writer = kernelWriter(at('k.npy'), options)
    expect(() => kernelWriter(at('k.npy'), options)).toThrow(
      new RegExp(`k\\.npy: process ${process.pid} writes it; wait until it ends, or choose another --out`),
    )
    expect(() => kernelWriter(at('k.npy'), { ...options, fresh: true })).toThrow(/writes it/)
    writer.keep()
    expect(compute(chain, memory).firstRow).toBe(0)
  })
})

describe('a kernel on disk', () => {
  const kernel = graphonNtk(chain, x).ntk

  it('is the same read class by class and as a whole', () => {
    writeFileSync(at('k.npy'), encodeNpy({ shape: [3, 37, 37], data: kernel.data }))
    for (const whole of [0, 2 ** 26]) {
      const stored = openKernel(at('k.npy'), whole)
      expect([stored.classes, stored.n]).toEqual([3, 37])
      for (const c of [2, 0, 0, 1]) expect(stored.matrix(c)).toEqual(kernelMatrix(kernel, c))
      stored.close()
    }
  })

  it('of another element type or order is read as a whole', () => {
    const f32 = { shape: [2, 2], data: Float32Array.of(2, 1, 1, 2) }
    writeFileSync(at('k.npy'), encodeNpy(f32))
    expect([...openKernel(at('k.npy'), 0).matrix(0).data]).toEqual([2, 1, 1, 2])
  })

  it('is refused when it is no kernel, by whichever way it is read', () => {
    for (const whole of [0, 2 ** 26]) {
      const open = (shape: number[], ...data: number[]) => {
        writeFileSync(at('k.npy'), encodeNpy({ shape, data: Float64Array.from(data) }))
        const stored = openKernel(at('k.npy'), whole)
        for (let c = 0; c < stored.classes; c++) stored.matrix(c)
      }
      expect(() => open([1, 2], 1, 2)).toThrow(/expected shape \[N, N\] or \[C, N, N\], got \[1, 2\]/)
      expect(() => open([2, 2], 1, 2, 3, 4)).toThrow(/k\.npy: kernel: .*symmetric matrix, got 2 at \[0, 1\]/)
      expect(() => open([2, 1, 1], 1, NaN)).toThrow(/got NaN at \[1, 0, 0\]/)
      writeFileSync(at('k.npy'), encodeNpy({ shape: [1, 1], data: new Float64Array(1) }).subarray(0, 130))
      expect(() => openKernel(at('k.npy'), whole)).toThrow(FileError)
      writeFileSync(at('k.npy'), 'text')
      expect(() => openKernel(at('k.npy'), whole)).toThrow(/expected a NumPy array/)
      expect(() => openKernel(at('none'), whole)).toThrow(/no such file/)
      expect(() => openKernel(folder, whole)).toThrow(/got a folder/)
    }
  })
})

it('a header is that of the encoder', () => {
  for (const shape of [[0], [0, 0], [10, 0, 8192], [0, 1, 2, 3]]) {
    expect(npyHeader('<f8', shape)).toEqual(encodeNpy({ shape, data: new Float64Array(0) }))
  }
})
