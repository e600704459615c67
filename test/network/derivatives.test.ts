import { describe, expect, it } from 'vitest'
import { biasScale, weightScale, type Network } from '../../src/network/network.js'
import { denseMask } from '../../src/network/mask.js'
import { lossNames, meanLoss } from '../../src/network/loss.js'
import { effectiveWeight, forward, outputs } from '../../src/network/forward.js'
import { lossAndGradient, type Batch } from '../../src/network/gradient.js'
import { gradientAndHessianGradient, hessianVectorProduct } from '../../src/network/hessian.js'
import { activations, dot, normalMatrix, oneHotTargets, relativeError, sampleNetwork } from './fixtures.js'

const sizes = [5, 12, 11, 3]
const batch: Batch = { x: normalMatrix(11, 5, 3), targets: oneHotTargets(11, 3) }

/** The dense network whose effective weights are those of M ∘ w_eff + t v: every entry may move, pruned ones too. */
function moved(network: Network, directions: readonly Float64Array[], t: number): Network {
  const layers = network.layers.map((layer, l) => {
    const scale = weightScale(network.spec, l)
    const weight = effectiveWeight(network, l, true).data.map((value, k) => (value + t * directions[l][k]) / scale)
    return { ...layer, weight, mask: denseMask(layer.mask.rows, layer.mask.cols) }
  })
  return { ...network, layers }
}

function direction(network: Network, seed: number): Float64Array[] {
  return network.layers.map(({ mask }, l) => normalMatrix(mask.rows, mask.cols, seed + l).data)
}

const cases = activations.flatMap((activation) =>
  lossNames.flatMap((loss) =>
    [false, true].flatMap((bias) =>
      [1, 0.8].flatMap((density) =>
        (['ntk', 'standard'] as const).map((parameterization) => ({
          activation,
          loss,
          bias,
          density,
          parameterization,
          name: `${activation.name}, ${loss}, ${bias ? 'biases' : 'no bias'}, density ${density}, ${parameterization}`,
        })),
      ),
    ),
  ),
)

describe.each(cases)('derivatives ($name)', ({ loss, ...options }) => {
  const network = sampleNetwork(sizes, { ...options, seed: 5 })
  const lossOptions = { loss, temperature: 1.7 }
  const value = (net: Network) => meanLoss(outputs(net, batch.x), batch.targets, lossOptions)

  it('is taken away from kinks', () => {
    forward(network, batch.x).pre.forEach(({ data }) => expect(data.every((z) => Math.abs(z) > 1e-5)).toBe(true))
  })

  it('the gradient along any direction is the slope of the loss, pruned entries included', () => {
    const { weights, loss: at0 } = lossAndGradient(network, batch, lossOptions)
    expect(at0).toBeCloseTo(value(network), 12)
    const v = direction(network, 20)
    const h = 1e-6
    const slope = (value(moved(network, v, h)) - value(moved(network, v, -h))) / (2 * h)
    expect(dot(weights, v)).toBeCloseTo(slope, 7)
  })

  it('the Hessian-vector product is the slope of the gradient, and symmetric', () => {
    const v = direction(network, 20)
    const u = direction(network, 40)
    const h = 1e-5
    const gradient = (t: number) => lossAndGradient(moved(network, v, t), batch, lossOptions).weights
    const plus = gradient(h)
    const minus = gradient(-h)
    const slope = plus.map((values, l) => values.map((value, k) => (value - minus[l][k]) / (2 * h)))
    const product = hessianVectorProduct(network, batch, v, lossOptions)
    expect(relativeError(product, slope)).toBeLessThan(1e-7)
    const other = hessianVectorProduct(network, batch, u, lossOptions)
    expect(dot(u, product) / dot(v, other)).toBeCloseTo(1, 10)
  })

  it('does not depend on how the samples are divided', () => {
    const whole = lossAndGradient(network, batch, lossOptions)
    const parts = lossAndGradient(network, batch, { ...lossOptions, batchSize: 4 })
    expect(parts.loss).toBeCloseTo(whole.loss, 13)
    expect(relativeError(parts.weights, whole.weights)).toBeLessThan(1e-13)
    const v = direction(network, 20)
    const product = hessianVectorProduct(network, batch, v, { ...lossOptions, batchSize: 3 })
    expect(relativeError(product, hessianVectorProduct(network, batch, v, lossOptions))).toBeLessThan(1e-12)
  })
})

describe('biases', () => {
  it('have the slope of the loss as their gradient', () => {
    const network = sampleNetwork(sizes, { activation: { name: 'erf' }, bias: true, density: 0.6 })
    const { biases } = lossAndGradient(network, batch, { loss: 'cross-entropy' })
    const h = 1e-6
    network.layers.forEach((layer, l) => {
      const shifted = (t: number) => {
        const bias = layer.bias!.map((b, i) => b + (i === 1 ? t / biasScale(network.spec) : 0))
        const layers = network.layers.with(l, { ...layer, bias })
        return meanLoss(outputs({ ...network, layers }, batch.x), batch.targets, { loss: 'cross-entropy' })
      }
      expect(biases[l][1]).toBeCloseTo((shifted(h) - shifted(-h)) / (2 * h), 7)
    })
  })
})

describe('positively homogeneous networks', () => {
  it.each(['relu', 'leaky-relu', 'identity'] as const)(
    'keep Euler’s identity per layer (%s): ⟨w, g⟩ = ⟨f, ∂ℓ/∂f⟩',
    (name) => {
      const network = sampleNetwork(sizes, { activation: { name }, density: 0.5 })
      const { weights } = lossAndGradient(network, batch, { loss: 'mse' })
      const f = outputs(network, batch.x)
      const expected = f.data.reduce((sum, value, k) => sum + (value * (value - batch.targets.data[k])) / f.rows, 0)
      weights.forEach((gradient, l) => {
        const product = dot([gradient], [effectiveWeight(network, l, true).data])
        expect(product).toBeCloseTo(expected, 12)
      })
    },
  )
})

describe('gradientAndHessianGradient', () => {
  it('applies the Hessian to the surviving part of the gradient', () => {
    const network = sampleNetwork(sizes, { density: 0.5 })
    const options = { loss: 'cross-entropy', temperature: 200 } as const
    const steps: [number, number][] = []
    const result = gradientAndHessianGradient(network, batch, {
      ...options,
      batchSize: 6,
      onProgress: (done, total) => steps.push([done, total]),
    })
    const survivors = result.gradient.map((g, l) => g.map((value, k) => value * network.layers[l].mask.data[k]))
    expect(
      relativeError(result.hessianGradient, hessianVectorProduct(network, batch, survivors, options)),
    ).toBeLessThan(1e-12)
    expect(steps).toEqual([
      [6, 22],
      [11, 22],
      [17, 22],
      [22, 22],
    ])
  })
})

describe('bad arguments', () => {
  const network = sampleNetwork(sizes)
  it('name what was expected', () => {
    expect(() => lossAndGradient(network, { ...batch, x: normalMatrix(11, 4, 1) }, { loss: 'mse' })).toThrow(
      /dimension 5/,
    )
    expect(() => lossAndGradient(network, { ...batch, targets: normalMatrix(11, 4, 1) }, { loss: 'mse' })).toThrow(
      /targets 11 × 3/,
    )
    expect(() => lossAndGradient(network, batch, { loss: 'mse', temperature: NaN })).toThrow(/temperature/)
    expect(() => lossAndGradient(network, batch, { loss: 'mse', batchSize: 0 })).toThrow(/batchSize/)
    expect(() => hessianVectorProduct(network, batch, [new Float64Array(3)], { loss: 'mse' })).toThrow(
      /3 arrays, got 1/,
    )
  })
})
