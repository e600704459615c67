import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classBalanced } from '../../src/data/class-balanced.js'
import { oneHot } from '../../src/data/one-hot.js'
import { momentsOf, standardize } from '../../src/data/standardize.js'
import { subset, takeRows } from '../../src/data/subset.js'
import { matrix, matrixOf } from '../../src/linalg/matrix.js'

const seed = 16

/** Labels in which every class below `classes` may or may not occur. */
const anyLabels = fc.integer({ min: 1, max: 6 }).chain((classes) =>
  fc.record({
    classes: fc.constant(classes),
    labels: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: 1, maxLength: 60 }),
  }),
)

describe('oneHot', () => {
  it('has rows that sum to 1, or to 0 when centered, and differ by 1/C', () => {
    fc.assert(
      fc.property(anyLabels, ({ labels, classes }) => {
        const plain = oneHot(labels, classes)
        const centered = oneHot(labels, classes, { centered: true })
        expect([plain.rows, plain.cols]).toEqual([labels.length, classes])
        labels.forEach((label, i) => {
          for (let c = 0; c < classes; c++) {
            expect(plain.data[i * classes + c]).toBe(c === label ? 1 : 0)
            expect(centered.data[i * classes + c]).toBeCloseTo((c === label ? 1 : 0) - 1 / classes, 15)
          }
        })
      }),
      { seed },
    )
  })

  it.each([[-1], [3], [0.5], [NaN]])('refuses label %d of 3 classes', (label) => {
    expect(() => oneHot([0, label], 3)).toThrow(/oneHot: expected labels from 0 to 2, got .* at row 1/)
  })

  it.each([[0], [NaN], [1.5]])('refuses %d classes', (classes) => {
    expect(() => oneHot([], classes)).toThrow(RangeError)
  })
})

describe('standardize', () => {
  it('gives mean 0 and mean square 1 over all entries together, and undoes any affine map', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 2, maxLength: 40 }).filter((v) => new Set(v).size > 1),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        (values, scale, shift) => {
          const x = matrix(1, values.length, Float64Array.from(values))
          const z = standardize(x).data
          expect(z.reduce((sum, value) => sum + value, 0) / z.length).toBeCloseTo(0, 12)
          expect(z.reduce((sum, value) => sum + value ** 2, 0) / z.length).toBeCloseTo(1, 12)
          const moved = standardize({ ...x, data: x.data.map((value) => scale * value + shift) }).data
          moved.forEach((value, i) => expect(value).toBeCloseTo(z[i], 8))
        },
      ),
      { seed },
    )
  })

  it('counts bytes to the same moments as it sums numbers', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 2, maxLength: 300 }).filter((v) => new Set(v).size > 1),
        (bytes) => {
          const counted = momentsOf(bytes)
          const summed = momentsOf(Float64Array.from(bytes))
          expect(counted.mean).toBeCloseTo(summed.mean, 11)
          expect(counted.deviation).toBeCloseTo(summed.deviation, 11)
        },
      ),
      { seed },
    )
  })

  it('divides by N: the moments of 0 and 2 are 1 and 1', () => {
    expect(momentsOf(Float64Array.of(0, 2))).toEqual({ mean: 1, deviation: 1 })
    expect(standardize(matrixOf([[5]]), { mean: 1, deviation: 2 })).toEqual(matrixOf([[2]]))
  })

  it.each([
    ['equal entries whose mean is not representable', Float64Array.of(0.1, 0.1, 0.1)],
    ['equal bytes', Uint8Array.of(3, 3, 3)],
    ['nothing', new Float64Array()],
    ['NaN', Float64Array.of(1, NaN)],
    ['infinity', Float64Array.of(1, Infinity)],
    ['a sum beyond all numbers', Float64Array.of(1e308, 1.7e308, 1.7e308)],
  ])('refuses %s', (_, data) => {
    expect(() => momentsOf(data)).toThrow(RangeError)
  })
})

describe('classBalanced', () => {
  const draw = anyLabels.chain(({ labels, classes }) =>
    fc.record({
      labels: fc.constant(labels),
      classes: fc.constant(classes),
      n: fc.integer({ min: 1, max: labels.length }),
      seed: fc.maxSafeInteger(),
    }),
  )

  it('takes n distinct rows, as equally from the classes as they allow, the lowest classes first', () => {
    fc.assert(
      fc.property(draw, ({ labels, classes, n, seed }) => {
        const rows = classBalanced(labels, classes, n, seed)
        expect(rows.length).toBe(n)
        expect(new Set(rows).size).toBe(n)
        const count = (of: ArrayLike<number>, label: number) => Array.from(of).filter((other) => other === label).length
        const taken = Array.from({ length: classes }, (_, c) =>
          count(
            Array.from(rows, (row) => labels[row]),
            c,
          ),
        )
        for (let a = 0; a < classes; a++) {
          for (let b = 0; b < classes; b++) {
            const exhausted = taken[a] === count(labels, a)
            if (!exhausted) expect(taken[a]).toBeGreaterThanOrEqual(taken[b] - (a < b ? 0 : 1))
          }
        }
      }),
      { seed },
    )
  })

  it('makes the sample of n rows the beginning of that of all rows', () => {
    fc.assert(
      fc.property(draw, ({ labels, classes, n, seed }) => {
        const all = classBalanced(labels, classes, labels.length, seed)
        expect(classBalanced(labels, classes, n, seed)).toEqual(all.subarray(0, n))
      }),
      { seed },
    )
  })

  it('depends on the seed, and takes each row of a class about equally often', () => {
    const labels = Array.from({ length: 20 }, (_, i) => i % 2)
    const times = new Float64Array(20)
    const draws = 4000
    for (let s = 0; s < draws; s++) for (const row of classBalanced(labels, 2, 2, s)) times[row]++
    // Binomial(4000, 1/10): standard deviation 19.
    for (const count of times) expect(Math.abs(count - draws / 10)).toBeLessThan(5 * 19)
  })

  it.each([[0], [4], [1.5], [NaN]])('refuses %d of 3 samples', (n) => {
    expect(() => classBalanced([0, 1, 0], 2, n, 0)).toThrow(/from 1 to 3 samples/)
  })

  it('refuses a label beyond the classes', () => {
    expect(() => classBalanced([0, 2], 2, 1, 0)).toThrow(/labels from 0 to 1, got 2 at row 1/)
  })
})

describe('subset', () => {
  const dataset = {
    name: 'three',
    x: matrixOf([
      [1, 2],
      [3, 4],
      [5, 6],
    ]),
    labels: Int32Array.of(0, 1, 2),
    classes: 3,
    targets: matrixOf([[10], [20], [30]]),
  }

  it('takes the first rows of samples, labels and targets alike', () => {
    expect(subset(dataset, 2)).toEqual({
      name: 'three',
      x: matrixOf([
        [1, 2],
        [3, 4],
      ]),
      labels: Int32Array.of(0, 1),
      classes: 3,
      targets: matrixOf([[10], [20]]),
    })
  })

  it('takes rows in any order and leaves out what is not there', () => {
    expect(takeRows({ name: 'x', x: dataset.x }, [2, 0])).toEqual({
      name: 'x',
      x: matrixOf([
        [5, 6],
        [1, 2],
      ]),
    })
  })

  it.each([[0], [4], [1.5], [NaN]])('refuses %d of 3 samples, and says how many there are', (n) => {
    expect(() => subset(dataset, n)).toThrow(/from 1 to 3 samples of three/)
  })

  it('refuses rows that are not there', () => {
    expect(() => takeRows(dataset, [3])).toThrow(/rows from 0 to 2 of three, got 3/)
  })
})
