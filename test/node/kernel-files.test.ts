import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileError } from '../../src/data/file-error.js'
import { encodeNpy } from '../../src/data/npy.js'
import { graphonNtk, graphonNtkPanels } from '../../src/ntk/graphon-ntk.js'
import { kernelToTensor } from '../../src/ntk/kernel-file.js'
import { kernelMatrix } from '../../src/ntk/kernel.js'
import { openKernel } from '../../src/node/kernel-reader.js'
import { kernelWriter, requireDiskSpace } from '../../src/node/kernel-writer.js'
import { npyHeader } from '../../src/node/npy-header.js'
import { constantChain, normalSamples, randomChain } from '../ntk/chains.js'

let folder: string
const at = (name: string): string => join(folder, name)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'limn-kernels-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const chain = randomChain({ d: 9, bins: [5, 4], classes: 3, seed: 1, energies: true })
const x = normalSamples(37, 9, 2)
/** The smallest memory there can be: one row of every class and its mirror image. */
const oneRow = 8 * 3 * (2 * 37 - 1)

describe('a kernel written panel by panel', () => {
  it.each([oneRow, 4 * oneRow, 2 ** 26])('has the bytes of the kernel written as a whole, with %i bytes', (memory) => {
    const writer = kernelWriter(at('k.npy'), 'chain', 3, 37)
    graphonNtkPanels(chain, x, { kernelNames: ['ntk'], memory }, writer.put)
    const { shape, trace } = writer.finish()
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

  it('is one matrix when all classes coincide', () => {
    const same = constantChain(0.4, 9, [3], 3)
    const writer = kernelWriter(at('k.npy'), 'chain', 3, 37)
    graphonNtkPanels(same, x, { kernelNames: ['ntk'], memory: oneRow }, writer.put)
    expect(writer.finish().shape).toEqual([37, 37])
    expect(readFileSync(at('k.npy')).equals(encodeNpy(kernelToTensor(graphonNtk(same, x).ntk)))).toBe(true)
  })

  it('replaces an older file only at the end, and leaves it alone when it fails', () => {
    writeFileSync(at('k.npy'), 'old')
    const writer = kernelWriter(at('k.npy'), 'chain.npz', 1, 2)
    const right = [Float64Array.of(1, 2, 2, Infinity)]
    const panel = { n: 2, classes: 1, first: 0, last: 2, entries: { ntk: { right, below: [new Float64Array(0)] } } }
    expect(() => writer.put(panel)).toThrow(/chain\.npz: .*got Infinity at \[1, 1\]/)
    expect(readFileSync(at('k.npy'), 'utf8')).toBe('old')
    writer.discard()
    expect(readdirSync(folder)).toEqual(['k.npy'])
    expect(readFileSync(at('k.npy'), 'utf8')).toBe('old')
  })

  it('is refused at once where the disk is too small, with need, space and ways to fit, or is no disk', () => {
    const read = () => requireDiskSpace(at('sub/k.npy'), 10, 3e7)
    expect(read).toThrow(FileError)
    expect(read).toThrow(/needs \d{17} bytes .* has \d+ free .*fewer --samples.*--classes mean/)
    expect(() => kernelWriter('/dev/null', 'chain', 1, 1)).toThrow(/device/)
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves nothing behind when the process is killed', async () => {
    const module = pathToFileURL(resolve('src/node/kernel-writer.ts')).href
    const script = `import(${JSON.stringify(module)}).then(({ kernelWriter }) => {
      kernelWriter(${JSON.stringify(at('k.npy'))}, 'chain', 1, 2)
      console.log('open')
      for (;;);
    })`
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const child = spawn(process.execPath, ['--import', 'tsx', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
      await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
      expect(readdirSync(folder)).toHaveLength(1)
      child.kill(signal)
      await once(child, 'exit')
      for (let tries = 0; tries < 100 && readdirSync(folder).length > 0; tries++) execFileSync('sleep', ['0.02'])
      expect(readdirSync(folder)).toEqual([])
    }
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
    expect(npyHeader(shape)).toEqual(encodeNpy({ shape, data: new Float64Array(0) }))
  }
})
