import { describe, expect, it } from 'vitest'
import type { Case } from '../../bench/cases/case.js'
import { graphonNtkChains } from '../../bench/cases/graphon-ntk-chains.js'
import { graphonNtkBlocks, graphonNtkGeneric, graphonNtkRank } from '../../bench/cases/graphon-ntk.js'
import { writeMatrix } from '../../bench/inputs.js'
import { matrix } from '../../src/linalg/matrix.js'
import { freshFolder } from '../cli/limn.js'

/** Two samples: a coordinate in which one of them is background, and `shared` in which neither is. */
function leastOf({ parameters, least }: Case, shared: number) {
  const folder = freshFolder()('.')
  const cols = shared + 1
  const x = matrix(2, cols, new Float64Array(2 * cols).fill(1))
  x.data[0] = 0
  writeMatrix(folder, 'x', x)
  return least!({ ...parameters, samples: 2 }, folder)
}

describe('the least work of a Graphon NTK', () => {
  it.each([
    ['every position of a generic chain', graphonNtkGeneric, 64],
    ['every factor of a chain of low rank', graphonNtkRank, 8],
    ['the one Gram of its kind of column', graphonNtkBlocks, 1],
    ['every position of W and of V, of three methods', graphonNtkChains, 3 * 2 * 64],
  ])('has a coordinate count for %s', (_, of, grams) => {
    // Three pairs with the diagonal.
    expect(leastOf(of, 7).flops! - leastOf(of, 5).flops!).toBe(2 * 3 * 2 * grams)
  })

  it('takes angles of pairs of different samples alone', () => {
    expect(leastOf(graphonNtkGeneric, 5).duals).toBe(4 * 64)
    expect(leastOf(graphonNtkBlocks, 5).duals).toBe(4 * 8)
    expect(leastOf(graphonNtkChains, 5).duals).toBe(3 * 2 * 4 * 64)
  })
})
