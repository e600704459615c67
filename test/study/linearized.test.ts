import { describe, expect, it } from 'vitest'
import { matrix } from '../../src/linalg/matrix.js'
import { largestNtkEigenvalue, trainLinearized } from '../../src/network/linearize.js'
import { empiricalNtk } from '../../src/ntk/empirical-ntk.js'
import { linearize, prefersKernel } from '../../src/study/linearized.js'
import { normalSamples, relativeError } from '../ntk/chains.js'
import { randomNetwork } from '../ntk/networks.js'

describe('the lazy regime of a network', () => {
  const network = randomNetwork({ sizes: [8, 60, 50, 3], activation: { name: 'relu' }, density: 0.4, seed: 2 })
  const x = normalSamples(12, 8, 1)
  const targets = matrix(
    12,
    3,
    Float64Array.from({ length: 36 }, (_, k) => (k % 3 === Math.floor(k / 3) % 3 ? 0.7 : -0.3)),
  )

  it.each([
    ['the kernel', 400],
    ['products with the Jacobian', 1],
  ])('is the same by %s', (_, steps) => {
    expect(prefersKernel(network, 12, steps)).toBe(steps > 1)
    const found = linearize(network, x, targets, steps, 0)
    const lambda = largestNtkEigenvalue(network, x, { tolerance: 1e-6, precision: 'f64' })
    expect(Math.abs(found.lambdaMax / lambda - 1)).toBeLessThan(1e-4)
    expect(relativeError(found.empirical.data, empiricalNtk(network, x).data)).toBeLessThan(1e-12)
    const learningRate = (0.5 * 12) / lambda
    const expected = trainLinearized(network, { x, targets }, { learningRate, steps, precision: 'f64' }).loss
    expect(relativeError(found.loss(learningRate), expected)).toBeLessThan(1e-5)
  })

  it('ends with an error when the loss explodes', () => {
    const found = linearize(network, x, targets, 3000, 0)
    expect(() => found.loss((10 * 12) / found.lambdaMax)).toThrow(/not finite/)
  })
})
