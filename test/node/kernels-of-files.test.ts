import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'

import { decodeNpy, encodeNpy } from '../../src/data/npy.js'
import { encodeSafetensors } from '../../src/data/safetensors.js'
import { encodeChain } from '../../src/graphon/chain/chain-file.js'
import { networkToTensors } from '../../src/network/checkpoint.js'
import {
  closedFormOf,
  compareClosedForm,
  finiteKernels,
  limitKernels,
  planOutput,
  planOutputs,
  readChain,
  readMadeMasks,
  UsageError,
  type LimitKernelOptions,
  type ResumedKernel,
} from '../../src/node/index.js'
import { empiricalNtk } from '../../src/ntk/empirical-ntk.js'
import { graphonNtk } from '../../src/ntk/graphon-ntk.js'
import { freshFolder } from '../cli/limn.js'
import { normalSamples, randomChain } from '../ntk/chains.js'
import { randomNetwork } from '../ntk/networks.js'

const file = freshFolder()
const x = normalSamples(30, 9, 2)
const chain = randomChain({ d: 9, bins: [5, 4], classes: 3, seed: 1, energies: true })
const network = randomNetwork({
  sizes: [9, 14, 11, 3],
  activation: { name: 'relu' },
  density: 0.4,
  parameterization: 'ntk',
  seed: 4,
})
const options: LimitKernelOptions = {
  data: file('x.npy'),
  convention: 'masked',
  rescale: 'none',
  weights: 'kept',
  classes: 'all',
  seed: 0,
}
const [chainFile, masks, out] = [file('chain.npz'), file('masks.safetensors'), file('kernel.npy')]

beforeAll(() => {
  writeFileSync(options.data, encodeNpy({ shape: [30, 9], data: x.data }))
  writeFileSync(chainFile, encodeChain(chain))
  const { tensors, metadata } = networkToTensors(network, { method: 'random', density: '0.4' })
  writeFileSync(masks, encodeSafetensors(tensors, metadata))
})
const printed = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'))
afterEach(() => printed.forEach((write) => write.mockClear()))
afterAll(() => rmSync(file('.'), { recursive: true, force: true }))

const written = () => decodeNpy(readFileSync(out), out).data

it('computes the kernels that the functions of matrices compute, and prints nothing', () => {
  const shares: number[] = []
  planOutputs(limitKernels([chainFile], options), [out])[0]
    .open()
    .compute((share) => shares.push(share))
  expect(written()).toEqual(graphonNtk(readChain(chainFile), x, { weights: 'kept' }).ntk.data)
  expect(shares.at(-1)).toBe(1)
  planOutputs(finiteKernels([masks], options), [out])[0]
    .open()
    .compute(() => undefined)
  expect(written()).toEqual(empiricalNtk(network, x).data)
  for (const write of printed) expect(write).not.toHaveBeenCalled()
})

it('hands over what was read before samples are, and goes no further when that throws', () => {
  const stop = (): never => {
    throw new Error('enough')
  }
  const noData = { ...options, data: file('none.npy') }
  expect(() => limitKernels([chainFile], noData, stop)).toThrow('enough')
  expect(() => finiteKernels([masks], noData, stop)).toThrow('enough')
  let layers = 0
  limitKernels([chainFile], options, ([read]) => (layers = read.W.length))
  expect(layers).toBe(3)
})

it('tells of a part that is there, and of the rows of it that are damaged', () => {
  const [task] = limitKernels([chainFile], options).tasks
  const found: ResumedKernel[] = []
  const pieces = { small: 0, interval: 0, memory: task.least, onResume: (part: ResumedKernel) => void found.push(part) }
  const stopAt = (end: number) => (share: number) => {
    if (share > end) throw new Error('interrupted')
  }
  expect(() => planOutput(task, out, pieces)().compute(stopAt(0.4))).toThrow('interrupted')
  expect(found).toEqual([])
  expect(() => planOutput(task, out, pieces)().compute(stopAt(0.6))).toThrow('interrupted')
  const folder = `${out}.partial`
  expect(found).toEqual([
    { folder, firstRow: expect.any(Number) as number, share: expect.any(Number) as number, damaged: undefined },
  ])
  expect(found[0].firstRow).toBeGreaterThan(0)
  const data = `${folder}/data`
  const bytes = readFileSync(data)
  bytes[bytes.length - 8 * 30 * 30 * 3] ^= 1
  writeFileSync(data, bytes)
  planOutput(task, out, pieces)().compute(() => undefined)
  expect(found[1]).toMatchObject({ firstRow: 0, share: 0, damaged: { from: 0 } })
  expect(existsSync(folder)).toBe(false)
  expect(written()).toEqual(graphonNtk(readChain(chainFile), x, { weights: 'kept' }).ntk.data)
})

it('refuses classes that a file does not have as what was asked for', () => {
  expect(() => limitKernels([chainFile], { ...options, classes: [3] })).toThrow(UsageError)
  expect(() => finiteKernels([masks], { ...options, classes: [3] })).toThrow(/--classes from 0 to 2.*got 3/)
})

it('compares masks with the closed form of their method', () => {
  const made = readMadeMasks(masks, {})
  expect(made).toMatchObject({ method: 'random', density: 0.4, scope: 'global', seed: 0 })
  const { chain: predicted, matrices } = compareClosedForm(closedFormOf(made), 4)
  expect(matrices.map(({ shape }) => shape)).toEqual([
    [14, 9],
    [11, 14],
    [3, 11],
  ])
  for (const { predictedDensity } of matrices) expect(predictedDensity).toBeCloseTo(0.4, 12)
  expect(predicted.origin).toMatchObject({ method: 'random', density: 0.4, scope: 'global' })
  expect(() => closedFormOf(readMadeMasks(masks, { method: 'snip' }))).toThrow(/SNIP’s closed form needs --data/)
  expect(() => closedFormOf(readMadeMasks(masks, { method: 'grasp' }))).toThrow(/has no closed form/)
})
