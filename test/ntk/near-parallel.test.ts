import { describe, expect, it } from 'vitest'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.js'
import { parseActivation } from '../../src/network/activation.js'
import { graphonNtk } from '../../src/ntk/graphon-ntk.js'
import { classKernel } from '../../src/ntk/kernel.js'
import { normalSamples, randomChain } from './chains.js'

/** Every sample of x times every factor. */
function multiples(x: Matrix, factors: readonly number[]): Matrix {
  return matrix(
    x.rows * factors.length,
    x.cols,
    Float64Array.from(factors.flatMap((factor) => Array.from(x.data, (value) => factor * value))),
  )
}

describe.each(supportedKernelBuilds())('multiples of the same samples on the %s build', (build) => {
  const kernels = loadKernels(build)
  const base = normalSamples(5, 30, 4)
  const factors = [1, 0.9, 1.1, 0.5, 3.7]
  const x = multiples(base, factors)
  const chain = randomChain({ d: 30, bins: [6, 5, 7], classes: 2, seed: 5, energies: true })

  it.each(['relu', 'leaky-relu:0.2', 'leaky-relu:-0.7'])(
    'have the multiples of one kernel: homogeneous of degree one in either sample, rank five, %s',
    (name) => {
      const activation = parseActivation(name)
      for (const convention of ['masked', 'variance'] as const) {
        const options = { activation, convention, kernels }
        const { ntk, nngp } = graphonNtk(chain, x, options)
        const small = graphonNtk(chain, base, options)
        for (const [found, expected] of [
          [ntk, small.ntk],
          [nngp, small.nngp],
        ]) {
          for (let c = 0; c < 2; c++) {
            const [all, one] = [found, expected].map((kernel) => classKernel(kernel, c))
            let worst = 0
            for (let i = 0; i < x.rows; i++) {
              for (let j = 0; j < x.rows; j++) {
                const right = factors[Math.floor(i / 5)] * factors[Math.floor(j / 5)] * one[(i % 5) * 5 + (j % 5)]
                const size = Math.sqrt(all[i * x.rows + i] * all[j * x.rows + j])
                worst = Math.max(worst, Math.abs(all[i * x.rows + j] - right) / size)
              }
            }
            expect(worst).toBeLessThan(1e-14)
            const { values } = symmetricEigen(matrix(x.rows, x.rows, all.slice()))
            expect(values[4] / values[0]).toBeGreaterThan(1e-3)
            expect(Math.abs(values[5]) / values[0]).toBeLessThan(5e-15)
            expect(values[x.rows - 1] / values[0]).toBeGreaterThan(-5e-15)
          }
        }
      }
    },
  )
})
