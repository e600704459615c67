import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { UsageError } from '../../src/cli/fail.js'
import { sayResumed } from '../../src/cli/ntk.js'
import { planOutput, type OutputOptions } from '../../src/node/kernels/output.js'
import { finiteKernels } from '../../src/node/kernels/finite-kernels.js'
import { limitKernels } from '../../src/node/kernels/limit-kernels.js'
import type { LimitKernelOptions } from '../../src/node/kernels/options.js'
import { kernelFiles, planOutputs } from '../../src/node/kernels/several.js'
import { encodeNpy } from '../../src/data/npy.js'
import { encodeNpz } from '../../src/data/npz.js'
import { encodeSafetensors } from '../../src/data/safetensors.js'
import { createChain, type GraphonChain } from '../../src/graphon/chain/chain.js'
import { chainToTensors } from '../../src/graphon/chain/chain-file.js'
import { networkToTensors } from '../../src/network/checkpoint.js'
import { normalSamples, randomChain } from '../ntk/chains.js'
import { randomNetwork } from '../ntk/networks.js'
import { freshFolder, limn, limnJson } from './limn.js'

const n = 40
const file = freshFolder()
const folder = file('kernels')
const data = file('x.npy')
const flags: LimitKernelOptions = {
  data,
  convention: 'masked',
  rescale: 'none',
  weights: 'kept',
  classes: 'all',
  seed: 0,
}
/** Densities alone, the same with energies, another network, and one whose three classes are alike. */
const chains = ['redrawn', 'kept', 'other', 'alike'].map((name) => file(`${name}.npz`))
const outs = kernelFiles(chains, folder)

beforeAll(() => {
  const write = (path: string, chain: GraphonChain): void => writeFileSync(path, encodeNpz(chainToTensors(chain)))
  const kept = randomChain({ d: 9, bins: [5, 4], classes: 3, seed: 1, energies: true })
  const { W, measures } = kept
  write(chains[0], createChain({ W, measures }))
  write(chains[1], kept)
  write(chains[2], randomChain({ d: 9, bins: [3, 6], classes: 5, seed: 2, energies: true }))
  const last = { ...W[2], data: W[2].data.map((_, k) => W[2].data[k % W[2].cols]) }
  write(chains[3], createChain({ W: [W[0], W[1], last], measures }))
  writeFileSync(data, encodeNpy({ shape: [n, 9], data: normalSamples(n, 9, 2).data }))
})

afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

/** Bytes and results of every chain by itself. */
function oneByOne(options: LimitKernelOptions) {
  const out = file('alone.npy')
  return chains.map((chain) => {
    const [task] = limitKernels([chain], options).tasks
    const written = planOutput(task, out)().compute(() => undefined)
    const bytes = readFileSync(out)
    rmSync(out)
    return { written, bytes }
  })
}

/** Computes all that is planned; which tasks went together, and what the files hold. */
function compute(options: LimitKernelOptions, output: OutputOptions = {}) {
  const plans = planOutputs(limitKernels(chains, options), outs, output)
  const written = plans.flatMap(({ which, open }) => {
    const shares = [0]
    const found = open().compute((share) => shares.push(share))
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(shares.at(-1)).toBeCloseTo(1, 12)
    return which.map((t, k) => [t, found[k]] as const)
  })
  const results = outs.map((out, t) => ({
    written: written.find(([at]) => at === t)![1],
    bytes: readFileSync(out),
  }))
  return { together: plans.map(({ which }) => which), results }
}

describe('kernels of several chains', () => {
  it.each([
    ['all classes', flags],
    ['the mean of classes', { ...flags, classes: 'mean' }],
    ['some classes', { ...flags, classes: [2, 0], sigmaB2: 0.1, activation: { name: 'erf' } }],
  ] as const)('%s: small ones come in one pass, each with the bytes that it has alone', (_, options) => {
    const { together, results } = compute(options)
    expect(together).toEqual([[0, 1, 2, 3]])
    expect(results).toEqual(oneByOne(options))
    expect(readdirSync(folder).sort()).toEqual(['alike.npy', 'kept.npy', 'other.npy', 'redrawn.npy'])
  })

  it('follow one another where they are large, small ones first', () => {
    // One matrix of numbers is small, three are not.
    const { together, results } = compute(flags, { small: 2 * 8 * n ** 2, interval: 0 })
    expect(together).toEqual([[3], [0], [1], [2]])
    expect(results).toEqual(oneByOne(flags))
  })

  it('come in as few passes as memory allows', () => {
    const { tasks, together } = limitKernels(chains, flags)
    const kernels = (which: readonly number[]) =>
      which.reduce((sum, t) => sum + 2 * 8 * tasks[t].classes * n ** 2, together!(which).least)
    const memory = Math.max(kernels([0, 1]), kernels([2, 3]))
    const { together: passes, results } = compute(flags, { memory })
    expect(passes).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect(results).toEqual(oneByOne(flags))
  })

  it('go on one by one where they were interrupted', () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const large = {
      small: 0,
      interval: 0,
      onResume: sayResumed,
      memory: Math.max(...limitKernels(chains, flags).tasks.map((t) => t.least)),
    }
    const [first, second] = planOutputs(limitKernels(chains, flags), outs, large)
    first.open().compute(() => undefined)
    const stop = (share: number): void => {
      if (share > 0.5) throw new Error('interrupted')
    }
    expect(() => second.open().compute(stop)).toThrow('interrupted')
    expect(readdirSync(folder).sort()).toEqual(['kept.npy.partial', 'redrawn.npy'])
    const again = planOutputs(limitKernels(chains, flags), outs, large)[1].open()
    expect(again.done).toBeGreaterThan(0.3)
    again.compute(() => undefined)
    expect(said.mock.calls.join()).toMatch(/goes on at \d+ % from .*kept\.npy\.partial/)
    expect(readFileSync(outs[1])).toEqual(oneByOne(flags)[1].bytes)
  })

  it('are all written or, where one is out of the range of numbers, none', () => {
    const { tasks, together } = limitKernels(chains, flags)
    const spoilt = (which: readonly number[]) => {
      const { least, run } = together!(which)
      return {
        least,
        run: (memory, sink, onProgress) =>
          run(
            memory,
            (panels) => {
              panels[2].entries.ntk!.right[1][3] = Infinity
              sink(panels)
            },
            onProgress,
          ),
      } satisfies ReturnType<NonNullable<typeof together>>
    }
    const [plan] = planOutputs({ tasks, together: spoilt }, outs)
    expect(() => plan.open().compute(() => undefined)).toThrow(/other\.npz: expected a kernel within the range of f64/)
    expect(existsSync(folder)).toBe(false)
  })

  it('are refused with the file that does not fit named', () => {
    const wide = file('wide.npz')
    writeFileSync(wide, encodeNpz(chainToTensors(randomChain({ d: 8, bins: [2], classes: 2, seed: 1 }))))
    expect(() => limitKernels([chains[0], wide], flags)).toThrow(/x\.npy: expected 8 inputs.* as .*wide\.npz has/)
    expect(() => limitKernels(chains, { ...flags, classes: [4] })).toThrow(/redrawn\.npz has 3, got 4/)
  })
})

it('kernels of several finite networks are those of each', () => {
  const files = ['a', 'b'].map((name, k) => {
    const network = randomNetwork({
      ...{ sizes: [9, 14, 3], activation: { name: 'relu' }, density: 0.4, parameterization: 'ntk', seed: k },
    })
    const { tensors, metadata } = networkToTensors(network)
    writeFileSync(file(`${name}.safetensors`), encodeSafetensors(tensors, metadata))
    return file(`${name}.safetensors`)
  })
  const bytes = (some: readonly string[]) => {
    const places = kernelFiles(some, some.length > 1 ? folder : file('one.npy'))
    planOutputs(finiteKernels(some, flags), places).forEach(({ open }) => open().compute(() => undefined))
    return places.map((place) => readFileSync(place))
  }
  expect(bytes(files)).toEqual(files.flatMap((path) => bytes([path])))
})

describe('the files of kernels', () => {
  it('have the names of the chains in a folder, there or not, and that of --out for one chain', () => {
    expect(kernelFiles(['deep/a.npz', 'b.npz'], 'out/')).toEqual([join('out', 'a.npy'), join('out', 'b.npy')])
    expect(kernelFiles(['a.npz', 'b.v2.npz'], file('.'))).toEqual([file('a.npy'), file('b.v2.npy')])
    expect(kernelFiles(['a.npz', 'b.npz'], file('k.npy/'))).toHaveLength(2)
    expect(kernelFiles(['a.npz'], 'k.npy')).toEqual(['k.npy'])
  })

  it('must differ', () => {
    const twice = () => kernelFiles(['x/a.npz', 'b.npz', 'y/a.npz'], 'out')
    expect(twice).toThrow(UsageError)
    expect(twice).toThrow(/different names, got x\/a\.npz and y\/a\.npz/)
  })

  it.each([
    ['a name', () => file('k.npy')],
    ['a file', () => data],
    ['a device', () => '/dev/null'],
  ])('are not one file: %s', (_, out) => {
    expect(() => kernelFiles(chains, out())).toThrow(UsageError)
    expect(() => kernelFiles(chains, out())).toThrow(/expected a folder as --out of 4 kernels, got the file/)
  })
})

describe('limn ntk with several chains', () => {
  it('tells of each in the order of the command line', () => {
    mkdirSync(folder)
    const document = limnJson<{ file: string; out: string; shape: number[]; trace: number[] | number }[]>(
      ...['ntk', ...chains, '--data', data, '--out', folder],
    )
    const expected = oneByOne(flags).map(({ written: { shape, trace } }, t) => {
      return { file: chains[t], out: outs[t], shape, trace: shape.length === 2 ? trace[0] : trace }
    })
    expect(document).toEqual(expected)
    const { stdout } = limn('ntk', ...chains, '--data', data, '--classes', 'mean', '--out', `${folder}/`)
    expect(stdout.match(/^kernel \[40, 40\], mean diagonal .* → .*\.npy$/gm)).toHaveLength(4)
  })

  it.each([
    ['one file for all', [...chains, '--out', file('k.npy')], /expected a folder as --out of 4 kernels/],
    ['two of one name', [chains[0], chains[0], '--out', folder], /different names/],
  ])('refuses %s with exit 2 and one line', (_, args, message) => {
    const { code, stdout, stderr } = limn('ntk', '--data', data, ...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(existsSync(folder)).toBe(false)
  })
})
