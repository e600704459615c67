import { describe, expect, it } from 'vitest'
import { leadingSingular } from '../../../../src/graphon/estimate/fit/singular.js'
import { matmul } from '../../../../src/linalg/matmul.js'
import { identity, matrix } from '../../../../src/linalg/matrix.js'
import { symmetricEigen } from '../../../../src/linalg/symmetric-eigen.js'
import { largestDifference, randomMatrix } from '../../support.js'

describe('leading singular triples', () => {
  it('are those of a matrix of low rank, orthonormal, and put it together again', () => {
    const a = matmul(randomMatrix(40, 3, 1), randomMatrix(3, 25, 2))
    const { values, left, right } = leadingSingular(a, 4, 1)
    const eigen = symmetricEigen(matmul(a, a, { transposeA: true }), { vectors: false }).values
    for (let k = 0; k < 3; k++) expect(values[k] ** 2 / eigen[k]).toBeCloseTo(1, 10)
    expect(values[3]).toBeLessThan(1e-6 * values[0])
    const three = (m: typeof left) => matrix(3, m.cols, m.data.slice(0, 3 * m.cols))
    for (const m of [left, right]) {
      expect(largestDifference(matmul(three(m), three(m), { transposeB: true }).data, identity(3).data)).toBeLessThan(
        1e-9,
      )
    }
    const scaled = matrix(
      4,
      40,
      left.data.map((value, k) => value * values[Math.floor(k / 40)]),
    )
    expect(largestDifference(matmul(scaled, right, { transposeA: true }).data, a.data)).toBeLessThan(1e-8)
  })

  it('refuses more than there are', () => {
    expect(() => leadingSingular(randomMatrix(3, 4, 1), 4, 1)).toThrow(/1 to 3, got 4/)
    expect(() => leadingSingular(randomMatrix(3, 4, 1), NaN, 1)).toThrow(RangeError)
  })
})
