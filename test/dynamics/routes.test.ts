import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseRoute, predict, type Extremes, type PredictOptions } from '../../src/dynamics/predict.js'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matmul } from '../../src/linalg/matmul.js'
import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.js'
import { kernelSource } from '../../src/ntk/kernel-file.js'
import { kernelMatrix, type Kernel } from '../../src/ntk/kernel.js'
import { randomStream } from '../../src/random/random.js'

function random(rows: number, cols: number, seed: number): Matrix {
  const stream = randomStream(seed, 'entries')
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => stream.normal()),
  )
}

/** X Xᵀ − shift for each class, features shrinking so that the spectrum decays. */
function kernelOf(classes: number, n: number, seed: number, shift = 0): Kernel {
  const data = new Float64Array(classes * n * n)
  for (let c = 0; c < classes; c++) {
    const x = random(n, n, seed + c)
    x.data.forEach((value, k) => (x.data[k] = value / ((k % n) + 1)))
    const product = matmul(x, x, { transposeB: true }).data
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        const value = product[i * n + j] - (i === j ? shift : 0)
        data[(c * n + i) * n + j] = data[(c * n + j) * n + i] = value
      }
    }
  }
  return { classes, n, data }
}

/** Losses within `tolerance` of the first one, and the same accuracies but for near ties. */
function expectSame(kernel: Kernel, y: Matrix, options: PredictOptions, tolerance: number): void {
  const whole = predict(kernel, y, { ...options, route: 'modes' })
  const got = predict(kernelSource(kernel), y, options)
  expect(got.stable).toBe(whole.stable)
  expect(got.loss.length).toBe(whole.loss.length)
  got.loss.forEach((value, t) => expect(Math.abs(value - whole.loss[t])).toBeLessThan(tolerance * whole.loss[0]))
  expect(got.accuracy?.length).toBe(whole.accuracy?.length)
  got.accuracy?.forEach((value, t) => expect(Math.abs(value - whole.accuracy![t])).toBeLessThanOrEqual(1 / kernel.n))
}

describe.each(supportedKernelBuilds())('routes to the same curve on the %s build', (build) => {
  const kernels = loadKernels(build)
  const cases = fc.record({
    seed: fc.integer({ min: 0, max: 1e6 }),
    n: fc.integer({ min: 1, max: 90 }),
    outputs: fc.constantFrom(1, 2, 5),
    own: fc.boolean(),
    learningRate: fc.double({ min: 0.01, max: 1, noNaN: true }),
  })

  it('products follow the modes of descent to 1e-12', () => {
    fc.assert(
      fc.property(cases, ({ seed, n, outputs, own, learningRate }) => {
        const kernel = kernelOf(own ? outputs : 1, n, seed)
        expectSame(kernel, random(n, outputs, seed), { learningRate, steps: 30, route: 'products', kernels }, 1e-12)
      }),
      { seed: 1, numRuns: 15 },
    )
  })

  it('the exponential follows the modes of flow to 1e-8', () => {
    fc.assert(
      fc.property(cases, ({ seed, n, outputs, own, learningRate }) => {
        const kernel = kernelOf(own ? outputs : 1, n, seed)
        const options = { learningRate: 10 * learningRate, steps: 30, mode: 'flow', route: 'krylov', kernels } as const
        expectSame(kernel, random(n, outputs, seed), options, 1e-8)
      }),
      { seed: 2, numRuns: 15 },
    )
  })

  it('the ends of the spectrum are known before the first step, by every route', () => {
    for (const shift of [0, 0.5]) {
      const kernel = kernelOf(2, 120, 7, shift)
      const y = random(120, 2, 7)
      for (const route of ['modes', 'products', 'krylov'] as const) {
        const found: Extremes[] = []
        const mode = route === 'krylov' ? 'flow' : 'descent'
        predict(kernel, y, {
          learningRate: 0.1,
          steps: 2,
          mode,
          route,
          kernels,
          onExtremes: (ends) => found.push(ends),
        })
        found.forEach(({ largest, smallest }, c) => {
          const { values } = symmetricEigen(kernelMatrix(kernel, c), { kernels, vectors: false })
          expect(largest / values[0]).toBeCloseTo(1, 12)
          expect(smallest).toBeGreaterThanOrEqual(values[119] - 1e-12 * largest)
          expect(smallest - values[119]).toBeLessThan(1e-3 * largest)
          expect(smallest < -1e-10 * largest).toBe(shift > 0)
        })
        expect(found).toHaveLength(2)
      }
    }
  })
})

describe('the choice of a route', () => {
  it('decomposes what is small, and what is asked for more steps than a decomposition takes', () => {
    expect(chooseRoute(1024, 'descent', 1, 10)).toBe('modes')
    expect(chooseRoute(8192, 'descent', 200, 10)).toBe('products')
    expect(chooseRoute(8192, 'descent', 2000, 10)).toBe('modes')
    expect(chooseRoute(8192, 'descent', 2000, 1)).toBe('products')
    expect(chooseRoute(8192, 'flow', 1e6, 10)).toBe('krylov')
  })

  it('refuses a route that leads elsewhere, and stops where it is told to', () => {
    const kernel = kernelOf(1, 4, 1)
    const y = random(4, 1, 1)
    expect(() => predict(kernel, y, { learningRate: 1, steps: 1, route: 'krylov' })).toThrow(/route for descent/)
    expect(() => predict(kernel, y, { learningRate: 1, steps: 1, mode: 'flow', route: 'products' })).toThrow(/for flow/)
    const onExtremes = (): never => {
      throw new Error('enough')
    }
    for (const route of ['modes', 'products'] as const) {
      expect(() => predict(kernel, y, { learningRate: 1, steps: 1, route, onExtremes })).toThrow('enough')
    }
    expect(() => predict(kernel, y, { learningRate: 1e9, steps: 100, route: 'products' })).toThrow(
      /beyond the range of f64 at step \d+; use a learning rate below/,
    )
    // Neither the kernel nor the learning rate is at fault here.
    const huge = { ...y, data: y.data.map((value) => 1e200 * value) }
    for (const route of ['modes', 'products'] as const) {
      expect(() => predict(kernel, huge, { learningRate: 1, steps: 3, route })).toThrow(/targets .* scale them down/)
    }
  })
})
