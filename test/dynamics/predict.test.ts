import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accuracyFromModes } from '../../src/dynamics/accuracy.js'
import { learned, remaining } from '../../src/dynamics/factors.js'
import { lossFromModes, modes, predict } from '../../src/dynamics/predict.js'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matrix, matrixOf, type Matrix } from '../../src/linalg/matrix.js'
import type { Kernel } from '../../src/ntk/kernel.js'
import { randomStream } from '../../src/random/random.js'

/** Positive semidefinite kernels X_c X_cᵀ / d, one per class. */
function randomKernel(classes: number, n: number, d: number, seed: number): Kernel {
  const stream = randomStream(seed, 'kernel')
  const data = new Float64Array(classes * n * n)
  for (let c = 0; c < classes; c++) {
    const x = Array.from({ length: n }, () => Array.from({ length: d }, () => stream.normal()))
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        const value = x[i].reduce((sum, entry, k) => sum + entry * x[j][k], 0) / d
        data[(c * n + i) * n + j] = data[(c * n + j) * n + i] = value
      }
    }
  }
  return { classes, n, data }
}

function randomTargets(n: number, outputs: number, seed: number): Matrix {
  const stream = randomStream(seed, 'targets')
  return matrix(
    n,
    outputs,
    Float64Array.from({ length: n * outputs }, () => stream.normal()),
  )
}

/** f ← f − η/N Θ (f − y), `inner` times per recorded step, with no eigenvalue in sight. */
function iterate(kernel: Kernel, y: Matrix, learningRate: number, steps: number, inner = 1) {
  const { n, classes } = kernel
  const outputs = y.cols
  const f = new Float64Array(n * outputs)
  const loss: number[] = []
  const accuracy: number[] = []
  const argmax = (data: Float64Array, i: number): number => {
    const row = data.subarray(i * outputs, (i + 1) * outputs)
    return row.indexOf(Math.max(...row))
  }
  for (let t = 0; t <= steps; t++) {
    let [square, hits] = [0, 0]
    for (let at = 0; at < f.length; at++) square += (f[at] - y.data[at]) ** 2
    for (let i = 0; i < n; i++) if (argmax(f, i) === argmax(y.data, i)) hits++
    loss.push(square / (2 * n))
    accuracy.push(hits / n)
    for (let repeat = 0; repeat < inner; repeat++) {
      const residual = f.map((value, at) => value - y.data[at])
      for (let c = 0; c < outputs; c++) {
        for (let i = 0; i < n; i++) {
          const row = ((classes === 1 ? 0 : c) * n + i) * n
          let sum = 0
          for (let j = 0; j < n; j++) sum += kernel.data[row + j] * residual[j * outputs + c]
          f[i * outputs + c] -= (learningRate / inner / n) * sum
        }
      }
    }
  }
  return { loss, accuracy }
}

const expectClose = (got: ArrayLike<number>, expected: readonly number[], tolerance: number): void => {
  expect(got.length).toBe(expected.length)
  for (let t = 0; t < expected.length; t++) expect(Math.abs(got[t] - expected[t])).toBeLessThan(tolerance * expected[0])
}

describe('gradient descent', () => {
  it('is the iteration f ← f − η/N Θ(f − y), per class or with one kernel for all outputs', () => {
    const cases = fc.record({ seed: fc.integer(), outputs: fc.constantFrom(1, 2, 3), own: fc.boolean() })
    fc.assert(
      fc.property(cases, fc.double({ min: 0.1, max: 3, noNaN: true }), ({ seed, outputs, own }, learningRate) => {
        const kernel = randomKernel(own ? outputs : 1, 12, 7, seed)
        const y = randomTargets(12, outputs, seed)
        const expected = iterate(kernel, y, learningRate, 70)
        const got = predict(kernel, y, { learningRate, steps: 70 })
        expectClose(got.loss, expected.loss, 1e-10)
        if (outputs > 1) expect([...got.accuracy!]).toEqual(expected.accuracy)
        else expect(got.accuracy).toBeUndefined()
      }),
      { seed: 5, numRuns: 25 },
    )
  })

  it('follows zero and negative eigenvalues exactly', () => {
    const kernel = { classes: 1, n: 3, data: Float64Array.of(4, 0, 0, 0, 0, 0, 0, 0, -2) }
    const y = matrixOf([[1], [2], [3]])
    const { loss } = predict(kernel, y, { learningRate: 0.3, steps: 5 })
    for (let t = 0; t <= 5; t++) {
      expect(loss[t]).toBeCloseTo((0.6 ** (2 * t) + 4 + 9 * 1.2 ** (2 * t)) / 6, 12)
    }
  })

  it('reports divergence above ηλ₁/N = 2 and not below', () => {
    const kernel = { classes: 1, n: 1, data: Float64Array.of(1) }
    const y = matrixOf([[1]])
    expect(predict(kernel, y, { learningRate: 1.99, steps: 3 }).stable).toBe(true)
    const diverging = predict(kernel, y, { learningRate: 3, steps: 3 })
    expect(diverging.stable).toBe(false)
    expect([...diverging.loss]).toEqual([0.5, 2, 8, 32].map((value) => expect.closeTo(value, 12) as number))
    expect(predict(kernel, y, { learningRate: 3, steps: 3, mode: 'flow' }).stable).toBe(true)
    expect(() => predict(kernel, y, { learningRate: 10, steps: 1000 })).toThrow(/step 162; use a learning rate below/)
  })

  it('reaches the targets in one step when ηλ/N = 1', () => {
    const kernel = { classes: 1, n: 2, data: Float64Array.of(2, 0, 0, 2) }
    const { loss, accuracy } = predict(
      kernel,
      matrixOf([
        [0, 1],
        [1, 0],
      ]),
      { learningRate: 1, steps: 2 },
    )
    expect([...loss]).toEqual([0.5, 0, 0])
    expect([...accuracy!]).toEqual([0.5, 1, 1])
  })
})

describe('gradient flow', () => {
  it('is the limit of many small steps', () => {
    const kernel = randomKernel(2, 10, 5, 1)
    const y = randomTargets(10, 2, 1)
    const exact = predict(kernel, y, { learningRate: 0.5, steps: 20, mode: 'flow' }).loss
    const errors = [20, 40, 80].map((inner) => {
      const { loss } = iterate(kernel, y, 0.5, 20, inner)
      return Math.max(...loss.map((value, t) => Math.abs(value - exact[t]))) / exact[0]
    })
    // Euler's method is of first order: half the step, half the error.
    expect(errors[0]).toBeLessThan(5e-3)
    expect(errors[0] / errors[1]).toBeCloseTo(2, 1)
    expect(errors[1] / errors[2]).toBeCloseTo(2, 1)
  })
})

describe.each(['descent', 'flow'] as const)('%s', (mode) => {
  const kernel = randomKernel(3, 14, 9, 6)
  const y = randomTargets(14, 3, 6)

  it('depends on the product of learning rate and kernel only', () => {
    const { loss, accuracy } = predict(kernel, y, { learningRate: 0.4, steps: 30, mode })
    const weaker = { ...kernel, data: kernel.data.map((value) => value / 8) }
    const scaled = predict(weaker, y, { learningRate: 3.2, steps: 30, mode })
    expectClose(scaled.loss, [...loss], 1e-13)
    expect(scaled.accuracy).toEqual(accuracy)
  })

  it('is quadratic in the targets', () => {
    const { loss } = predict(kernel, y, { learningRate: 0.4, steps: 30, mode })
    const tripled = predict(
      kernel,
      matrix(
        14,
        3,
        y.data.map((value) => 3 * value),
      ),
      { learningRate: 0.4, steps: 30, mode },
    )
    expectClose(
      tripled.loss,
      [...loss].map((value) => 9 * value),
      1e-13,
    )
  })

  it('starts at half the mean square of the targets', () => {
    const { loss } = predict(kernel, y, { learningRate: 0.4, steps: 0, mode })
    expect(loss.length).toBe(1)
    expect(loss[0]).toBeCloseTo(y.data.reduce((sum, value) => sum + value * value, 0) / 28, 12)
  })

  it('is the same from modes that are decomposed once', () => {
    const decomposed = modes(kernel, y)
    for (const learningRate of [0.1, 1]) {
      const options = { learningRate, steps: 9, mode }
      const whole = predict(kernel, y, options)
      expect(lossFromModes(decomposed, options).loss).toEqual(whole.loss)
      expect(accuracyFromModes(decomposed, options)).toEqual(whole.accuracy)
    }
  })

  it('keeps the digits of slow modes: 1 − factor is x t to first order', () => {
    for (const x of [1e-18, -1e-18, 1e-30]) expect(learned(mode, x, 7) / (7 * x)).toBeCloseTo(1, 14)
    expect(learned(mode, 0, 100)).toBe(0)
    expect(remaining(mode, 0, 100)).toBe(1)
    for (const x of [0.3, 1, 1.7, 2.5]) {
      for (const t of [0, 1, 2, 5]) {
        expect(remaining(mode, x, t)).toBeCloseTo(mode === 'flow' ? Math.exp(-x * t) : (1 - x) ** t, 13)
        expect(learned(mode, x, t) + remaining(mode, x, t)).toBeCloseTo(1, 13)
      }
    }
  })
})

describe('accuracy', () => {
  it('measures against labels when they are given, ties taken for the lowest class', () => {
    const kernel = { classes: 1, n: 2, data: Float64Array.of(1, 0, 0, 1) }
    const y = matrixOf([
      [0, 1],
      [0.5, 0.5],
    ])
    const options = { learningRate: 1, steps: 1 }
    expect([...predict(kernel, y, options).accuracy!]).toEqual([0.5, 1])
    expect([...predict(kernel, y, { ...options, labels: [0, 1] }).accuracy!]).toEqual([0.5, 0])
    expect(() => predict(kernel, y, { ...options, labels: [0, 2] })).toThrow(/got 2 at row 1/)
    expect(() => predict(kernel, y, { ...options, labels: [0] })).toThrow(/2 labels/)
    expect(() => predict(kernel, matrixOf([[1], [1]]), { ...options, labels: [0, 0] })).toThrow(/two or more outputs/)
  })
})

describe('predict', () => {
  it('refuses options and shapes that do not fit', () => {
    const kernel = randomKernel(2, 4, 3, 1)
    const y = randomTargets(4, 2, 1)
    for (const learningRate of [0, -1, NaN, Infinity]) {
      expect(() => predict(kernel, y, { learningRate, steps: 1 })).toThrow(/positive learning rate/)
    }
    for (const steps of [-1, 1.5, NaN]) {
      expect(() => predict(kernel, y, { learningRate: 1, steps })).toThrow(/whole number of steps/)
    }
    const options = { learningRate: 1, steps: 1 }
    expect(() => predict(kernel, randomTargets(3, 2, 1), options)).toThrow(/got \[3, 2\]/)
    expect(() => predict(kernel, randomTargets(4, 3, 1), options)).toThrow(/1 or 3 classes/)
    y.data[5] = NaN
    expect(() => predict(kernel, y, options)).toThrow(/NaN at \[2, 1\]/)
  })

  it('gives the same curve on every kernel build', () => {
    const kernel = randomKernel(1, 40, 20, 2)
    const y = randomTargets(40, 2, 2)
    const [first, ...others] = supportedKernelBuilds().map(
      (build) => lossFromModes(modes(kernel, y, { kernels: loadKernels(build) }), { learningRate: 1, steps: 20 }).loss,
    )
    for (const other of others) expectClose(other, [...first], 1e-13)
  })
})
