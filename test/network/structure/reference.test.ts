import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createMask } from '../../../src/network/mask.js'
import { maskChain } from '../../../src/network/structure/chain.js'
import { measureStructure } from '../../../src/network/structure/metrics.js'

interface Reference {
  readonly name: string
  readonly sizes: readonly number[]
  readonly masks: readonly string[]
  readonly effectiveKept: readonly number[]
  readonly effectiveUnits: readonly number[]
  readonly logPaths: readonly (number | null)[]
  readonly matrices: readonly {
    readonly inDegrees: { readonly mean: number; readonly variance: number | null }
    readonly outDegrees: { readonly mean: number; readonly variance: number | null }
    readonly first: number
    readonly second: number | null
    readonly bound: number | null
    readonly meanDifference: { readonly difference: number | null; readonly subgraphs: number }
  }[]
}

const file = new URL('../../oracle/fixtures/structure.json', import.meta.url)
const { chains } = JSON.parse(readFileSync(file, 'utf8')) as { readonly chains: readonly Reference[] }

const bitsOf = (hex: string, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, k) => (parseInt(hex[k >> 2], 16) >> (3 - (k & 3))) & 1)

const close = (value: number | null): unknown => (value === null ? null : (expect.closeTo(value, 9) as number))

describe.each(chains)('the structure of $name, beside networkx and NumPy', (reference) => {
  const masks = reference.masks.map((hex, l) => {
    const [cols, rows] = reference.sizes.slice(l, l + 2)
    return createMask(rows, cols, bitsOf(hex, rows * cols))
  })
  const found = measureStructure(maskChain(masks))

  it('has the same survivors and units on paths', () => {
    expect(found.effectiveDensity.matrices.map(({ kept }) => kept)).toEqual(reference.effectiveKept)
    const { inputs } = found.effectiveUnits.network
    expect([inputs, ...found.effectiveUnits.matrices.map(({ units }) => units)]).toEqual(reference.effectiveUnits)
  })

  it('has as many paths as whole numbers count', () => {
    expect(found.paths.matrices.map(({ logPaths }) => logPaths)).toEqual(reference.logPaths.map(close))
    expect(found.paths.network.logPaths).toEqual(close(reference.logPaths.at(-1)!))
  })

  it('has the same degrees, singular values and bounds', () => {
    reference.matrices.forEach((matrix, l) => {
      for (const side of ['inDegrees', 'outDegrees'] as const) {
        const { mean, variance } = found[side].matrices[l]
        expect({ mean, variance }).toEqual({ mean: close(matrix[side].mean), variance: close(matrix[side].variance) })
      }
      const { first, second } = found.singularValues.matrices[l]
      expect([first, second]).toEqual([close(matrix.first), close(matrix.second)])
      const { bound, difference } = found.ramanujan.matrices[l]
      expect(bound).toEqual(close(matrix.bound))
      expect(difference).toEqual(bound === null ? null : close(matrix.bound! - matrix.second!))
      expect(found.boundDifference.matrices[l]).toEqual({
        difference: close(matrix.meanDifference.difference),
        subgraphs: matrix.meanDifference.subgraphs,
      })
    })
  })
})
