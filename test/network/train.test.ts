import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { DivergenceError } from '../../src/network/divergence.js'
import { lossAndGradient } from '../../src/network/gradient.js'
import { outputs } from '../../src/network/forward.js'
import { trainLinearized } from '../../src/network/linearize.js'
import { accuracy } from '../../src/network/loss.js'
import { biasScale, weightScale, type Network } from '../../src/network/network.js'
import type { OptimizerOptions } from '../../src/network/optimizer.js'
import { train, type TrainOptions } from '../../src/network/train.js'
import { activations, normalMatrix, oneHotTargets, relativeError, sampleNetwork } from './fixtures.js'

/** An optimizer of one parameter array in f64, written from the formulas. */
function optimizerOf(options: OptimizerOptions, length: number) {
  const first = new Float64Array(length)
  const second = new Float64Array(length)
  return (values: Float64Array, gradient: Float64Array, step: number): Float64Array =>
    values.map((value, k) => {
      const g = gradient[k]
      if (options.name === 'sgd') {
        first[k] = (options.momentum ?? 0) * first[k] + g
        return value - options.learningRate * first[k]
      }
      const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options
      first[k] = beta1 * first[k] + (1 - beta1) * g
      second[k] = beta2 * second[k] + (1 - beta2) * g * g
      const mean = first[k] / (1 - beta1 ** step)
      return value - (options.learningRate * mean) / (Math.sqrt(second[k] / (1 - beta2 ** step)) + epsilon)
    })
}

const batch = { x: normalMatrix(17, 5, 3), targets: oneHotTargets(17, 3) }

/** Full-batch training in f64 through `lossAndGradient`, independent of the sparse kernels. */
function reference(start: Network, { loss, optimizer, steps }: TrainOptions, data = batch) {
  const weightOptimizers = start.layers.map(({ weight }) => optimizerOf(optimizer, weight.length))
  const biasOptimizers = start.layers.map(({ mask }) => optimizerOf(optimizer, mask.rows))
  const recorded: number[] = []
  let network = start
  for (let step = 1; ; step++) {
    const { loss: value, weights, biases } = lossAndGradient(network, data, { loss })
    recorded.push(value)
    if (step > steps) return { loss: recorded, network }
    const layers = network.layers.map((layer, l) => {
      const scale = weightScale(network.spec, l)
      const masked = weights[l].map((g, k) => g * scale * layer.mask.data[k])
      const weight = weightOptimizers[l](layer.weight, masked, step)
      if (!layer.bias) return { ...layer, weight }
      const biasGradient = biases[l].map((g) => g * biasScale(network.spec))
      return { ...layer, weight, bias: biasOptimizers[l](layer.bias, biasGradient, step) }
    })
    network = { ...network, layers }
  }
}

const parametersOf = ({ layers }: Network) => layers.flatMap(({ weight, bias }) => (bias ? [weight, bias] : [weight]))

const displacement = (network: Network, start: Network) =>
  parametersOf(network).map((values, i) => values.map((value, k) => value - parametersOf(start)[i][k]))

const optimizers: OptimizerOptions[] = [
  { name: 'sgd', learningRate: 0.3 },
  { name: 'sgd', learningRate: 0.1, momentum: 0.9 },
  { name: 'adam', learningRate: 0.02 },
  { name: 'adam', learningRate: 0.02, beta1: 0.5, beta2: 0.9, epsilon: 1e-3 },
]

describe.each(supportedKernelBuilds())('train on the %s build', (build) => {
  const kernels = loadKernels(build)

  it.each(optimizers)('follows the same path as a dense f64 computation: %j', (optimizer) => {
    for (const activation of activations) {
      for (const [density, bias] of [
        [0.25, true],
        [0.8, false],
        [1, true],
      ] as const) {
        const network = sampleNetwork([5, 12, 11, 3], { activation, density, bias, dead: true, seed: 3 })
        for (const loss of ['mse', 'cross-entropy'] as const) {
          const options = { loss, optimizer, steps: 6 }
          const expected = reference(network, options)
          const got = train(network, batch, { ...options, kernels })
          got.loss.forEach((value, t) => expect(Math.abs(value / expected.loss[t] - 1)).toBeLessThan(2e-5))
          const moved = displacement(got.network, network)
          expect(relativeError(moved, displacement(expected.network, network))).toBeLessThan(1e-4)
        }
      }
    }
  })

  it.each([
    { sizes: [1, 1], n: 1 },
    { sizes: [5, 1, 5, 1], n: 3 },
    { sizes: [3, 40, 2], n: 33 },
    { sizes: [250, 7, 210, 4], n: 64 },
  ])('takes any shape: sizes $sizes, $n samples', ({ sizes, n }) => {
    const data = { x: normalMatrix(n, sizes[0], 1), targets: normalMatrix(n, sizes.at(-1)!, 2) }
    for (const parameterization of ['ntk', 'standard'] as const) {
      for (const density of [1, 0.3]) {
        const network = sampleNetwork(sizes, { density, bias: true, parameterization, seed: 11 })
        const options = { loss: 'mse', optimizer: { name: 'sgd', learningRate: 0.01 }, steps: 3 } as const
        const expected = reference(network, options, data)
        const got = train(network, data, { ...options, kernels })
        got.loss.forEach((value, t) => expect(value / expected.loss[t]).toBeCloseTo(1, 5))
      }
    }
  })
})

describe('constants of the optimizers', () => {
  // A weight times a constant input, towards a target so far away that the gradient stays the same: steps are known.
  const x = { rows: 1, cols: 1, data: Float64Array.of(1) }
  const target = -(2 ** 20)
  const pulled = (optimizer: OptimizerOptions, steps: number): number => {
    const start = sampleNetwork([1, 1])
    const network = { ...start, layers: [{ ...start.layers[0], weight: Float64Array.of(0) }] }
    const targets = { rows: 1, cols: 1, data: Float64Array.of(target) }
    return -train(network, { x, targets }, { loss: 'mse', optimizer, steps }).network.layers[0].weight[0]
  }

  it('takes a first step of Adam of the learning rate, whatever the gradient', () => {
    for (const beta2 of [0.9, 0.99, 0.999, 0.9999, 0.999999]) {
      for (const beta1 of [0.5, 0.9, 0.99]) {
        expect(pulled({ name: 'adam', learningRate: 1, beta1, beta2 }, 1)).toBe(1)
      }
    }
  })

  it('takes steps of Adam of the learning rate as long as the gradient stays, however many', () => {
    expect(pulled({ name: 'adam', learningRate: 2 ** -10 }, 4096) / 4).toBeCloseTo(1, 6)
  })

  it('reaches the length of a step of momentum μ, η g / (1 − μ)', () => {
    const momentum = 0.999
    const optimizer = { name: 'sgd', learningRate: 2 ** -40, momentum } as const
    const sums = (steps: number) => (steps - (momentum * (1 - momentum ** steps)) / (1 - momentum)) / (1 - momentum)
    expect(pulled(optimizer, 6000) / (sums(6000) * 2 ** -20)).toBeCloseTo(1, 5)
  })
})

describe('train', () => {
  const sgd = { name: 'sgd', learningRate: 0.1 } as const

  it('leaves masks and pruned weights as they are, and survivors exact in float32', () => {
    const network = sampleNetwork([5, 12, 3], { density: 0.4 })
    const trained = train(network, batch, { loss: 'mse', optimizer: sgd, steps: 5 }).network
    trained.layers.forEach(({ mask, weight }, l) => {
      expect(mask).toBe(network.layers[l].mask)
      weight.forEach((value, k) => {
        expect(Math.fround(value)).toBe(value)
        if (mask.data[k] === 0) expect(value).toBe(network.layers[l].weight[k])
      })
    })
    expect(trained).not.toEqual(network)
  })

  it('starts at the loss of output 0 when centered, and takes the same first step up to the targets’ shift', () => {
    const network = sampleNetwork([5, 12, 3])
    const f0 = outputs(network, batch.x)
    const shifted = { ...batch.targets, data: batch.targets.data.map((y, k) => y + f0.data[k]) }
    const options = { loss: 'mse', optimizer: sgd, steps: 8 } as const
    const centered = train(network, batch, { ...options, centered: true })
    const plain = train(network, { ...batch, targets: shifted }, options)
    expect(centered.loss[0]).toBeCloseTo(0.5, 12)
    centered.loss.forEach((value, t) => expect(value).toBeCloseTo(plain.loss[t], 5))
  })

  it('records accuracy beside every loss, and test accuracy at the end', () => {
    const network = sampleNetwork([5, 30, 3], { seed: 4 })
    const labels = Int32Array.from({ length: 17 }, (_, i) => (i * 7) % 3)
    const test = { x: normalMatrix(50, 5, 9), labels: Int32Array.from({ length: 50 }, (_, i) => i % 3) }
    const result = train(network, { ...batch, labels }, { loss: 'cross-entropy', optimizer: sgd, steps: 300, test })
    expect(result.accuracy).toHaveLength(301)
    expect(result.accuracy![0]).toBeCloseTo(accuracy(outputs(network, batch.x), labels), 12)
    expect(result.accuracy!.at(-1)).toBeCloseTo(accuracy(outputs(result.network, batch.x), labels), 12)
    expect(result.testAccuracy).toBeCloseTo(accuracy(outputs(result.network, test.x), test.labels), 12)
  })

  it('sums a batch that is larger than a part exactly as one gradient', () => {
    const n = 2050
    const data = { x: normalMatrix(n, 5, 1), targets: oneHotTargets(n, 3) }
    const network = sampleNetwork([5, 6, 3], { density: 0.5, bias: true, seed: 2 })
    const options = { loss: 'cross-entropy', optimizer: sgd, steps: 3 } as const
    const expected = reference(network, options, data)
    train(network, data, options).loss.forEach((value, t) => expect(value / expected.loss[t]).toBeCloseTo(1, 5))
  })

  it('visits every sample once per epoch in mini-batches, in an order set by the seed', () => {
    // With targets i in a linear network of zero input, the batch loss tells which samples were drawn.
    const n = 10
    const x = { rows: n, cols: 1, data: new Float64Array(n) }
    const targets = { rows: n, cols: 1, data: Float64Array.from({ length: n }, (_, i) => Math.sqrt(2) * 2 ** (i / 2)) }
    const network = sampleNetwork([1, 1])
    const run = (seed: number) =>
      train(network, { x, targets }, { loss: 'mse', optimizer: sgd, steps: 7, batchSize: 4, seed }).loss
    const drawn = [...run(5)].map((mean, t) => Math.round(mean * (t % 3 === 2 ? 2 : 4)))
    expect(drawn[0] + drawn[1] + drawn[2]).toBe(1023)
    expect(drawn[3] + drawn[4] + drawn[5]).toBe(1023)
    expect(drawn[0]).not.toBe(drawn[3])
    expect(run(5)).toEqual(run(5))
    expect(run(6)).not.toEqual(run(5))
  })

  it('reports each step, and none after zero steps but the first', () => {
    const network = sampleNetwork([5, 6, 3])
    const seen: number[] = []
    const options = { loss: 'mse', optimizer: sgd, onStep: (step: number) => seen.push(step) } as const
    train(network, batch, { ...options, steps: 3 })
    expect(seen).toEqual([0, 1, 2, 3])
    expect(train(network, batch, { ...options, steps: 0 }).network).toEqual(network)
  })

  it('names the step and the remedy when the loss runs away', () => {
    const network = sampleNetwork([5, 12, 3])
    const run = () => train(network, batch, { loss: 'mse', optimizer: { ...sgd, learningRate: 1e6 }, steps: 50 })
    expect(run).toThrow(/not finite at step \d+; it was .* learning rate smaller than 1000000/)
  })

  describe('names the cause of a loss that is no number', () => {
    const network = sampleNetwork([5, 12, 3])
    const run = (given: typeof batch, on = network) =>
      train(on, given, { loss: 'mse', optimizer: { name: 'sgd', learningRate: 1e-6 }, steps: 50 })
    const times = ({ rows, cols, data }: typeof batch.x, factor: number) => ({
      rows,
      cols,
      data: data.map((value) => value * factor),
    })

    it('targets, whose squares overflow before the first step: no divergence', () => {
      const huge = () => run({ ...batch, targets: times(batch.targets, 1e200) })
      expect(huge).toThrow(RangeError)
      expect(huge).toThrow(/before the first step: targets of up to 1\.00e\+200 are too large; scale them down/)
      const linear = () =>
        trainLinearized(network, { ...batch, targets: times(batch.targets, 1e200) }, { learningRate: 1e-6, steps: 5 })
      expect(linear).toThrow(/before the first step: targets of up to 1\.00e\+200/)
    })

    it('targets that leave the gradient no room, whatever the learning rate', () => {
      const large = () => run({ ...batch, targets: times(batch.targets, 1e150) })
      expect(large).toThrow(DivergenceError)
      expect(large).toThrow(/at step 1; it was .*; targets of up to 1\.00e\+150 are too large; scale them down/)
    })

    it('samples or weights, when the outputs are no numbers', () => {
      expect(() => run({ ...batch, x: times(batch.x, 1e45) })).toThrow(
        /before the first step: the network’s outputs leave the range of f32 .*; scale the samples or the weights down/,
      )
    })
  })

  it('refuses numbers out of range', () => {
    const network = sampleNetwork([5, 12, 3])
    const options = { loss: 'mse', optimizer: sgd, steps: 1 } as const
    expect(() => train(network, batch, { ...options, steps: -1 })).toThrow(/steps/)
    expect(() => train(network, batch, { ...options, batchSize: NaN })).toThrow(/batchSize/)
    expect(() => train(network, batch, { ...options, optimizer: { ...sgd, learningRate: NaN } })).toThrow(
      /learningRate/,
    )
    expect(() => train(network, batch, { ...options, optimizer: { ...sgd, momentum: 1 } })).toThrow(/momentum/)
    expect(() => train(network, { ...batch, labels: new Int32Array(2) }, options)).toThrow(/17 labels/)
    expect(() => train(network, { ...batch, x: normalMatrix(17, 4, 1) }, options)).toThrow(/dimension 5/)
  })
})
