import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Coupling } from '../../../../src/graphon/distances/relabel/coupling.js'
import { distance } from '../../../../src/graphon/distances/distance.js'
import { alignLayer, uniformMeasure } from '../../../../src/graphon/distances/relabel/layered.js'
import { gameBound } from '../../../../src/graphon/distances/relabel/lower/game.js'
import type { Sides } from '../../../../src/graphon/distances/relabel/lower/sides.js'
import { normNames } from '../../../../src/graphon/distances/norms.js'
import {
  relabellingLowerBound,
  relabellingLowerBounds,
} from '../../../../src/graphon/distances/relabel/relabel-lower.js'
import { transport } from '../../../../src/graphon/distances/relabel/transport.js'
import { expand } from '../../../../src/graphon/chain/refine.js'
import { filled, matrix, transpose, type Matrix } from '../../../../src/linalg/matrix.js'
import { randomMatrix, randomMeasure } from '../../support.js'
import { orders } from '../orders.js'

const freedoms = [
  { rowsFree: true, colsFree: true },
  { rowsFree: true, colsFree: false },
  { rowsFree: false, colsFree: true },
] as const

function evenSides(a: Matrix, b: Matrix, freedom: (typeof freedoms)[number]): Sides {
  const [rowA, rowB] = [a, b].map(({ rows }) => uniformMeasure(rows))
  const [colA, colB] = [a, b].map(({ cols }) => uniformMeasure(cols))
  return { a, b, rowA, rowB, colA, colB, ...freedom }
}

/** Matrices whose invariants are close or equal as often as not: signs, few values, equal degrees. */
const kinds = {
  normal: (seed: number) => randomMatrix(4, 4, seed),
  uniform: (seed: number) => randomMatrix(4, 4, seed, 'uniform'),
  mask: (seed: number) =>
    matrix(
      4,
      4,
      randomMatrix(4, 4, seed).data.map((value) => +(value > 0.3)),
    ),
  circulant: (seed: number) => {
    const row = randomMatrix(1, 4, seed, 'uniform').data
    return matrix(
      4,
      4,
      Float64Array.from({ length: 16 }, (_, k) => row[(Math.floor(k / 4) + k) % 4]),
    )
  },
}

describe('lower bounds over relabellings', () => {
  it.each(normNames)('of %s are, each of them, at most the least value over all permutations', (norm) => {
    const kind = fc.constantFrom(...Object.values(kinds))
    fc.assert(
      fc.property(kind, kind, fc.nat(), fc.constantFrom(...freedoms), (drawA, drawB, seed, freedom) => {
        const [a, b] = [drawA(2 * seed), drawB(2 * seed + 1)]
        const some = (free: boolean) => (free ? orders(4) : [undefined])
        let least = Infinity
        for (const rows of some(freedom.rowsFree)) {
          for (const cols of some(freedom.colsFree)) {
            least = Math.min(least, distance(expand(a, rows, cols), b, { norm }).value)
          }
        }
        for (const { name, value } of relabellingLowerBounds(norm, evenSides(a, b, freedom))) {
          expect(value, name).toBeLessThanOrEqual(least * (1 + 1e-12) + 1e-14)
        }
      }),
      { seed: 1, numRuns: norm === 'cut' ? 14 : 40 },
    )
  })

  it('hold for every coupling of unequal bins', () => {
    const side = fc.integer({ min: 1, max: 7 })
    fc.assert(
      fc.property(side, side, side, side, fc.nat(), fc.boolean(), (rows, cols, others, more, seed, positive) => {
        const draw = positive ? 'uniform' : 'normal'
        const [a, b] = [randomMatrix(rows, cols, seed, draw), randomMatrix(others, more, seed + 1, draw)]
        const [rowA, colA, rowB, colB] = [rows, cols, others, more].map((n, k) => randomMeasure(n, seed + k))
        const sides = { a, b, rowA, rowB, colA, colB, rowsFree: true, colsFree: true }
        for (let k = 0; k < 3; k++) {
          const any = (mu: Float64Array, nu: Float64Array): Coupling =>
            transport(randomMatrix(mu.length, nu.length, seed + 7 + k), mu, nu).coupling
          const couplings = [any(colA, colB), any(rowA, rowB)]
          const pair = { a: [a], b: [b], measuresA: [colA, rowA], measuresB: [colB, rowB], free: [true, true] }
          const layer = alignLayer(pair, 0, couplings)
          for (const norm of normNames) {
            const { upper } = distance(layer.a, layer.b, { norm, ...layer })
            for (const { name, value } of relabellingLowerBounds(norm, sides)) {
              expect(value, name).toBeLessThanOrEqual(upper * (1 + 1e-9) + 1e-12)
            }
          }
        }
      }),
      { seed: 2, numRuns: 40 },
    )
  })

  it('vanish for a function and itself relabelled, on coarser bins too', () => {
    const a = randomMatrix(5, 6, 1, 'uniform')
    const [rows, cols] = [Int32Array.of(4, 1, 0, 0, 1, 4, 2, 3, 3, 2), Int32Array.of(5, 3, 1, 2, 0, 4)]
    for (const norm of normNames) {
      const sides = evenSides(a, expand(a, rows, cols), { rowsFree: true, colsFree: true })
      for (const { value } of relabellingLowerBounds(norm, sides)) expect(value).toBeLessThan(2e-7)
    }
  })

  it('tell functions with equal degrees apart: a checkerboard of n × n blocks from its mean', () => {
    for (const blocks of [2, 3, 4, 6]) {
      const board = matrix(
        12,
        12,
        Float64Array.from({ length: 144 }, (_, k) => +(Math.floor(k / 12) % blocks === k % blocks)),
      )
      const sides = evenSides(board, filled(12, 12, 1 / blocks), freedoms[0])
      const { value, name } = relabellingLowerBound('cut', sides)
      expect(value).toBeGreaterThan(0.015)
      expect(name).not.toBe('degrees')
      const exact = distance(board, sides.b, { norm: 'cut' }).value
      if (blocks === 2) expect(value).toBeCloseTo(exact, 10)
      expect(value).toBeLessThanOrEqual(exact)
    }
  })

  it('are the infimum in l1 and l2 where one side is fixed: a transport problem', () => {
    for (let seed = 0; seed < 5; seed++) {
      const [a, b] = [randomMatrix(5, 7, 2 * seed), randomMatrix(5, 7, 2 * seed + 1)]
      for (const norm of ['l1', 'l2'] as const) {
        const least = Math.min(...orders(5).map((rows) => distance(expand(a, rows), b, { norm }).value))
        const { value } = relabellingLowerBound(norm, evenSides(a, b, freedoms[1]))
        expect(value).toBeCloseTo(least, 10)
        const turned = evenSides(transpose(a), transpose(b), freedoms[2])
        expect(relabellingLowerBound(norm, turned).value).toBeCloseTo(least, 10)
      }
    }
  })

  it('come close to the cut distance where one side is fixed, by the value of a game', () => {
    // Rows of A and B agree in pairs: B's are A's in another order, with its last column moved by 0.3.
    const a = randomMatrix(5, 4, 3, 'uniform')
    const b = matrix(5, 4, expand(a, Int32Array.of(2, 0, 4, 1, 3)).data.slice())
    for (let i = 0; i < 5; i++) b.data[4 * i + 3] += i < 3 ? 0.3 : -0.3
    const sides = evenSides(a, b, freedoms[1])
    const least = Math.min(...orders(5).map((rows) => distance(expand(a, rows), b, { norm: 'cut' }).value))
    const value = gameBound(sides)
    expect(value).toBeLessThanOrEqual(least)
    expect(value).toBeGreaterThan(0.85 * least)
    expect(gameBound(evenSides(a, b, freedoms[0]))).toBe(0)
  })
})
