import { describe, expect, it } from 'vitest'
import type { GraphonChain } from '../../src/graphon/chain/chain.js'
import { matrix } from '../../src/linalg/matrix.js'
import { parseActivation } from '../../src/network/activation.js'
import { graphonNtk, graphonNtkPanels, limitKernels, type GraphonNtkPanelOptions } from '../../src/ntk/graphon-ntk.js'
import { classKernel } from '../../src/ntk/kernel.js'
import { panelRows, placePanel, type KernelPanel, type LimitKernelName } from '../../src/ntk/kernel-panel.js'
import { normalSamples, randomChain, relativeError } from './chains.js'

/** The kernels that panels make up, NaN where no panel has written; every place is written once. */
function assemble(
  name: LimitKernelName,
  chain: GraphonChain,
  x: ReturnType<typeof normalSamples>,
  options: GraphonNtkPanelOptions,
): { kernels: Float64Array[]; panels: number } {
  let kernels: Float64Array[] = []
  let panels = 0
  let next = 0
  graphonNtkPanels(chain, x, options, (panel: KernelPanel) => {
    const { n, classes, first, last, entries } = panel
    expect(first).toBe(next)
    next = last
    panels++
    if (first === 0) kernels = Array.from({ length: classes }, () => new Float64Array(n * n).fill(NaN))
    kernels.forEach((kernel, c) =>
      placePanel(panel, entries[name]!, c, (at, values) => {
        for (let k = 0; k < values.length; k++) expect(kernel[at + k]).toBeNaN()
        kernel.set(values, at)
      }),
    )
  })
  expect(next).toBe(x.rows)
  return { kernels, panels }
}

describe('kernels in panels', () => {
  const n = 45
  const x = normalSamples(n, 6, 1)
  const chain = randomChain({ d: 6, bins: [5, 4, 7], classes: 3, seed: 2, energies: true })
  const whole = graphonNtk(chain, x)
  const row = 16 * 3 * (2 * n - 1)

  it.each([row, 4 * row, 13 * row, 1e9])('are the whole to the last bit with %d bytes', (memory) => {
    for (const name of ['ntk', 'nngp'] as const) {
      const { kernels, panels } = assemble(name, chain, x, { memory })
      kernels.forEach((kernel, c) => expect(kernel).toEqual(classKernel(whole[name], c)))
      if (memory === 1e9) expect(panels).toBe(1)
      else expect(panels).toBeGreaterThan(2)
    }
  })

  it('hold only what is asked for', () => {
    const names: string[][] = []
    graphonNtkPanels(chain, x, { kernelNames: ['nngp'], memory: row }, ({ entries }) => {
      names.push(Object.keys(entries))
    })
    expect(names.every((name) => name.join() === 'nngp')).toBe(true)
    expect(limitKernels(chain, x, {}, ['nngp'])).toEqual({ nngp: whole.nngp })
    const { kernels } = assemble('ntk', chain, x, { classes: [2, 0, 2], kernelNames: ['ntk'], memory: row })
    ;[2, 0, 2].forEach((c, k) => expect(relativeError(kernels[k], classKernel(whole.ntk, c))).toBeLessThan(1e-14))
  })

  it('give the mean over classes, which counts equal classes each', () => {
    const last = chain.W[3]
    const doubled = matrix(3, last.cols, last.data.slice())
    doubled.data.copyWithin(0, last.cols, 2 * last.cols)
    const twins = { ...chain, W: [...chain.W.slice(0, 3), doubled] }
    for (const network of [chain, { W: twins.W, measures: chain.measures }]) {
      const { ntk } = graphonNtk(network, x)
      const [mean] = assemble('ntk', network, x, { classes: 'mean', memory: row }).kernels
      const expected = mean.map((_, k) => (ntk.data[k] + ntk.data[n * n + k] + ntk.data[2 * n * n + k]) / 3)
      expect(relativeError(mean, expected)).toBeLessThan(1e-14)
    }
  })

  it('stop where the sink throws, pass its error on, and leave the kernels usable', () => {
    let taken = 0
    const stop = (): never => {
      taken++
      throw new Error('enough')
    }
    expect(() => graphonNtkPanels(chain, x, { memory: row }, stop)).toThrow('enough')
    expect(taken).toBe(1)
    expect(graphonNtk(chain, x).ntk.data).toEqual(whole.ntk.data)
  })

  it('report progress that ends at one, between panels too', () => {
    const shares: number[] = []
    const onProgress = (share: number): void => void shares.push(share)
    graphonNtkPanels(chain, x, { memory: 4 * row, onProgress, activation: parseActivation('erf') }, () => undefined)
    expect(shares.at(-1)).toBe(1)
    expect(shares.length).toBeGreaterThan(4)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
  })

  it('are refused by name', () => {
    const run = (options: GraphonNtkPanelOptions): void => graphonNtkPanels(chain, x, options, () => undefined)
    expect(() => run({ memory: row - 1 })).toThrow(`expected memory of at least ${row} bytes`)
    expect(() => run({ memory: NaN })).toThrow(RangeError)
    expect(() => run({ classes: [3] })).toThrow(/classes in 0 … 2, got \[3\]/)
    expect(() => run({ classes: [] })).toThrow(RangeError)
    expect(() => run({ kernelNames: [] })).toThrow(/kernelNames of ntk, nngp/)
  })
})

describe('rows of a panel', () => {
  it('are as many as fit, counting the mirror image once', () => {
    for (const entries of [33, 100, 257, 289, 290, 1000]) {
      const h = panelRows(20, 3, entries)
      const cost = (rows: number): number => rows * 17 + rows * (17 - rows)
      expect(cost(h)).toBeLessThanOrEqual(entries)
      if (h < 8) expect(cost(h + 1)).toBeGreaterThan(entries)
      else if (h < 17) expect(cost(16)).toBeGreaterThan(entries)
    }
    expect(panelRows(20, 3, 289)).toBe(17)
    expect(panelRows(1, 0, 1)).toBe(1)
  })
})
