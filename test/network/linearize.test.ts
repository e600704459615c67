import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matmul } from '../../src/linalg/matmul.js'
import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.js'
import { outputs } from '../../src/network/forward.js'
import { largestEigenvalue } from '../../src/network/lanczos.js'
import { largestNtkEigenvalue, trainLinearized } from '../../src/network/linearize.js'
import { createMask } from '../../src/network/mask.js'
import type { Network } from '../../src/network/network.js'
import { train } from '../../src/network/train.js'
import { activations, normalMatrix, oneHotTargets, sampleNetwork } from './fixtures.js'

const batch = { x: normalMatrix(9, 5, 3), targets: oneHotTargets(9, 3) }

/** J `[NC, parameters]` by central differences of the outputs in every surviving stored weight and every bias. */
function differenceJacobian(network: Network, x: Matrix): Matrix {
  const columns: Float64Array[] = []
  const h = 1e-6
  network.layers.forEach((layer, l) => {
    const column = (change: (t: number) => Partial<typeof layer>) => {
      const f = (t: number) =>
        outputs({ ...network, layers: network.layers.with(l, { ...layer, ...change(t) }) }, x).data
      const plus = f(h)
      const minus = f(-h)
      columns.push(plus.map((value, i) => (value - minus[i]) / (2 * h)))
    }
    layer.weight.forEach((_, k) => {
      if (layer.mask.data[k] === 0) return
      column((t) => ({ weight: layer.weight.map((w, i) => (i === k ? w + t : w)) }))
    })
    layer.bias?.forEach((_, k) => column((t) => ({ bias: layer.bias!.map((b, i) => (i === k ? b + t : b)) })))
  })
  const jacobian = matrix(columns[0].length, columns.length)
  columns.forEach((values, p) => values.forEach((value, i) => (jacobian.data[i * columns.length + p] = value)))
  return jacobian
}

/** Gradient descent on ½/N ‖f − y‖² in function space: r ← (1 − η Θ / N) r. */
function kernelDynamics(theta: Matrix, targets: Matrix, eta: number, steps: number): number[] {
  const n = targets.rows
  let r = matrix(
    theta.rows,
    1,
    targets.data.map((y) => -y),
  )
  return Array.from({ length: steps + 1 }, () => {
    const loss = r.data.reduce((sum, value) => sum + value * value, 0) / (2 * n)
    const change = matmul(theta, r)
    r = matrix(
      theta.rows,
      1,
      r.data.map((value, i) => value - (eta / n) * change.data[i]),
    )
    return loss
  })
}

const cases = activations.flatMap((activation) =>
  [1, 0.35].flatMap((density) =>
    (['ntk', 'standard'] as const).map((parameterization) => ({
      activation,
      density,
      parameterization,
      bias: density < 1,
      seed: 6,
      name: `${activation.name}, density ${density}, ${parameterization}`,
    })),
  ),
)

describe.each(supportedKernelBuilds())('linearisation on the %s build', (build) => {
  const kernels = loadKernels(build)

  it.each(cases)('has the dynamics and the largest eigenvalue of an explicit Jacobian ($name)', (options) => {
    const network = sampleNetwork([5, 8, 7, 3], options)
    const jacobian = differenceJacobian(network, batch.x)
    const theta = matmul(jacobian, jacobian, { transposeB: true })
    const [lambda] = symmetricEigen(theta).values
    const eta = 9 / lambda
    const expected = kernelDynamics(theta, batch.targets, eta, 12)
    for (const [precision, digits] of [
      ['f32', 5],
      ['f64', 8],
    ] as const) {
      const { loss } = trainLinearized(network, batch, { learningRate: eta, steps: 12, precision, kernels })
      loss.forEach((value, t) => expect(value / expected[t]).toBeCloseTo(1, digits))
      const found = largestNtkEigenvalue(network, batch.x, { precision, tolerance: 1e-4, kernels })
      expect(found / lambda).toBeCloseTo(1, digits)
    }
  })
})

describe('trainLinearized', () => {
  it('is what centered training tends to as the step size goes to zero at fixed time', () => {
    // The parameters move by O(T) in time T and the outputs bend by O(T²): the gap, relative to the drop, is O(T).
    const network = sampleNetwork([5, 20, 20, 3], { activation: { name: 'erf' }, density: 0.6 })
    const gap = (learningRate: number) => {
      const real = train(network, batch, {
        loss: 'mse',
        optimizer: { name: 'sgd', learningRate },
        steps: 10,
        centered: true,
      }).loss
      const linear = trainLinearized(network, batch, { learningRate, steps: 10 }).loss
      return Math.abs(real[10] - linear[10]) / (linear[0] - linear[10])
    }
    const [coarse, fine] = [gap(0.08), gap(0.02)]
    expect(fine).toBeLessThan(coarse / 2)
    expect(fine).toBeLessThan(0.02)
  })

  it('does not learn through dead units, and does not move when no path survives', () => {
    const network = sampleNetwork([5, 6, 3])
    const cut = { ...network.layers[1], mask: createMask(3, 6, new Uint8Array(18)) }
    const dead = { ...network, layers: [network.layers[0], cut] }
    const { loss } = trainLinearized(dead, batch, { learningRate: 0.1, steps: 3 })
    // The readout of a cut network has no survivors, so nothing can change the outputs.
    expect(loss).toEqual(new Float64Array(4).fill(loss[0]))
    expect(largestNtkEigenvalue(dead, batch.x)).toBe(0)
  })

  it('refuses numbers out of range and names a diverging step', () => {
    const network = sampleNetwork([5, 6, 3])
    expect(() => trainLinearized(network, batch, { learningRate: NaN, steps: 3 })).toThrow(/learningRate/)
    expect(() => trainLinearized(network, batch, { learningRate: 1, steps: 0.5 })).toThrow(/steps/)
    expect(() => trainLinearized(network, batch, { learningRate: 1e9, steps: 99 })).toThrow(/not finite at step \d/)
    expect(() => largestNtkEigenvalue(network, normalMatrix(3, 4, 1))).toThrow(/dimension 5/)
    expect(() => largestNtkEigenvalue(network, batch.x, { tolerance: 0 })).toThrow(/tolerance/)
  })
})

describe('largestEigenvalue', () => {
  it('finds the top of a cluster of nearly equal eigenvalues, the same for the same seed', () => {
    const n = 200
    const values = Float64Array.from({ length: n }, (_, i) => (i < 10 ? 1 - i * 1e-3 : 0.5 / i))
    const apply = (v: Float64Array) => v.map((value, i) => value * values[i])
    const found = largestEigenvalue(apply, n, { seed: 1, tolerance: 1e-6 })
    expect(found).toBeCloseTo(1, 9)
    expect(largestEigenvalue(apply, n, { seed: 1, tolerance: 1e-6 })).toBe(found)
  })

  it('admits when the tolerance was not reached', () => {
    const apply = (v: Float64Array) => v.map((value, i) => value * (1 - i * 1e-6))
    expect(() => largestEigenvalue(apply, 500, { seed: 1, tolerance: 1e-12, maxIterations: 8 })).toThrow(/not reached/)
  })
})
