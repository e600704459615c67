import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matrix } from '../../src/linalg/matrix.js'
import { parseActivation } from '../../src/network/activation.js'
import { forward } from '../../src/network/forward.js'
import { empiricalNtk } from '../../src/ntk/empirical-ntk.js'
import { classBlocks, fullEmpiricalNtk } from '../../src/ntk/full-empirical-ntk.js'
import { normalSamples, relativeError } from './chains.js'
import { randomNetwork } from './networks.js'

describe.each(supportedKernelBuilds())('the whole empirical NTK on the %s build', (build) => {
  const kernels = loadKernels(build)
  const cases = [
    ['erf', 0.3, false],
    ['relu', 0.8, true],
    ['relu', 1, true],
    ['identity', 0.05, true],
  ] as const

  it.each(cases)('holds the blocks of one class: %s, density %s, biases %s', (name, density, bias) => {
    const network = randomNetwork({
      sizes: [6, 11, 9, 3],
      activation: parseActivation(name),
      density,
      bias,
      seed: 3,
      parameterization: 'ntk',
    })
    const x = normalSamples(17, 6, 5)
    const blocks = classBlocks(fullEmpiricalNtk(network, x, { kernels }), 3)
    expect(relativeError(blocks.data, empiricalNtk(network, x, { kernels }).data)).toBeLessThan(1e-13)
  })

  it('is J Jᵀ of the Jacobian by differences', () => {
    const network = randomNetwork({
      sizes: [4, 7, 5, 3],
      activation: parseActivation('erf'),
      density: 0.5,
      bias: true,
      seed: 8,
      parameterization: 'standard',
    })
    const n = 7
    const x = normalSamples(n, 4, 6)
    const size = 3 * n
    const expected = matrix(size, size)
    const add = (parameters: Float64Array, at: number): void => {
      const kept = parameters[at]
      const output = (value: number): Float64Array => {
        parameters[at] = value
        return forward(network, x).pre.at(-1)!.data
      }
      const [up, down] = [output(kept + 1e-5), output(kept - 1e-5)]
      parameters[at] = kept
      const slope = (k: number): number => {
        const [c, i] = [Math.floor(k / n), k % n]
        return (up[i * 3 + c] - down[i * 3 + c]) / 2e-5
      }
      for (let a = 0; a < size; a++) for (let b = 0; b < size; b++) expected.data[a * size + b] += slope(a) * slope(b)
    }
    for (const { weight, mask, bias } of network.layers) {
      mask.data.forEach((kept, k) => {
        if (kept === 1) add(weight, k)
      })
      bias?.forEach((_, k) => add(bias, k))
    }
    const found = fullEmpiricalNtk(network, x, { kernels })
    expect(relativeError(found.data, expected.data)).toBeLessThan(1e-8)
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < a; b++) expect(found.data[a * size + b]).toBe(found.data[b * size + a])
    }
  })
})
