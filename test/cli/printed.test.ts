import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { between, ofDensity, plusMinus } from '../../src/cli/figures.js'
import { encodeNpy } from '../../src/data/npy.js'
import { encodeNpz } from '../../src/data/npz.js'
import { encodeSafetensors } from '../../src/data/safetensors.js'
import { chainToTensors } from '../../src/graphon/chain/chain-file.js'
import { constantChain } from '../../src/graphon/sample/sample.js'
import { networkToTensors } from '../../src/network/checkpoint.js'
import { createSpec, initialize } from '../../src/network/initialize.js'
import { createMask, denseMask, density, type Mask } from '../../src/network/mask.js'
import { applyMasks } from '../../src/prune/prune.js'
import { bernoulliMasks } from '../graphon/support.js'
import { writeSamples } from './data.js'
import { freshFolder, limn, limnJson } from './limn.js'

const path = freshFolder()

function writeNetwork(name: string, sizes: readonly number[], masks: readonly Mask[], seed = 1): string {
  const network = applyMasks(initialize(createSpec({ sizes }), seed), masks)
  const { tensors, metadata } = networkToTensors(network)
  writeFileSync(path(name), encodeSafetensors(tensors, metadata))
  return path(name)
}

interface GraphonDocument {
  readonly estimator: string
  readonly estimators?: readonly string[]
  readonly matrices: readonly { readonly key: string; readonly density: number }[]
}

/** Like `mask`, without the rows. */
function withoutRows({ rows, cols, data }: Mask, gone: readonly number[]): Mask {
  return createMask(
    rows,
    cols,
    data.map((bit, k) => (gone.includes(Math.floor(k / cols)) ? 0 : bit)),
  )
}

describe('the density that graphon prints', () => {
  const sizes = [5, 23, 17, 3]
  const masks = bernoulliMasks(sizes, 0.4, 3)
  const file = writeNetwork('uneven.safetensors', sizes, masks)

  // Bins of 23 and 17 units differ in size, so that a plain mean over bins is another number.
  it.each([2, 7, 16])('is the kept fraction with %s bins, however uneven', (bins) => {
    const found = limnJson<GraphonDocument>('graphon', file, '--bins', String(bins), '--out', path(`c${bins}.npz`))
    found.matrices.forEach((matrix, i) => expect(matrix.density).toBeCloseTo(density(masks[i]), 13))
  })

  it('is that of each matrix sorted by itself, too', () => {
    const [only] = limnJson<GraphonDocument>(
      ...['graphon', file, '--align', 'layer', '--bins', '7', '--out', path('layers.npz')],
    ).matrices
    expect(only.key).toBe('W1')
    expect(only.density).toBeCloseTo(density(masks[1]), 13)
  })
})

it('auto names what it chose for each matrix that is sorted by itself', () => {
  const sizes = [5, 24, 20, 18, 3]
  const file = writeNetwork('chosen.safetensors', sizes, bernoulliMasks(sizes, 0.5, 9))
  const args = [
    'graphon',
    file,
    '--align',
    'layer',
    '--estimator',
    'auto',
    '--bins',
    '4',
    '--out',
    path('chosen.npz'),
    '--force',
  ]
  const { estimators } = limnJson<GraphonDocument>(...args)
  expect(estimators).toHaveLength(2)
  for (const name of estimators!) expect(name).not.toBe('auto')
  expect(limn(...args).stdout).toContain(
    `chosen on held-out entries: W1 ${estimators![0]}, W2 ${estimators![1]}, 4 bins`,
  )
})

describe('a class that no path reaches', () => {
  const sizes = [6, 8, 7, 3]
  const whole = bernoulliMasks(sizes, 0.8, 5)
  const masks = [whole[0], whole[1], withoutRows(whole[2], [0])]
  const file = writeNetwork('dead-class.safetensors', sizes, masks)
  const data = path('six.npz')
  writeSamples(data, 10, 6, 3)
  const chain = path('dead-class-chain.npz')
  const warning = /warning: .*1 of 3 outputs no longer depend on the input/

  it('counts in the mean diagonal, and is warned about by ntk', () => {
    const { stdout, stderr } = limn('ntk', '--empirical', file, '--data', data, '--out', path('k.npy'))
    expect(stderr).toMatch(warning)
    const { trace } = limnJson<{ trace: number[] }>('ntk', '--empirical', file, '--data', data, '--out', path('k.npy'))
    const mean = (trace[0] + trace[1] + trace[2]) / 30
    expect(trace[0]).toBe(0)
    expect(stdout).toMatch(/mean diagonal (\S+) over 3 classes \(0 … \S+\)/)
    expect(Number(/mean diagonal (\S+)/.exec(stdout)![1])).toBeCloseTo(mean, 1)
    const one = limn('ntk', '--empirical', file, '--data', data, '--classes', 'mean', '--out', path('m.npy')).stdout
    expect(Number(/mean diagonal (\S+)/.exec(one)![1])).toBeCloseTo(mean, 1)
  })

  it('is warned about by graphon, train, sample, motifs, distance and the limit’s kernel', () => {
    expect(limn('graphon', file, '--bins', '4', '--out', chain).stderr).toMatch(warning)
    expect(limn('train', file, '--data', data, '--steps', '1').stderr).toMatch(warning)
    expect(limn('motifs', file).stderr).toMatch(warning)
    expect(limn('motifs', chain).stderr).toMatch(warning)
    expect(limn('distance', chain, chain).stderr).toMatch(warning)
    expect(limn('ntk', chain, '--data', data, '--out', path('limit.npy')).stderr).toMatch(warning)
    const sampled = limn('sample', chain, '--sizes', '6,9,9,3', '--out', path('sampled.safetensors'))
    expect(sampled.stderr).toMatch(warning)
  })
})

describe('a network of which nothing is left', () => {
  const chain = path('collapsed.npz')
  const { W, measures } = constantChain({ inputs: 4, hidden: [3, 3], classes: 2 }, 0.5)
  writeFileSync(
    chain,
    encodeNpz(chainToTensors({ W: [W[0], { ...W[1], data: W[1].data.map(() => 0) }, W[2]], measures })),
  )

  it('is warned about with the matrix that has collapsed, and its kernel with what it means', () => {
    const data = path('four.npz')
    writeSamples(data, 6, 4, 2)
    const { stderr, stdout } = limn('ntk', chain, '--data', data, '--out', path('zero.npy'))
    expect(stderr).toMatch(/layers\.1 \(3 × 3\) has no weights left/)
    expect(stdout).toContain('mean diagonal 0 ')
    writeFileSync(path('y.npy'), encodeNpy({ shape: [6], data: Float64Array.of(1, -1, 1, -1, 1, -1) }))
    const predicted = limn('predict', path('zero.npy'), '--targets', path('y.npy'), '--steps', '3')
    expect(predicted.stderr).toMatch(/zero\.npy is zero: .* never learn/)
    expect(predicted.code).toBe(0)
  })
})

it('one kernel of equal classes has the mean diagonal of its class, as the kernels of several files have theirs', () => {
  const chain = path('constant.npz')
  writeFileSync(chain, encodeNpz(chainToTensors(constantChain({ inputs: 4, hidden: [3], classes: 2 }, 0.5))))
  const data = path('four.npz')
  writeSamples(data, 6, 4, 2)
  const { trace } = limnJson<{ trace: number }>('ntk', chain, '--data', data, '--out', path('equal.npy'))
  const { stdout } = limn('ntk', chain, '--data', data, '--out', path('equal.npy'))
  expect(stdout).toContain(`mean diagonal ${Number((trace / 6).toPrecision(3))} →`)
})

describe('numbers for people', () => {
  it('leave out errors that are rounding, and say 0 for what is', () => {
    expect(plusMinus(0.25, 0.003)).toBe('0.25 ± 0.003')
    for (const error of [0, 7e-18, NaN]) expect(plusMinus(0.25, error)).toBe('0.25')
    expect(plusMinus(1e-17, 1e-17)).toBe('0')
    expect(ofDensity(-5.6e-17)).toBe('0')
    expect(ofDensity(1e-9)).toBe('1.00e-9')
  })

  it('never make an interval of two ends that read the same, or of a bound that says nothing', () => {
    expect(between(0.1, 0.2)).toBe('between 0.1 and 0.2')
    expect(between(0.12345, 0.12346)).toBe('0.123')
    expect(between(0, 0.2)).toBe('at most 0.2')
    expect(between(1e-17, 0.2)).toBe('at most 0.2')
    expect(between(0, 1e-17)).toBe('0')
  })

  it('of a network that keeps everything, have no structure to explain', () => {
    const sizes = [5, 23, 17, 3]
    const dense = writeNetwork(
      'dense.safetensors',
      sizes,
      sizes.slice(1).map((rows, i) => denseMask(rows, sizes[i])),
    )
    const { stdout } = limn('limit', dense, '--method', 'random', '--density', '1')
    expect(stdout.match(/structure 0, no structure beyond noise/g)).toHaveLength(3)
    const { stdout: risk } = limn('graphon', dense, '--bins', '4', '--risk', '--out', path('dense.npz'))
    expect(risk).not.toMatch(/e-1\d| ± 0/)
  })
})
