import { afterAll, describe, expect, it } from 'vitest'
import { exponentialAction } from '../../src/linalg/exponential.js'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import { symmetricEigen, type SymmetricEigen } from '../../src/linalg/symmetric-eigen.js'
import { topEigenpairs } from '../../src/linalg/top-eigenpairs.js'
import { startTeam } from '../../src/node/team/team.js'
import { randomStream } from '../../src/random/random.js'
import { teamWorker } from '../node/team-worker-bundle.js'

const script = await teamWorker()

/** A random symmetric matrix on a decaying diagonal: nothing deflates, and its top is found in few products. */
function randomSymmetric(n: number): Matrix {
  const stream = randomStream(1, 'symmetric')
  const a = matrix(n, n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) a.data[i * n + j] = a.data[j * n + i] = 0.01 * stream.normal()
    a.data[i * n + i] += 3 / (i + 1)
  }
  return a
}

/** Eigenvalues and, where there are any, vectors. */
const bits = ({ values, vectors }: SymmetricEigen): Buffer =>
  Buffer.concat([values, vectors?.data ?? new Float64Array(0)].map(({ buffer }) => Buffer.from(buffer)))

describe.each(supportedKernelBuilds())('eigenvalues by several threads on the %s build', (build) => {
  const teams = [1, 2, 3].map((threads) => startTeam({ threads, build, script }))
  afterAll(() => Promise.all(teams.map((team) => team.close())))
  const alone = loadKernels(build)

  function expectSameBits(a: Matrix, vectors: boolean): void {
    const expected = bits(symmetricEigen(a, { vectors, kernels: alone }))
    for (const kernels of teams) expect(bits(symmetricEigen(a, { vectors, kernels })).equals(expected)).toBe(true)
  }

  it('are the same bits as by one thread, with and without vectors', () => {
    for (const vectors of [false, true]) expectSameBits(randomSymmetric(660), vectors)
  })

  it('are the same bits for sizes around those from which threads join, and where there is little or nothing to reflect', () => {
    for (const n of [0, 1, 2, 257, 385, 449, 497]) expectSameBits(randomSymmetric(n), false)
    const n = 470
    const graded = randomSymmetric(n)
    const [constant, sparse] = [matrix(n, n), matrix(n, n)]
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        graded.data[i * n + j] *= 2 ** (-(i + j) / 8)
        constant.data[i * n + j] = 1
        // Every third row and column is zero next to the diagonal.
        sparse.data[i * n + j] = i === j ? i : i % 3 === 0 || j % 3 === 0 ? 0 : Math.sin(i * j)
      }
    }
    for (const a of [graded, constant, sparse, matrix(n, n)]) expectSameBits(a, false)
  })

  it('are the same bits at the top of a spectrum, and so is the exponential', () => {
    const a = randomSymmetric(530)
    const y = matrix(530, 2, a.data.slice(0, 1060))
    const top = topEigenpairs(a, { k: 6, seed: 1, kernels: alone })
    const exponential = exponentialAction(a, y, [1, 20], { kernels: alone })
    for (const kernels of teams) {
      expect(topEigenpairs(a, { k: 6, seed: 1, kernels })).toEqual(top)
      expect(exponentialAction(a, y, [1, 20], { kernels })).toEqual(exponential)
    }
  })
})
