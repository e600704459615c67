import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matrix } from '../../src/linalg/matrix.js'
import { createMask } from '../../src/network/mask.js'
import { kthLargest } from '../../src/prune/quickselect.js'
import { selectLargest } from '../../src/prune/select.js'
import { entries } from './networks.js'

/** Few distinct values, both zeros, subnormals and the far ends of the range, so that ties are frequent. */
const value = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 1.0000000000000002, 5e-324, -5e-324, 1e308, -1e308, 2.5),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const twoMatrices = fc.array(value, { minLength: 2, maxLength: 60 }).chain((values) =>
  fc.record({
    values: fc.constant(values),
    first: fc.integer({ min: 1, max: values.length - 1 }),
    open: fc.array(fc.boolean(), { minLength: values.length, maxLength: values.length }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
)

function row(values: readonly number[]) {
  return matrix(1, values.length, Float64Array.from(values))
}

function maskRow(bits: readonly boolean[]) {
  return createMask(1, bits.length, Uint8Array.from(bits, Number))
}

describe('selectLargest', () => {
  it('equals a stable sort by score, across matrices, within the candidates', () => {
    fc.assert(
      fc.property(twoMatrices, ({ values, first, open, share }) => {
        const candidates = values.map((_, i) => i).filter((i) => open[i])
        const count = Math.round(share * candidates.length)
        // -0 and 0 compare as equal, so the stable sort leaves them in index order.
        const best = candidates.sort((a, b) => Number(values[b] > values[a]) - Number(values[b] < values[a]))
        const expected = values.map(() => 0)
        for (const i of best.slice(0, count)) expected[i] = 1
        const { masks, tie } = selectLargest([row(values.slice(0, first)), row(values.slice(first))], count, [
          maskRow(open.slice(0, first)),
          maskRow(open.slice(first)),
        ])
        expect(masks.flatMap(entries)).toEqual(expected)
        // A cut inside equal scores: the last that is kept equals the first that is not.
        const equal = best.filter((i) => count > 0 && values[i] === values[best[count - 1]])
        const kept = equal.filter((i) => expected[i] === 1).length
        const inside = kept < equal.length
        expect(tie).toEqual(inside ? { score: values[best[count - 1]] + 0, equal: equal.length, kept } : undefined)
      }),
      { seed: 11, numRuns: 500 },
    )
  })

  it('keeps the first of equal scores, matrices in order and row-major', () => {
    const [a, b] = selectLargest([row([1, 2, 1]), row([1, 3, 1])], 4).masks
    expect([entries(a), entries(b)]).toEqual([
      [1, 1, 1],
      [0, 1, 0],
    ])
  })

  it('takes -0 and 0 as equal', () => {
    expect(entries(selectLargest([row([-1, -0, 0, -0])], 2).masks[0])).toEqual([0, 1, 1, 0])
  })

  it('finds its way in a million equal scores and in a million scores of one binade', () => {
    const n = 1_000_000
    const equal = selectLargest([matrix(1000, 1000, new Float64Array(n).fill(0.3))], 123_456)
    expect(equal.tie).toEqual({ score: 0.3, equal: n, kept: 123_456 })
    expect(equal.masks[0].data.lastIndexOf(1)).toBe(123_455)
    const narrow = Float64Array.from({ length: n }, (_, i) => 1 + ((i * 7919) % n) / n / 16)
    const {
      masks: [mask],
      tie,
    } = selectLargest([matrix(1000, 1000, narrow)], 1000)
    expect(tie).toBeUndefined()
    const sorted = narrow.slice().sort()
    expect(mask.kept).toBe(1000)
    expect(mask.data.every((bit, i) => (bit === 1) === narrow[i] >= sorted[n - 1000])).toBe(true)
  })

  it('refuses NaN and infinities and names their place', () => {
    const bad = (at: number) => [row([1, 2]), matrix(2, 2, Float64Array.of(1, 2, at, 4))]
    expect(() => selectLargest(bad(NaN), 1)).toThrow(
      /finite scores, got one that is not a number at layers\.1, row 1, column 0; check/,
    )
    expect(() => selectLargest(bad(Infinity), 1)).toThrow(
      /got one beyond the range of f64 at layers\.1, row 1, column 0; .*scale/,
    )
    expect(() => selectLargest(bad(-Infinity), 1)).toThrow(RangeError)
  })

  it('does not look at scores that are no candidates', () => {
    expect(entries(selectLargest([row([NaN, 1, 2])], 1, [maskRow([false, true, true])]).masks[0])).toEqual([0, 0, 1])
  })

  it('refuses to keep more than there are', () => {
    expect(() => selectLargest([row([1, 2])], 3)).toThrow(RangeError)
  })
})

describe.each(supportedKernelBuilds())('kthLargest on the %s build', (build) => {
  const kernels = loadKernels(build)

  it('splits the values so that exactly k are kept', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 80 }), fc.nat(), (values, pick) => {
        const k = 1 + (pick % values.length)
        const { value: cut, ties } = kthLargest(Float64Array.from(values), k, kernels)
        const above = values.filter((v) => v > cut).length
        const equal = values.filter((v) => v === cut).length
        expect(above + ties).toBe(k)
        expect(ties).toBeGreaterThan(0)
        expect(ties).toBeLessThanOrEqual(equal)
      }),
      { seed: 12, numRuns: 300 },
    )
  })

  it.each([0, 4, 1.5, NaN])('refuses k = %s of three values', (k) => {
    expect(() => kthLargest(Float64Array.of(1, 2, 3), k, kernels)).toThrow(RangeError)
  })
})
