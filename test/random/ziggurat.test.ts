import { afterEach, describe, expect, it, vi } from 'vitest'
import { randomStream } from '../../src/random/random.js'
import { layerEdges } from '../../src/random/ziggurat.js'

/** Φ by the series ½ + φ(x) (x + x³/3 + x⁵/(3·5) + …) (Marsaglia 2004). */
function normalCdf(x: number): number {
  let sum = x
  let term = x
  for (let j = 3; Math.abs(term) > 1e-18 * Math.abs(sum); j += 2) {
    term *= (x * x) / j
    sum += term
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI)
}

/** √n times the largest distance between the empirical and the expected distribution function (Kolmogorov). */
function kolmogorov(draws: Float64Array, cdf: (x: number) => number): number {
  const n = draws.length
  let worst = 0
  draws
    .slice()
    .sort()
    .forEach((x, i) => {
      const expected = cdf(x)
      worst = Math.max(worst, expected - i / n, (i + 1) / n - expected)
    })
  return worst * Math.sqrt(n)
}
/** Kolmogorov's law exceeds this with probability 1e-3. */
const kolmogorovLimit = 1.95

const normals = (n: number, ...path: (string | number)[]): Float64Array => {
  const random = randomStream(2, ...path)
  return new Float64Array(n).map(() => random.normal())
}

describe('the ziggurat', () => {
  it('has layers of equal area that close at the top', () => {
    const f = (x: number) => Math.exp(-0.5 * x * x)
    const area = layerEdges[0] * f(layerEdges[1])
    for (let i = 1; i < 256; i++) {
      expect(layerEdges[i] * (f(layerEdges[i + 1]) - f(layerEdges[i]))).toBeCloseTo(area, 14)
    }
    expect(layerEdges[256]).toBe(0)
    // The lowest layer is a rectangle and the tail: both together have the same area.
    const tail = Math.sqrt(2 * Math.PI) * (1 - normalCdf(layerEdges[1]))
    expect(layerEdges[1] * f(layerEdges[1]) + tail).toBeCloseTo(area, 14)
  })

  it.each([0, 1, 2])('follows the normal law (stream %d)', (stream) => {
    expect(kolmogorov(normals(100_000, 'law', stream), normalCdf)).toBeLessThan(kolmogorovLimit)
  })

  it('follows it inside the tail too', () => {
    const far = normals(1_500_000, 'tail').filter((z) => Math.abs(z) > layerEdges[1])
    const beyond = 2 * (1 - normalCdf(layerEdges[1]))
    expect(Math.abs(far.length - 1_500_000 * beyond)).toBeLessThan(5 * Math.sqrt(1_500_000 * beyond))
    const law = (size: number) => 1 - (2 * (1 - normalCdf(size))) / beyond
    expect(kolmogorov(far.map(Math.abs), law)).toBeLessThan(kolmogorovLimit)
    const negative = far.filter((z) => z < 0).length
    expect(Math.abs(negative - far.length / 2)).toBeLessThan(2.5 * Math.sqrt(far.length))
  })

  it('has the moments of the normal law, and neighbours that know nothing of each other', () => {
    const n = 400_000
    const z = normals(n, 'moments')
    const mean = (term: (x: number, next: number) => number) =>
      z.reduce((sum, x, i) => sum + term(x, z[(i + 1) % n]), 0) / n
    // Variance of x^p: E x^2p − (E x^p)², with E x^2p = (2p − 1)!!.
    for (const [power, moment, variance] of [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
      [6, 15, 10_170],
    ] as const) {
      expect(Math.abs(mean((x) => x ** power) - moment)).toBeLessThan(5 * Math.sqrt(variance / n))
    }
    expect(Math.abs(mean((x, next) => x * next))).toBeLessThan(5 / Math.sqrt(n))
    expect(Math.abs(mean((x, next) => (x * x - 1) * (next * next - 1)))).toBeLessThan(5 * (2 / Math.sqrt(n)))
  })

  it('draws exponentials from their law', () => {
    const random = randomStream(2, 'exponential')
    const draws = new Float64Array(100_000).map(() => random.exponential())
    expect(kolmogorov(draws, (x) => -Math.expm1(-x))).toBeLessThan(kolmogorovLimit)
  })
})

describe('draws on another engine', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    vi.resetModules()
  })

  it('are the same, since they use no function whose rounding the engine may choose', async () => {
    const expected = normals(20_000, 'engine')
    for (const name of [
      'log',
      'log2',
      'log1p',
      'exp',
      'expm1',
      'pow',
      'sin',
      'cos',
      'tan',
      'atanh',
      'hypot',
    ] as const) {
      vi.spyOn(Math, name).mockImplementation(() => {
        throw new Error(`Math.${name} was called`)
      })
    }
    vi.resetModules()
    const fresh = (await import('../../src/random/random.js')).randomStream(2, 'engine')
    let largest = 0
    for (const value of expected) {
      const draw = fresh.normal()
      largest = Math.max(largest, Math.abs(draw))
      if (draw !== value) throw new Error(`expected ${value}, got ${draw}`)
    }
    // The tail was visited.
    expect(largest).toBeGreaterThan(layerEdges[1])
    expect(fresh.exponential()).toBeGreaterThan(0)
  })

  it('have these bits', () => {
    const random = randomStream(7, 'bits')
    expect(Array.from({ length: 4 }, () => random.normal())).toEqual([
      -0.13771858139028165, -0.3843442345460699, -1.6425353054401113, -0.6732666549382462,
    ])
    let hash = 0
    const bits = new DataView(new ArrayBuffer(8))
    for (let i = 0; i < 100_000; i++) {
      bits.setFloat64(0, i % 10 === 0 ? random.exponential() : random.normal())
      hash = Math.imul(hash ^ bits.getInt32(0), 0x01000193)
      hash = Math.imul(hash ^ bits.getInt32(4), 0x01000193)
    }
    expect(hash >>> 0).toBe(2764928281)
  })
})
