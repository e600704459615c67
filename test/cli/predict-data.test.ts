import { rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import * as output from '../../src/cli/output.js'
import { buildProgram } from './program.js'
import { targetsFromData } from '../../src/node/kernels/targets.js'
import { encodeNpy } from '../../src/data/npy.js'
import { encodeNpz } from '../../src/data/npz.js'
import type { Tensor } from '../../src/data/tensor.js'
import { fingerprint } from '../../src/node/files/fingerprint.js'
import { writeSamples } from './data.js'
import { freshFolder } from './limn.js'

vi.mock('../../src/cli/threads.js', () => ({ useAllCores: () => undefined }))

const file = freshFolder()
const n = 6
const said: string[] = []
const curves: { readonly loss: Float64Array; readonly accuracy?: Float64Array | undefined }[] = []

/** An archive of samples `[6, 2]` with this y. */
function samples(name: string, y?: Tensor): string {
  const x = Float64Array.from({ length: 2 * n }, (_, k) => Math.sin(k + 1))
  writeFileSync(file(name), encodeNpz(new Map([['x', { shape: [n, 2], data: x }], ...(y ? [['y', y] as const] : [])])))
  return file(name)
}

const xOf = { rows: n, cols: 2, data: Float64Array.from({ length: 2 * n }, (_, k) => Math.sin(k + 1)) }

async function predict(...words: readonly string[]): Promise<(typeof curves)[number]> {
  await buildProgram().parseAsync(['predict', ...words, '--steps', '4', '--lr', '.2'], { from: 'user' })
  return curves.at(-1)!
}

/** Symmetric and positive definite, another for every class. */
function writeKernel(name: string, classes: number): string {
  const data = Float64Array.from({ length: classes * n * n }, (_, k) => {
    const [c, i, j] = [Math.floor(k / (n * n)), Math.floor(k / n) % n, k % n]
    return i === j ? 2 + c : 1 / (2 + c + Math.abs(i - j))
  })
  writeFileSync(file(name), encodeNpy({ shape: classes === 1 ? [n, n] : [classes, n, n], data }))
  return file(name)
}

beforeAll(() => {
  writeSamples(file('other.npz'), 4, 2, 2)
})
beforeEach(() => {
  said.length = 0
  vi.restoreAllMocks()
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text).trimEnd()) > 0)
  vi.spyOn(output, 'printCurve').mockImplementation((_, curve) => curves.push(curve))
})
afterAll(() => rmSync(file('.'), { recursive: true, force: true }))

describe('limn predict --data', () => {
  const labels = Int32Array.of(0, 2, 1, 1, 0, 2)
  const rows = Float64Array.from({ length: 3 * n }, (_, k) => (labels[Math.floor(k / 3)] === k % 3 ? 1 : 0))

  it('predicts for labels what it predicts for their one-hot rows, however they come', async () => {
    const kernel = writeKernel('k3.npy', 3)
    writeFileSync(file('rows.npy'), encodeNpy({ shape: [n, 3], data: rows }))
    const by = [
      await predict(kernel, '--targets', file('rows.npy')),
      await predict(kernel, '--data', samples('labels.npz', { shape: [n], data: labels })),
      await predict(kernel, '--data', samples('rows.npz', { shape: [n, 3], data: Uint8Array.from(rows) })),
    ]
    expect(by[1]).toEqual(by[0])
    expect(by[2]).toEqual(by[0])
    expect(by[0].accuracy).toBeDefined()
    expect(said).toContain(`${file('labels.npz')}: y read as labels of 3 classes`)
    expect(said.join('\n')).toMatch(/rows\.npz: y read as targets \[6, 3\], one-hot and so labels too/)
    expect(said.join('\n')).toMatch(/k3\.npy does not say which samples it is of: taken for the first 6 of /)
  })

  it('starts at half the mean square of targets of one output, counts and zeros among them', async () => {
    const kernel = writeKernel('k1.npy', 1)
    for (const data of [Int32Array.of(3, 0, 7, 1, 0, 2), new Float64Array(n)]) {
      const { loss } = await predict(kernel, '--data', samples('counts.npz', { shape: [n, 1], data }))
      const square = Float64Array.from(data).reduce((sum, y) => sum + y * y, 0)
      expect(loss[0]).toBeCloseTo(square / (2 * n), 12)
    }
  })

  it('refuses what does not fit the kernel, and two sources of targets', async () => {
    const kernel = writeKernel('k3.npy', 3)
    const two = samples('two.npz', { shape: [n, 2], data: new Float64Array(2 * n) })
    await expect(predict(kernel, '--data', two)).rejects.toThrow(/expected 3 targets per sample .* got 2/)
    const far = samples('far.npz', { shape: [n], data: Int32Array.of(0, 1, 2, 3, 0, 1) })
    await expect(predict(kernel, '--data', far)).rejects.toThrow(/labels below 3/)
    await expect(predict(kernel, '--data', samples('none.npz'))).rejects.toThrow(/has no y/)
    await expect(predict(kernel, '--data', file('other.npz'))).rejects.toThrow(/at least 6 samples/)
    await expect(predict(kernel, '--data', two, '--samples', '5')).rejects.toThrow(
      /--samples 5 contradicts .* 6 samples/,
    )
    await expect(predict(kernel)).rejects.toThrow(/expected --data.*got neither/)
    await expect(predict(kernel, '--data', two, '--targets', two)).rejects.toThrow(/got both/)
    await expect(predict(kernel, '--targets', two, '--samples', '6')).rejects.toThrow(/--samples has no effect/)
    expect(said).toEqual([])
  })
})

describe('a kernel that says which samples it is of', () => {
  const data = { source: 'x.npz', samples: n, standardized: 'no', fingerprint: fingerprint(xOf) } as const

  it('takes these, and the columns of its classes', () => {
    const rows = Float64Array.from({ length: 4 * n }, (_, k) => k)
    const given = samples('four.npz', { shape: [n, 4], data: rows })
    const meta = { outputs: 4, classes: [2, 0], data } as const
    const { targets, notes } = targetsFromData('k.npy', { n, classes: 2, meta }, { data: given })
    expect([...targets.data]).toEqual(Array.from({ length: n }, (_, i) => [4 * i + 2, 4 * i]).flat())
    expect(notes).toEqual([`${given}: y read as targets [6, 4]`])
  })

  it('takes labels [N] for the targets of a network of one output', () => {
    const given = samples('zero-one.npz', { shape: [n], data: Uint8Array.of(0, 1, 1, 0, 1, 0) })
    const { targets } = targetsFromData(
      'k.npy',
      { n, classes: 1, meta: { outputs: 1, classes: 'all', data } },
      { data: given },
    )
    expect([targets.cols, ...targets.data]).toEqual([1, 0, 1, 1, 0, 1, 0])
  })

  it('refuses others', () => {
    const given = samples('labels.npz', { shape: [n], data: new Uint8Array(n) })
    const meta = { outputs: 1, classes: 'all', data } as const
    const standardized = { data: given, standardize: true }
    expect(() => targetsFromData('k.npy', { n, classes: 1, meta }, standardized)).toThrow(
      /labels\.npz: expected the samples that k\.npy is of, 6 of x\.npz, got others/,
    )
  })
})
