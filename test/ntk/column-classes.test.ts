import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import { factorColumns } from '../../src/ntk/column-classes.js'
import { graphonNtk } from '../../src/ntk/graphon-ntk.js'
import { randomStream } from '../../src/random/random.js'
import { normalSamples, randomMatrix } from './chains.js'

const d = 301

/** A matrix with `kinds` different columns, scattered. */
function blocky(rows: number, kinds: number, seed: number): Matrix {
  const random = randomStream(seed, 'blocks')
  const values = randomMatrix(rows, kinds, () => random.uniform())
  const kind = Int32Array.from({ length: d }, (_, j) => (j < kinds ? j : Math.floor(random.uniform() * kinds)))
  const data = Float64Array.from({ length: rows * d }, (_, k) => values.data[Math.floor(k / d) * kinds + kind[k % d]])
  return matrix(rows, d, data)
}

/** Uniform weights of which most are zero. */
function sparse(rows: number, seed: number): Matrix {
  const random = randomStream(seed, 'sparse')
  return randomMatrix(rows, d, () => (random.uniform() < 0.2 ? random.uniform() : 0))
}

describe('classes of equal columns', () => {
  it('are factors that give back every entry, each column from one', () => {
    const a = blocky(7, 5, 1)
    const { left, right } = factorColumns(a)!
    expect([left.rows, left.cols, right.rows, right.cols]).toEqual([7, 5, 5, d])
    for (let k = 0; k < a.data.length; k++) {
      const [u, j] = [Math.floor(k / d), k % d]
      const ones = Array.from({ length: 5 }, (_, c) => c).filter((c) => right.data[c * d + j] !== 0)
      expect(ones).toHaveLength(1)
      expect(left.data[u * 5 + ones[0]] * right.data[ones[0] * d + j]).toBe(a.data[k])
    }
  })

  it('are left alone where they are too many, or rows too few', () => {
    expect(factorColumns(blocky(7, 60, 2))).toBeUndefined()
    expect(factorColumns(blocky(1, 2, 2))).toBeUndefined()
    expect(factorColumns(matrix(0, d))).toBeUndefined()
    expect(factorColumns(matrix(3, 0))).toBeUndefined()
  })
})

describe.each(supportedKernelBuilds())('first layers that are mostly zero, %s build', (build) => {
  const kernels = loadKernels(build)
  const first = { blocks: blocky(9, 4, 3), 'few weights': sparse(9, 4), 'many rows': sparse(70, 5) }
  const image = (n: number): Matrix => {
    const random = randomStream(n, 'images')
    return randomMatrix(n, d, () => (random.uniform() < 0.3 ? random.normal() : -0.4))
  }

  describe.each(Object.entries(first))('%s', (_, W) => {
    it.each([1, 6, 35])('have the weighted Grams of their definition: %d samples', (n) => {
      for (const x of [normalSamples(n, d, n), image(n)]) {
        const { nngp } = graphonNtk({ W: [W], measures: [] }, x, { sigmaW2: [1], kernels })
        let worst = 0
        for (let c = 0; c < W.rows; c++) {
          const gram = (i: number, j: number): number => {
            let sum = 0
            for (let p = 0; p < d; p++) sum += W.data[c * d + p] * x.data[i * d + p] * x.data[j * d + p]
            return sum / d
          }
          for (let i = 0; i < n; i++) {
            for (let j = i; j < n; j++) {
              const scale = Math.sqrt(gram(i, i) * gram(j, j))
              worst = Math.max(worst, Math.abs(nngp.data[(c * n + i) * n + j] - gram(i, j)) / scale)
            }
          }
        }
        expect(worst).toBeLessThan(1e-13)
      }
    })
  })
})
