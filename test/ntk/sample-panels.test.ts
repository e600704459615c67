import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds, type Kernels } from '../../src/linalg/kernels.js'
import { filled, matrix, type Matrix } from '../../src/linalg/matrix.js'
import { graphonNtk } from '../../src/ntk/graphon-ntk.js'
import { sampleLayouts, samplePanels } from '../../src/ntk/sample-panels.js'
import { randomStream } from '../../src/random/random.js'
import { randomChain, randomMatrix } from './chains.js'

/** Samples that are `background` except in one coordinate of four. */
function sparseSamples(n: number, d: number, background: number, seed: number): Matrix {
  const random = randomStream(seed, 'sparse')
  return randomMatrix(n, d, () => (random.uniform() < 0.25 ? random.normal() : background))
}

/** Σ_j A(u, j) x_j x'_j / d, by its definition. */
function covariance(a: Matrix, u: number, x: Matrix, i: number, j: number): number {
  let sum = 0
  for (let p = 0; p < x.cols; p++) sum += a.data[u * x.cols + p] * x.data[i * x.cols + p] * x.data[j * x.cols + p]
  return sum / x.cols
}

/** The panels of samples as one matrix of weights wants them. */
function laidOut(x: Matrix, weights: Matrix, kernels: Kernels): Float64Array {
  const live = Int32Array.from({ length: x.cols }, (_, j) => j)
  const demand = { live, rows: weights, bases: weights.rows }
  const { background, layouts } = sampleLayouts(x, [demand], kernels)
  return samplePanels(x, live, layouts[0].shifted ? background : new Float64Array(x.cols))
}

function zeros(panels: Float64Array): number {
  return panels.reduce((count, value) => count + Number(value === 0), 0)
}

describe.each(supportedKernelBuilds())('weighted Grams of samples with a background, %s build', (build) => {
  const kernels = loadKernels(build)

  it.each([
    [1, 1, -0.4],
    [9, 300, -0.4],
    [38, 11, 0],
    [50, 700, 0.7],
  ])('are those of the samples as they are: %d samples of %d coordinates on %d', (n, d, background) => {
    const x = sparseSamples(n, d, background, n)
    // 13 rows of distinct weights: two whole groups of six and a rest.
    const { W } = randomChain({ d, bins: [], classes: 13, seed: d })
    const { nngp } = graphonNtk({ W, measures: [] }, x, { sigmaW2: [1], kernels })
    let worst = 0
    for (let c = 0; c < 13; c++) {
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const scale = Math.sqrt(covariance(W[0], c, x, i, i) * covariance(W[0], c, x, j, j))
          const found = nngp.data[(c * n + i) * n + j]
          worst = Math.max(worst, Math.abs(found - covariance(W[0], c, x, i, j)) / (scale > 0 ? scale : 1))
        }
      }
    }
    expect(worst).toBeLessThan(1e-14)
  })

  it('skip the background, and nothing when there is none', () => {
    const weights = filled(2, 40, 0.5)
    const share = (x: Matrix): number => zeros(laidOut(x, weights, kernels)) / (128 * 40)
    expect(share(sparseSamples(128, 40, -0.4, 1))).toBeCloseTo(0.75, 1)
    expect(
      share(
        randomMatrix(
          128,
          40,
          (() => {
            const r = randomStream(2, 'x')
            return () => r.normal()
          })(),
        ),
      ),
    ).toBe(0)
  })

  it('keep the background where taking it out would cost digits', () => {
    // The last sample is a million times smaller than the background of the others.
    const x = sparseSamples(64, 30, 1, 3)
    for (let p = 0; p < 30; p++) x.data[63 * 30 + p] *= 1e-6
    const weights = filled(1, 30, 1)
    expect(zeros(laidOut(x, weights, kernels))).toBe(0)
    const { nngp } = graphonNtk({ W: [weights], measures: [] }, x, { sigmaW2: [1], kernels })
    expect(Math.abs(nngp.data[64 * 64 - 1] / covariance(weights, 0, x, 63, 63) - 1)).toBeLessThan(1e-14)
  })

  it('give a position exactly zero where it sees nothing of a sample', () => {
    const x = sparseSamples(32, 8, 1, 4)
    for (let p = 0; p < 4; p++) x.data[p] = 0
    const left = matrix(1, 8, Float64Array.of(0.5, 0.25, 1, 0.75, 0, 0, 0, 0))
    const { nngp } = graphonNtk({ W: [left], measures: [] }, x, { sigmaW2: [1], kernels })
    expect(nngp.data.subarray(0, 32).every((value) => value === 0)).toBe(true)
  })
})
