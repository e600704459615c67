import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import type { GraphonChain } from '../../src/graphon/chain/chain.js'
import { loadKernels, supportedKernelBuilds } from '../../src/linalg/kernels.js'
import { matrix, matrixOf, type Matrix } from '../../src/linalg/matrix.js'
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.js'
import { parseActivation } from '../../src/network/activation.js'
import type { Parameterization } from '../../src/network/network.js'
import { startTeam } from '../../src/node/team/team.js'
import { denseChain, denseNtk } from '../../src/ntk/dense-ntk.js'
import { graphonNtk, graphonNtkPanels, graphonNtks, type GraphonNtkOptions } from '../../src/ntk/graphon-ntk.js'
import { classKernel } from '../../src/ntk/kernel.js'
import { placePanel } from '../../src/ntk/kernel-panel.js'
import type { Convention } from '../../src/ntk/recursion-plan.js'
import { randomStream } from '../../src/random/random.js'
import { teamWorker } from '../node/team-worker-bundle.js'
import { normalSamples, randomChain } from './chains.js'

/** A network, samples of which many are multiples and neighbours of one another, and kernels in 60-digit arithmetic. */
interface Case {
  readonly name: string
  readonly activation: string
  readonly sigmaW2: number[]
  readonly sigmaB2: number
  readonly convention: Convention
  readonly parameterization: Parameterization
  readonly sizes: number[]
  readonly W: number[][][]
  readonly V: number[][][]
  readonly measures: number[][]
  readonly x: number[][]
  /** Of each class: the entries i ≤ j, row by row. */
  readonly nngp: number[][]
  readonly ntk: number[][]
}

// Written by test/oracle/near_parallel_reference.py.
const cases = JSON.parse(
  readFileSync(new URL('../oracle/fixtures/near-parallel.json', import.meta.url), 'utf8'),
) as Case[]

function inputsOf(given: Case): { chain: GraphonChain; x: Matrix; options: GraphonNtkOptions } {
  const { W, V, measures, x, activation, sigmaW2, sigmaB2, convention, parameterization, sizes } = given
  return {
    chain: { W: W.map(matrixOf), V: V.map(matrixOf), measures: measures.map((part) => Float64Array.from(part)) },
    x: matrixOf(x),
    options: { activation: parseActivation(activation), sigmaW2, sigmaB2, convention, parameterization, sizes },
  }
}

const script = teamWorker()
const teams: ReturnType<typeof startTeam>[] = []
afterAll(() => Promise.all(teams.map((team) => team.close())))

const symmetric = (n: number, upper: readonly number[]): Float64Array => {
  const full = new Float64Array(n * n)
  let k = 0
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) full[i * n + j] = full[j * n + i] = upper[k++]
  return full
}

/** The largest relative error of any entry. */
const worstEntry = (found: Float64Array, expected: Float64Array): number =>
  found.reduce((worst, value, k) => {
    return value === expected[k] ? worst : Math.max(worst, Math.abs(value - expected[k]) / Math.abs(expected[k]))
  }, 0)

/** The largest error of any entry (i, j), in units of √(K(i, i) K(j, j)). */
function worstShare(n: number, found: Float64Array, expected: (i: number, j: number) => number): number {
  let worst = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const size = Math.sqrt(found[i * (n + 1)]) * Math.sqrt(found[j * (n + 1)])
      if (size > 0) worst = Math.max(worst, Math.abs(found[i * n + j] - expected(i, j)) / size)
    }
  }
  return worst
}

const eigenvalues = (n: number, kernel: Float64Array): Float64Array =>
  symmetricEigen(matrix(n, n, kernel.slice()), { vectors: false }).values

describe.each(supportedKernelBuilds())('nearly parallel samples on the %s build', (build) => {
  const kernels = loadKernels(build)

  it.each(cases)('are right in every entry: $name', (given) => {
    const { chain, x, options } = inputsOf(given)
    const n = x.rows
    for (const rankTolerance of [1e-12, 0]) {
      const found = graphonNtk(chain, x, { ...options, rankTolerance, kernels })
      for (const name of ['ntk', 'nngp'] as const) {
        given[name].forEach((upper, c) => {
          const kernel = classKernel(found[name], c)
          expect(worstEntry(kernel, symmetric(n, upper))).toBeLessThan(1e-13)
          const values = eigenvalues(n, kernel)
          expect(values[n - 1] / values[0]).toBeGreaterThan(-1e-14)
        })
      }
    }
  })

  it('have the entry of a sample with itself, to the last bit with ReLU, where they are equal', () => {
    for (const given of cases.filter(({ x, activation }) => x.length === 13 && activation === 'relu')) {
      const { chain, x, options } = inputsOf(given)
      const { ntk, nngp } = graphonNtk(chain, x, { ...options, kernels })
      for (const kernel of [ntk, nngp]) {
        for (let c = 0; c < 2; c++) {
          const block = classKernel(kernel, c)
          expect(block[8]).toBe(block[0])
          expect(block[8 * 14]).toBe(block[0])
        }
      }
    }
  })
})

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
            const right = (i: number, j: number): number =>
              factors[Math.floor(i / 5)] * factors[Math.floor(j / 5)] * one[(i % 5) * 5 + (j % 5)]
            expect(worstShare(x.rows, all, right)).toBeLessThan(1e-14)
            const values = eigenvalues(x.rows, all)
            expect(values[4] / values[0]).toBeGreaterThan(1e-3)
            expect(Math.abs(values[5]) / values[0]).toBeLessThan(5e-15)
            expect(values[x.rows - 1] / values[0]).toBeGreaterThan(-5e-15)
          }
        }
      }
    },
  )
})

describe('the care for nearly parallel samples', () => {
  const d = 40
  const random = randomStream(6, 'contrasts')
  /** Sixty samples: fifteen images on a background, each at four contrasts, some of them a little different. */
  const images = (() => {
    const shown = normalSamples(15, d, 7)
    const base = matrix(
      15,
      d,
      shown.data.map((value) => (random.uniform() < 0.7 ? -0.4 : value)),
    )
    const x = multiples(base, [1, 0.8, 1.3, -2])
    for (let i = 20; i < 30; i++) for (let j = 0; j < d; j++) x.data[i * d + j] += 1e-9 * random.normal()
    return x
  })()
  const chains = [1, 2].map((seed) => randomChain({ d, bins: [9, 4], classes: 2, seed, energies: seed === 2 }))

  it('leaves no trace of panels, threads and other chains in any bit', async () => {
    const n = images.rows
    const team = startTeam({ threads: 3, script: await script })
    teams.push(team)
    for (const name of ['relu', 'erf']) {
      const options = { activation: parseActivation(name), sigmaB2: name === 'erf' ? 1e4 : 0 }
      const alone = chains.map((chain) => graphonNtk(chain, images, options).ntk.data)
      graphonNtks(chains, images, options).forEach(({ ntk }, p) => expect(ntk.data).toEqual(alone[p]))
      graphonNtks(chains, images, { ...options, kernels: team }).forEach(({ ntk }, p) => {
        expect(ntk.data).toEqual(alone[p])
      })
      const assembled = new Float64Array(2 * n * n)
      graphonNtkPanels(chains[0], images, { ...options, memory: 40_000, kernelNames: ['ntk'] }, (panel) => {
        for (let c = 0; c < 2; c++) {
          const out = assembled.subarray(c * n * n, (c + 1) * n * n)
          placePanel(panel, panel.entries.ntk!, c, (at, values) => out.set(values, at))
        }
      })
      expect(assembled).toEqual(alone[0])
    }
  })

  it('holds for one dense network as for its chain, at rank fifteen and thirty with opposites', () => {
    for (const [factors, rank] of [
      [[1, 0.7, 2.5], 15],
      [[1, 0.7, -1.5], 30],
    ] as const) {
      const x = multiples(normalSamples(15, d, 8), factors)
      for (const convention of ['masked', 'variance'] as const) {
        const values = eigenvalues(x.rows, classKernel(denseNtk([d, 1, 1, 1], x, { convention }), 0))
        expect(values[rank - 1] / values[0]).toBeGreaterThan(1e-3)
        expect(values[rank] / values[0]).toBeLessThan(2e-15)
        expect(values[x.rows - 1] / values[0]).toBeGreaterThan(-2e-15)
      }
    }
  })

  it('follows the angle of two samples down to nothing', () => {
    // With one hidden layer, unit samples and θ between them, Θ = (2 cos θ (π − θ) + sin θ)/2π times that at θ = 0.
    const angles = [1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12]
    const x = matrix(angles.length + 1, 2)
    x.data.set([1, 0, ...angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])])
    const { data } = denseNtk([2, 1, 1], x)
    angles.forEach((angle, k) => {
      const ratio = data[k + 1] / Math.sqrt(data[0] * data[(k + 1) * (x.rows + 1)])
      const right = Math.cos(angle) * (1 - angle / Math.PI) + Math.sin(angle) / (2 * Math.PI)
      expect(Math.abs(ratio - right)).toBeLessThan(4e-16)
    })
  })

  it.each([1e78, 1e100, 1e150])('leaves of erf, for samples of size %d, the sign of its argument', (size) => {
    // With one hidden layer of unit weights and φ the angle, K → 1 − 2φ/π and Θ → K + 2 cot(φ)/π; √(1 + 2q) is nothing.
    const angles = [0, 1, 2.5, 1e-3, 1e-9]
    const x = matrix(angles.length, 2)
    x.data.set(angles.flatMap((angle) => [size * Math.cos(angle), size * Math.sin(angle)]))
    const { ntk, nngp } = graphonNtk(denseChain([2, 1, 1]), x, { activation: parseActivation('erf') })
    angles.slice(1).forEach((angle, k) => {
      expect(Math.abs(nngp.data[k + 1] - (1 - (2 * angle) / Math.PI))).toBeLessThan(1e-15)
      const right = 1 - (2 * angle) / Math.PI + 2 / (Math.PI * Math.tan(angle))
      expect(Math.abs(ntk.data[k + 1] / right - 1)).toBeLessThan(angle > 1e-6 ? 1e-12 : 1e-6)
    })
  })
})
