import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { permutation, randomStream } from '../../src/random/random.js'

describe('randomStream', () => {
  it('gives the same numbers for the same seed and path, and others for any other', () => {
    const draw = (seed: number, ...path: (string | number)[]) => {
      const stream = randomStream(seed, ...path)
      return Array.from({ length: 8 }, () => stream.uint32())
    }
    expect(draw(3, 'init', 1)).toEqual(draw(3, 'init', 1))
    const all = [
      draw(3, 'init', 1),
      draw(4, 'init', 1),
      draw(3, 'init', 2),
      draw(3, 'init1'),
      draw(3, 'init', '1'),
      draw(2 ** 40 + 3, 'init', 1),
    ]
    expect(new Set(all.map(String)).size).toBe(all.length)
  })

  it('draws uniforms, normals and integers with the moments of their laws', () => {
    const random = randomStream(11, 'moments')
    const n = 200_000
    let mean = 0
    let square = 0
    let fourth = 0
    let uniform = 0
    const counts = new Array<number>(7).fill(0)
    for (let i = 0; i < n; i++) {
      const z = random.normal()
      mean += z / n
      square += z ** 2 / n
      fourth += z ** 4 / n
      uniform += random.uniform() / n
      counts[random.below(7)]++
    }
    // Five standard errors of each mean.
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(n))
    expect(Math.abs(square - 1)).toBeLessThan(5 * Math.sqrt(2 / n))
    expect(Math.abs(fourth - 3)).toBeLessThan(5 * Math.sqrt(96 / n))
    expect(Math.abs(uniform - 0.5)).toBeLessThan(5 / Math.sqrt(12 * n))
    for (const count of counts) expect(Math.abs(count - n / 7)).toBeLessThan(5 * Math.sqrt(n / 7))
  })

  it('refuses a seed that is not an integer', () => {
    expect(() => randomStream(0.5)).toThrow(/expected an integer seed, got 0.5/)
    expect(() => randomStream(NaN)).toThrow(RangeError)
  })
})

describe('permutation', () => {
  it('holds every index once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer(), (n, seed) => {
        const order = permutation(n, randomStream(seed))
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
      }),
      { seed: 1 },
    )
  })
})
