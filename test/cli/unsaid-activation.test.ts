import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeNpy } from '../../src/data/npy.js'
import { encodeNpz } from '../../src/data/npz.js'
import { decodeSafetensors } from '../../src/data/safetensors.js'
import { toFloat64, type Tensor } from '../../src/data/tensor.js'
import { decodeChain } from '../../src/graphon/chain/chain-file.js'
import { matrix } from '../../src/linalg/matrix.js'
import { parseActivation } from '../../src/network/activation.js'
import { graphonNtk } from '../../src/ntk/graphon-ntk.js'
import { randomStream } from '../../src/random/random.js'
import { writeSamples } from './data.js'
import { freshFolder, limn } from './limn.js'

const file = freshFolder()
const [torch, samples, chain, kernel] = ['torch.npz', 'data.npz', 'c.npz', 'k.npy'].map(file)
const sizes = [6, 20, 18, 3]
const assumed = /says no activation: taken .*ReLU \(--activation\)\n/

beforeAll(() => {
  writeSamples(samples, 9, sizes[0], 3)
  const random = randomStream(2, 'torch')
  const tensors = new Map<string, Tensor>()
  sizes.slice(1).forEach((rows, l) => {
    const weight = Float32Array.from({ length: rows * sizes[l] }, () => random.normal() / Math.sqrt(sizes[l]))
    tensors.set(`fc${l + 1}.weight`, { shape: [rows, sizes[l]], data: weight })
  })
  writeFileSync(torch, encodeNpz(tensors))
})
afterAll(() => rmSync(file('.'), { recursive: true, force: true }))

const run = (...args: readonly string[]): string => {
  const { code, stderr } = limn(...args)
  expect(code, stderr).toBe(0)
  return stderr
}
const pruned = (name: string, ...options: readonly string[]) => {
  const out = file(name)
  const said = run('prune', '--weights', torch, '--density', '.5', '--out', out, ...options)
  return { out, said, metadata: decodeSafetensors(readFileSync(out), out).metadata }
}

describe('an activation that no file says', () => {
  it('is taken as ReLU by what computes with it, said, and left open by what does not', () => {
    expect(run('graphon', torch, '--bins', '3', '--out', chain)).not.toMatch(assumed)
    const { network } = decodeChain(readFileSync(chain), chain)
    expect(network).toMatchObject({ parameterization: 'standard', sizes, sigmaW2: [1, 2, 1] })
    expect(network).not.toHaveProperty('activation')
    expect(run('ntk', '--empirical', torch, '--data', samples, '--out', kernel)).toMatch(assumed)
    expect(run('train', torch, '--data', samples, '--steps', '1')).toMatch(assumed)
    for (const method of ['random', 'magnitude', 'synflow']) {
      const { said, metadata } = pruned(`${method}.safetensors`, '--method', method)
      expect([said, metadata]).toEqual([
        expect.not.stringMatching(assumed),
        expect.not.objectContaining({ activation: expect.anything() as string }),
      ])
      expect(metadata['parameterization']).toBe('standard')
    }
    const snip = pruned('snip.safetensors', '--method', 'snip', '--data', samples)
    expect([snip.said, snip.metadata['activation']]).toEqual([expect.stringMatching(assumed), 'relu'])
  })

  it.each(['erf', 'relu', 'leaky-relu:0.1'])('can be said later, to the same kernel: %s', (name) => {
    run('graphon', torch, '--bins', '3', '--out', chain)
    expect(run('ntk', chain, '--data', samples, '--activation', name, '--out', kernel)).not.toMatch(assumed)
    const open = toFloat64(decodeNpy(readFileSync(kernel), kernel))
    const { out, metadata, said } = pruned(
      'all.safetensors',
      '--method',
      'random',
      '--activation',
      name,
      '--density',
      '1',
    )
    expect([said, metadata['activation']]).toEqual([expect.not.stringMatching(assumed), name])
    run('graphon', out, '--bins', '3', '--out', chain)
    expect(run('ntk', chain, '--data', samples, '--out', kernel)).not.toMatch(assumed)
    expect(toFloat64(decodeNpy(readFileSync(kernel), kernel))).toEqual(open)
    const said2 = decodeChain(readFileSync(chain), chain)
    expect(said2.network?.activation).toEqual(parseActivation(name))
    const other = limn('ntk', chain, '--data', samples, '--activation', 'identity', '--out', kernel)
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining(`contradicts ${chain}, which says ${name}`)])
  })

  it('changes the kernel, so that it has to be said', () => {
    run('graphon', torch, '--bins', '3', '--out', chain)
    expect(run('ntk', chain, '--data', samples, '--out', kernel)).toMatch(assumed)
    const open = decodeChain(readFileSync(chain), chain)
    const x = matrix(
      2,
      6,
      Float64Array.from({ length: 12 }, (_, k) => Math.cos(k)),
    )
    const [relu, erf, none] = ['relu', 'erf', undefined].map(
      (name) => graphonNtk(open, x, name === undefined ? {} : { activation: parseActivation(name) }).ntk.data,
    )
    expect(none).toEqual(relu)
    expect(Math.abs(erf[0] / relu[0] - 1)).toBeGreaterThan(0.1)
  })
})
