import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bordered, cutOfSigns, massBound } from '../../../../src/graphon/distances/cut/cut-border.js'
import { enumerateSigns } from '../../../../src/graphon/distances/cut/cut-exact.js'
import { cutNorm } from '../../../../src/graphon/distances/cut/cut-norm.js'
import { distance } from '../../../../src/graphon/distances/distance.js'
import { matrix, transpose, type Matrix } from '../../../../src/linalg/matrix.js'
import { randomStream } from '../../../../src/random/random.js'
import { randomMatrix } from '../../support.js'

/** Every S, and for each the columns with positive, or with negative, sums. */
function bruteForce({ rows, cols, data }: Matrix): number {
  let best = 0
  for (let S = 0; S < 2 ** rows; S++) {
    let positive = 0
    let negative = 0
    for (let j = 0; j < cols; j++) {
      let sum = 0
      for (let i = 0; i < rows; i++) if ((S >> i) & 1) sum += data[i * cols + j]
      if (sum > 0) positive += sum
      else negative -= sum
    }
    best = Math.max(best, positive, negative)
  }
  return best
}

function sumOver({ cols, data }: Matrix, S: readonly number[], T: readonly number[]): number {
  return S.reduce((total, i) => total + T.reduce((sum, j) => sum + data[i * cols + j], 0), 0)
}

const map = (m: Matrix, f: (value: number, k: number) => number): Matrix => matrix(m.rows, m.cols, m.data.map(f))
const zeros = (m: Matrix): Matrix => matrix(m.rows, m.cols)

/** Noise of several kinds: continuous, signs, sparse integers. */
function noise(rows: number, cols: number, seed: number): Matrix {
  const m = randomMatrix(rows, cols, seed)
  if (seed % 3 === 0) return m
  return map(m, (value) => (seed % 3 === 1 ? Math.sign(value) : Math.abs(value) > 1.4 ? Math.sign(value) : 0))
}

/** The difference of two smooth step functions, and noise. */
function structured(n: number, seed: number, level: number): Matrix {
  const random = randomStream(seed, 'structured')
  const [a, b, c] = [random.normal(), random.normal(), random.normal()]
  return matrix(
    n,
    n,
    Float64Array.from({ length: n * n }, (_, k) => {
      const [x, y] = [Math.floor(k / n) / n, (k % n) / n]
      return 0.1 * (a * Math.sin(3 * x + b) + c * Math.cos(4 * y) + a * b * x * y) + level * random.normal()
    }),
  )
}

describe('cutNorm', () => {
  it('equals brute force on 200 rectangles up to 12 × 16, and its sets have that sum', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 16 }),
        fc.boolean(),
        fc.nat(),
        (rows, cols, turned, seed) => {
          if (rows > 8 && seed % 4 > 0) rows -= 4
          const a = noise(rows, cols, seed)
          const e = turned ? transpose(a) : a
          const exact = bruteForce(a)
          const { value, upper, rows: S, cols: T } = cutNorm(e)
          expect(Math.abs(value - exact)).toBeLessThanOrEqual(1e-12 * exact)
          expect(upper).toBe(value)
          expect(Math.abs(Math.abs(sumOver(e, S, T)) - exact)).toBeLessThanOrEqual(1e-12 * exact)
        },
      ),
      { seed: 5, numRuns: 200 },
    )
  })

  it('finds by branch and bound what trying every set finds', () => {
    for (const [rows, cols, seed] of [
      [19, 23, 3],
      [20, 40, 4],
      [22, 22, 5],
    ]) {
      const e = noise(rows, cols, seed)
      const { value, upper, rows: S, cols: T } = cutNorm(e)
      expect(upper).toBe(value)
      expect(Math.abs(sumOver(e, S, T))).toBeCloseTo(value, 11)
      expect(value).toBeCloseTo(cutOfSigns(e, enumerateSigns(bordered(e))).value, 11)
    }
  })

  it('is exact with 24 rows, and encloses honestly when branching is cut short', () => {
    const e = noise(24, 40, 6)
    const exact = cutNorm(e)
    expect(exact.upper).toBe(exact.value)
    const beside = matrix(
      48,
      40,
      Float64Array.from({ length: 48 * 40 }, (_, k) => e.data[Math.floor(k / 80) * 40 + (k % 40)] / 2),
    )
    const { value, upper } = cutNorm(beside)
    expect(value).toBeLessThanOrEqual(exact.value * (1 + 1e-11))
    expect(upper).toBeGreaterThanOrEqual(exact.value * (1 - 1e-11))
  })

  it('agrees with enumeration when a matrix is too large for it only by repeated rows', () => {
    // A row written as k rows of a kth each has the same cut norm (bins split).
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 4 }), (seed, k) => {
        const e = randomMatrix(11, 12, seed)
        const split = matrix(
          11 * k,
          12 * k,
          Float64Array.from({ length: 132 * k * k }, (_, at) => {
            const [i, j] = [Math.floor(at / (12 * k)), at % (12 * k)]
            return e.data[Math.floor(i / k) * 12 + Math.floor(j / k)] / k ** 2
          }),
        )
        const exact = bruteForce(e)
        const { value, upper } = cutNorm(split)
        expect(value).toBeLessThanOrEqual(exact * (1 + 1e-11))
        expect(upper).toBeGreaterThanOrEqual(exact * (1 - 1e-11))
        expect(value).toBeGreaterThan(0.999 * exact)
        expect(upper).toBeLessThan(1.1 * exact)
      }),
      { seed: 3, numRuns: 12 },
    )
  })

  it('encloses 64 × 64 noise and structure within 10 %', () => {
    for (const e of [
      noise(64, 64, 0),
      noise(64, 64, 1),
      noise(64, 64, 2),
      structured(64, 1, 0.02),
      structured(64, 2, 0.1),
    ]) {
      const { value, upper, rows, cols } = cutNorm(e)
      expect(value).toBeLessThanOrEqual(upper)
      expect(upper).toBeLessThan(1.1 * value)
      expect(Math.abs(sumOver(e, rows, cols))).toBeCloseTo(value, 10)
    }
  })

  it('proves the cut of a planted rectangle best, and that of a smooth difference', () => {
    // +1 on 20 × 30, −1/64 elsewhere: no rectangle beats the planted one, whose mass is all the positive mass.
    const planted = matrix(
      64,
      64,
      Float64Array.from({ length: 4096 }, (_, k) => (k % 64 < 30 && k < 20 * 64 ? 1 : -1 / 64)),
    )
    const result = cutNorm(planted)
    expect(result).toMatchObject({ value: 600, upper: 600 })
    expect(result.rows).toHaveLength(20)
    expect(result.cols).toHaveLength(30)
    const smooth = cutNorm(structured(64, 3, 0))
    expect(smooth.upper).toBeLessThan(1.0001 * smooth.value)
  })

  it('is the same for −E, where other sets may serve, and for Eᵀ with the sets exchanged', () => {
    for (const e of [noise(40, 40, 3), noise(30, 50, 4), noise(13, 17, 5)]) {
      const result = cutNorm(e)
      const { value, upper } = result
      expect(cutNorm(map(e, (entry) => -entry))).toMatchObject({ value, upper })
      expect(cutNorm(transpose(e))).toEqual({ ...result, rows: result.cols, cols: result.rows })
    }
  })

  it('narrows the interval when asked to, and leaves branching out when told', () => {
    const e = noise(40, 40, 6)
    const [wide, narrow] = [cutNorm(e, { gap: Infinity }), cutNorm(e, { gap: 0.03 })]
    expect(narrow.upper).toBeLessThanOrEqual(1.03 * narrow.value)
    expect(wide.upper).toBeGreaterThanOrEqual(narrow.value)
    expect(wide.value).toBeLessThanOrEqual(narrow.upper)
    expect(wide.upper).toBeGreaterThan(1.03 * wide.value)
    expect(massBound(e)).toBeGreaterThanOrEqual(narrow.value)
  })
})

describe('cut distance of positions as they are', () => {
  /** Zeros, negative zero, subnormal and huge numbers among ordinary ones. */
  const entry = fc.oneof(
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.constantFrom(0, -0, 5e-324, -5e-324, 1e-310, 1e300, -1e300, 1e-300, 3, -3),
  )
  const entries = fc.array(entry, { minLength: 20, maxLength: 20 }).map((list) => matrix(4, 5, Float64Array.from(list)))

  it('encloses brute force at every scale, and is zero exactly for equal matrices', () => {
    fc.assert(
      fc.property(entries, entries, fc.constantFrom(1, 1e-300, 1e-320), (x, y, scale) => {
        const [a, b] = [map(x, (value) => value * scale), map(y, (value) => value * scale)]
        const { lower, upper, value } = distance(a, b, { norm: 'cut' })
        const exact = bruteForce(map(a, (entry, k) => entry / 20 - b.data[k] / 20))
        expect(lower).toBeLessThanOrEqual(exact * (1 + 1e-12) + 4e-322)
        expect(upper).toBeGreaterThanOrEqual(exact * (1 - 1e-12) - 4e-322)
        expect(value).toBe(lower)
        const equal = a.data.every((entry, k) => entry === b.data[k])
        expect(upper === 0).toBe(equal)
        expect(distance(a, a, { norm: 'cut' })).toMatchObject({ lower: 0, upper: 0, exact: true })
      }),
      { seed: 2, numRuns: 200 },
    )
  })

  it('encloses at every scale where it is not exact, too', () => {
    const e = noise(40, 44, 3)
    const plain = distance(e, zeros(e), { norm: 'cut' })
    for (const exponent of [-900, 700, 1000]) {
      const scaled = distance(
        map(e, (value) => value * 2 ** exponent),
        zeros(e),
        { norm: 'cut' },
      )
      expect(scaled.lower).toBe(plain.lower * 2 ** exponent)
      expect(scaled.upper).toBe(plain.upper * 2 ** exponent)
    }
    const mixed = map(e, (value, k) => (k % 44 < 3 ? value * 1e300 : value * 1e-300))
    const { lower, upper } = distance(mixed, zeros(e), { norm: 'cut' })
    const main = distance(
      map(mixed, (value, k) => (k % 44 < 3 ? value : 0)),
      zeros(e),
      { norm: 'cut' },
    )
    expect(lower).toBeLessThanOrEqual(main.upper * (1 + 1e-12))
    expect(upper).toBeGreaterThanOrEqual(main.lower * (1 - 1e-12))
    expect(upper).toBeLessThan(1.1 * lower)
  })

  it('obeys the triangle inequality on intervals', () => {
    for (const seed of [1, 2]) {
      const [a, b, c] = [0, 1, 2].map((k) => randomMatrix(36, 40, 3 * seed + k, 'uniform'))
      const [ac, ab, bc] = [
        distance(a, c, { norm: 'cut' }),
        distance(a, b, { norm: 'cut' }),
        distance(b, c, { norm: 'cut' }),
      ]
      expect(ac.lower).toBeLessThanOrEqual(ab.upper + bc.upper)
      expect(distance(c, a, { norm: 'cut' })).toEqual(ac)
    }
  })

  it('refuses a distance beyond f64 and a negative gap', () => {
    const a = matrix(1, 1, Float64Array.of(1.7e308))
    const b = map(a, (value) => -value)
    for (const norm of ['cut', 'l1', 'l2'] as const) {
      expect(() => distance(a, b, { norm })).toThrow(/distance: expected a distance below/)
      const big = map(a, (value) => value / 2)
      expect(distance(big, zeros(a), { norm }).value).toBe(8.5e307)
    }
    expect(() => distance(a, a, { norm: 'cut', gap: -1 })).toThrow(/gap of at least 0, got -1/)
    expect(() => distance(a, a, { norm: 'cut', gap: NaN })).toThrow(/got NaN/)
  })
})
