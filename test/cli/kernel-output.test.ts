import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { sayResumed } from '../../src/cli/ntk.js'
import { planOutput } from '../../src/node/kernels/output.js'
import type { KernelTask } from '../../src/node/kernels/task.js'
import { finiteKernels } from '../../src/node/kernels/finite-kernels.js'
import { limitKernels } from '../../src/node/kernels/limit-kernels.js'
import type { LimitKernelOptions } from '../../src/node/kernels/options.js'
import { encodeNpy } from '../../src/data/npy.js'
import { encodeNpz } from '../../src/data/npz.js'
import { encodeSafetensors } from '../../src/data/safetensors.js'
import { chainToTensors } from '../../src/graphon/chain/chain-file.js'
import { networkToTensors } from '../../src/network/checkpoint.js'
import { randomStream } from '../../src/random/random.js'
import { normalSamples, randomChain } from '../ntk/chains.js'
import { randomNetwork } from '../ntk/networks.js'
import type { WrittenKernel } from '../../src/node/kernels/writer.js'
import { freshFolder } from './limn.js'

const limitKernel = (path: string, options: LimitKernelOptions): KernelTask => limitKernels([path], options).tasks[0]
const finiteKernel = (path: string, options: LimitKernelOptions): KernelTask => finiteKernels([path], options).tasks[0]

const samples = 70
const file = freshFolder()
const out = file('kernel.npy')
const flags: LimitKernelOptions = {
  data: file('x.npy'),
  convention: 'masked',
  rescale: 'none',
  weights: 'kept',
  classes: 'all',
  seed: 0,
}
const chain = file('chain.npz')
const masks = file('masks.safetensors')

beforeAll(() => {
  const x = normalSamples(samples, 9, 2)
  writeFileSync(flags.data, encodeNpy({ shape: [samples, 9], data: x.data }))
  writeFileSync(file('other.npy'), encodeNpy({ shape: [samples, 9], data: x.data.map((value) => -value) }))
  writeFileSync(
    chain,
    encodeNpz(chainToTensors(randomChain({ d: 9, bins: [5, 4], classes: 3, seed: 1, energies: true }))),
  )
  const { tensors, metadata } = networkToTensors(
    randomNetwork({
      sizes: [9, 14, 11, 3],
      activation: { name: 'relu' },
      density: 0.4,
      parameterization: 'ntk',
      seed: 4,
    }),
  )
  writeFileSync(masks, encodeSafetensors(tensors, metadata))
})

const said: string[] = []
beforeEach(() => {
  said.length = 0
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0)
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(out, { force: true })
})

/** On disk from the first row on, with an entry in the journal after every panel. */
const pieces = { small: 0, interval: 0, onResume: sayResumed }

interface Part {
  readonly done: number
  readonly shares: readonly number[]
  readonly result: WrittenKernel | undefined
}

/** Computes until `until` of the work is done, or to the end. */
function computePart(task: KernelTask, memory: number, until = Infinity): Part {
  const { done, compute } = planOutput(task, out, { ...pieces, memory })()
  const shares: number[] = []
  const interruption = new Error('interrupted')
  try {
    const result = compute((share) => {
      shares.push(share)
      if (share >= until) throw interruption
    })
    return { done, shares, result }
  } catch (error) {
    if (error !== interruption) throw error
    return { done, shares, result: undefined }
  }
}

describe('a kernel that is interrupted again and again', () => {
  it.each([
    ['of a chain, all classes', (): KernelTask => limitKernel(chain, flags)],
    ['of a chain, the mean', (): KernelTask => limitKernel(chain, { ...flags, classes: 'mean' })],
    ['of a chain, some classes', (): KernelTask => limitKernel(chain, { ...flags, classes: [2, 0], sigmaB2: 0.1 })],
    ['of a network, all classes', (): KernelTask => finiteKernel(masks, flags)],
    ['of a network, the mean', (): KernelTask => finiteKernel(masks, { ...flags, classes: 'mean' })],
  ])('%s: goes on where it was, to the bytes of the whole', (_, make) => {
    const expected = planOutput(make(), out)().compute(() => undefined)
    const bytes = readFileSync(out)
    rmSync(out)
    const random = randomStream(1, 'interruptions')
    const task = make()
    let done = 0
    let rounds = 0
    let result: WrittenKernel | undefined
    for (let until = 0.2; !result; until += 0.2 * random.uniform(), rounds++) {
      // A few rows more than the least, and not always the same.
      const memory = Math.ceil(task.least + random.uniform() * 6 * 32 * samples * task.classes)
      const part = computePart(task, memory, until)
      expect(part.done).toBeGreaterThanOrEqual(done)
      expect(part.shares[0]).toBeGreaterThanOrEqual(part.done)
      for (let k = 1; k < part.shares.length; k++) expect(part.shares[k]).toBeGreaterThanOrEqual(part.shares[k - 1])
      done = part.done
      result = part.result
    }
    expect(rounds).toBeGreaterThan(2)
    expect(result).toEqual(expected)
    expect(readFileSync(out).equals(bytes)).toBe(true)
    expect(existsSync(`${out}.partial`)).toBe(false)
    expect(said.join('')).toMatch(/ntk: goes on at \d+ % from .*kernel\.npy\.partial\n/)
  })
})

describe('a kernel of which there is a part', () => {
  const begin = (task: KernelTask): void => {
    expect(computePart(task, task.least, 0.5).result).toBeUndefined()
  }

  it('is refused with any other input or option, named, and is then as it was', () => {
    begin(limitKernel(chain, flags))
    const others: [string, KernelTask][] = [
      ['data', limitKernel(chain, { ...flags, data: file('other.npy') })],
      ['data, samples', limitKernel(chain, { ...flags, samples: 60 })],
      ['classes', limitKernel(chain, { ...flags, classes: [0, 2, 1] })],
      ['convention', limitKernel(chain, { ...flags, convention: 'variance' })],
      ['weights', limitKernel(chain, { ...flags, weights: 'redrawn' })],
      ['rescale', limitKernel(chain, { ...flags, rescale: 'layer' })],
      ['activation', limitKernel(chain, { ...flags, activation: { name: 'erf' } })],
      ['sigma-w2', limitKernel(chain, { ...flags, sigmaW2: [1, 2, 1] })],
      ['sigma-b2', limitKernel(chain, { ...flags, sigmaB2: 0.1 })],
    ]
    for (const [name, task] of others) {
      expect(() => planOutput(task, out, pieces)()).toThrow(
        new RegExp(
          `kernel\\.npy: .*kernel\\.npy\\.partial has \\d+ % of another result \\(different: ${name}\\); .*--fresh`,
        ),
      )
    }
    expect(() => planOutput(finiteKernel(masks, flags), out, pieces)()).toThrow(/different: chain, .*network/)
    expect(computePart(limitKernel(chain, flags), 1e9).done).toBeGreaterThan(0.3)
  })

  it('is dropped when asked', () => {
    const task = limitKernel(chain, flags)
    begin(task)
    const { done, compute } = planOutput(task, out, { ...pieces, fresh: true })()
    expect(done).toBe(0)
    compute(() => undefined)
    expect(said).toEqual([])
    expect(existsSync(`${out}.partial`)).toBe(false)
  })

  it('is no reason to keep one that is out of the range of numbers', () => {
    const huge = file('huge.npy')
    const { data } = normalSamples(samples, 9, 2)
    data[9 * 50] = 1e200
    writeFileSync(huge, encodeNpy({ shape: [samples, 9], data }))
    const task = limitKernel(chain, { ...flags, data: huge })
    expect(() => computePart(task, task.least)).toThrow(/chain\.npz: expected a kernel within the range of f64/)
    expect(readdirSync(file('.')).filter((name) => name.startsWith('kernel'))).toEqual([])
  })
})

it('computes a small kernel without a trace on the disk', () => {
  const task = limitKernel(chain, flags)
  const { compute } = planOutput(task, out)()
  compute(() => expect(existsSync(`${out}.partial`)).toBe(false))
  expect(existsSync(out)).toBe(true)
})
