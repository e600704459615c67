import { describe, expect, it } from 'vitest'
import { FileError } from '../../src/data/file-error.js'
import { matrix, matrixOf } from '../../src/linalg/matrix.js'
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.js'
import { DivergenceError } from '../../src/network/divergence.js'
import { NumbersError } from '../../src/numbers-error.js'
import { orRefusal, refusalOf } from '../../src/study/refusal.js'

const refused = (compute: () => unknown) => orRefusal<unknown>(compute, (reason) => ({ reason }))

describe('what a study takes for a refusal', () => {
  it('is an error of the numbers, in one line, whatever its words are', () => {
    expect(refused(() => symmetricEigen(matrixOf([[1, 2]])))).toEqual({
      reason: expect.stringMatching(/square/) as string,
    })
    expect(refused(() => matrix(2, 2, new Float64Array(3)))).toHaveProperty('reason')
    expect(refusalOf(new NumbersError('prune: out of memory of what\n  threads are'))).toBe(
      'prune: out of memory of what threads are',
    )
    expect(refusalOf(new DivergenceError('train', 'the loss is not finite'))).toBe('train: the loss is not finite')
  })

  it.each([
    new RangeError('kernel memory: this computation needs 9 GiB'),
    new RangeError('Invalid array length'),
    new Error('prune: what looks like a refusal by its text'),
    new TypeError('x is not a function'),
    new FileError('a.npy', 'expected numbers'),
  ])('is no other error: %s', (error) => {
    expect(refusalOf(error)).toBe(undefined)
    expect(() =>
      refused(() => {
        throw error
      }),
    ).toThrow(error)
  })
})

describe('an error of the numbers', () => {
  it('is a RangeError, for whoever waits for one', () => {
    expect(() => matrix(1, 1, new Float64Array(2))).toThrow(RangeError)
    expect(new NumbersError('x').name).toBe('NumbersError')
  })
})
