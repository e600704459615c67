import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import { parseActivation } from '../../src/network/activation.js'
import { forward } from '../../src/network/forward.js'
import { denseMask } from '../../src/network/mask.js'
import type { Network } from '../../src/network/network.js'
import { classMean } from '../../src/ntk/agreement.js'
import { empiricalNtk, empiricalNtkPanels, leastEmpiricalMemory } from '../../src/ntk/empirical-ntk.js'
import { placePanel } from '../../src/ntk/kernel-panel.js'
import { classKernel } from '../../src/ntk/kernel.js'
import { unitLists } from '../../src/ntk/unit-lists.js'
import { normalSamples, relativeError } from './chains.js'
import { randomNetwork } from './networks.js'

/** Θ from the Jacobian by central differences in every surviving weight and bias. */
function differenceNtk(network: Network, x: Matrix): Float64Array {
  const h = 1e-5
  const n = x.rows
  const classes = network.spec.sizes.at(-1)!
  const theta = new Float64Array(classes * n * n)
  const add = (parameters: Float64Array, at: number): void => {
    const kept = parameters[at]
    const output = (value: number): Float64Array => {
      parameters[at] = value
      return forward(network, x).pre.at(-1)!.data
    }
    const [up, down] = [output(kept + h), output(kept - h)]
    parameters[at] = kept
    const slope = up.map((value, k) => (value - down[k]) / (2 * h))
    for (let c = 0; c < classes; c++)
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) theta[(c * n + i) * n + j] += slope[i * classes + c] * slope[j * classes + c]
  }
  for (const { weight, mask, bias } of network.layers) {
    mask.data.forEach((kept, k) => {
      if (kept === 1) add(weight, k)
    })
    bias?.forEach((_, k) => add(bias, k))
  }
  return theta
}

describe.each(supportedKernelBuilds())('the empirical NTK on the %s build', (build) => {
  const kernels = loadKernels(build)

  it.each([
    ['erf', 0.3, 'ntk', false],
    ['erf', 0.8, 'ntk', true],
    ['erf', 1, 'standard', true],
    ['relu', 0.5, 'ntk', false],
    ['leaky-relu:0.2', 0.4, 'standard', true],
    ['identity', 0.05, 'ntk', true],
  ] as const)(
    'is J Jᵀ of the Jacobian by differences: %s, density %s, %s, biases %s',
    (name, density, parameterization, bias) => {
      const network = randomNetwork({
        sizes: [5, 9, 7, 3],
        activation: parseActivation(name),
        density,
        seed: 1,
        parameterization,
        bias,
      })
      for (const n of [1, 5, 14]) {
        const x = normalSamples(n, 5, n)
        const { data } = empiricalNtk(network, x, { kernels })
        expect(relativeError(data, differenceNtk(network, x))).toBeLessThan(1e-7)
      }
    },
  )

  it('is the weighted Gram of the inputs for one linear matrix', () => {
    const network = randomNetwork({ sizes: [6, 2], activation: { name: 'relu' }, density: 0.5, seed: 3 })
    const x = normalSamples(8, 6, 4)
    const { data } = empiricalNtk(network, x, { kernels })
    const expected = new Float64Array(2 * 64)
    for (let c = 0; c < 2; c++)
      for (let i = 0; i < 8; i++)
        for (let j = 0; j < 8; j++)
          for (let p = 0; p < 6; p++)
            expected[(c * 8 + i) * 8 + j] +=
              (network.layers[0].mask.data[c * 6 + p] * x.data[i * 6 + p] * x.data[j * 6 + p]) / 6
    expect(relativeError(data, expected)).toBeLessThan(1e-14)
  })

  it('does not depend on weights that are pruned, and is symmetric to the last bit', () => {
    const network = randomNetwork({ sizes: [12, 90, 80, 4], activation: { name: 'relu' }, density: 0.3, seed: 5 })
    const x = normalSamples(23, 12, 6)
    const cleared: Network = {
      ...network,
      layers: network.layers.map((layer) => ({ ...layer, weight: layer.weight.map((w, k) => w * layer.mask.data[k]) })),
    }
    const { data } = empiricalNtk(network, x, { kernels })
    expect(data).toEqual(empiricalNtk(cleared, x, { kernels }).data)
    for (let i = 0; i < 23; i++) for (let j = 0; j < 23; j++) expect(data[i * 23 + j]).toBe(data[j * 23 + i])
  })
})

describe('blocks of the empirical NTK', () => {
  const x = normalSamples(53, 7, 9)
  const networks = [0.2, 0.7].map((density) =>
    randomNetwork({ sizes: [7, 300, 31, 4], activation: parseActivation('relu'), density, seed: 2, bias: true }),
  )
  const sizes = networks.map((network) =>
    [0, 2000, 1e5, 1e6].map((more) => leastEmpiricalMemory(network, 53, undefined, 1) + more),
  )

  it('give the same bits for any memory that suffices', () => {
    networks.forEach((network, k) => {
      const kernels = loadKernels()
      const { data } = empiricalNtk(network, x, { kernels })
      for (const memory of sizes[k]) expect(empiricalNtk(network, x, { kernels, memory }).data).toEqual(data)
    })
  })

  it('give single classes, and their mean, as the whole kernel has them', () => {
    networks.forEach((network, k) => {
      const kernels = loadKernels()
      const whole = empiricalNtk(network, x, { kernels })
      for (const memory of [sizes[k][0], 2 ** 30]) {
        const two = empiricalNtk(network, x, { kernels, memory, classes: [3, 1] })
        expect(two).toEqual({
          classes: 2,
          n: 53,
          data: Float64Array.of(...classKernel(whole, 3), ...classKernel(whole, 1)),
        })
        expect(empiricalNtk(network, x, { kernels, memory, classes: 'mean' })).toEqual(classMean(whole))
      }
    })
  })

  it('cover every pair once, in panels of rows', () => {
    const kernel = new Float64Array(4 * 53 * 53)
    const rows: number[] = []
    empiricalNtkPanels(networks[0], x, { memory: sizes[0][0] }, (panel) => {
      rows.push(panel.first)
      for (let c = 0; c < 4; c++) {
        placePanel(panel, panel.entries.ntk!, c, (at, values) => {
          values.forEach((value, k) => (kernel[c * 53 * 53 + at + k] += value))
        })
      }
    })
    expect(rows).toEqual([0, 12, 24, 36, 48])
    expect(kernel).toEqual(empiricalNtk(networks[0], x).data)
  })

  it('are refused when the smallest does not fit, with the size needed', () => {
    const least = sizes[0][0]
    expect(() => empiricalNtk(networks[0], x, { memory: least - 1, kernels: loadKernels() })).toThrow(
      new RegExp(`at least ${least} bytes .* 53 samples, got ${least - 1}; use fewer samples or classes`),
    )
    expect(() => empiricalNtk(networks[0], x, { classes: [4] })).toThrow(/classes in 0 … 3, got \[4\]/)
    expect(() => empiricalNtk(networks[0], x, { memory: NaN })).toThrow(RangeError)
  })
})

describe('lists of surviving inputs', () => {
  it('need no list for a dense matrix and are never longer than half a row and one', () => {
    const dense = unitLists(denseMask(4, 6))
    expect([dense.units.length, dense.inputs.length, dense.full.length]).toEqual([0, 0, 4])
    const { mask } = randomNetwork({ sizes: [11, 50], activation: { name: 'relu' }, density: 0.6, seed: 7 }).layers[0]
    const { starts, inputs } = unitLists(mask)
    for (let u = 0; u + 1 < starts.length; u++) {
      expect(starts[u + 1] - starts[u]).toBeLessThanOrEqual(6)
      expect((starts[u + 1] - starts[u]) % 2).toBe(0)
    }
    expect(inputs.every((j) => j >= 0 && j <= 11)).toBe(true)
  })
})

describe('arguments', () => {
  const network = randomNetwork({ sizes: [3, 4, 2], activation: { name: 'relu' }, density: 1, seed: 8 })
  it('are refused by name', () => {
    expect(() => empiricalNtk(network, normalSamples(2, 4, 1))).toThrow(/expected samples \[N ≥ 1, 3\], got \[2, 4\]/)
    expect(() => empiricalNtk(network, matrix(0, 3))).toThrow(RangeError)
    expect(() => empiricalNtk(network, matrix(1, 3, Float64Array.of(0, Infinity, 1)))).toThrow(/finite/)
  })

  it('report progress that ends at one', () => {
    const shares: number[] = []
    empiricalNtk(network, normalSamples(9, 3, 1), { onProgress: (share) => shares.push(share) })
    expect(shares.at(-1)).toBe(1)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
  })
})
