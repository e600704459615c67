import { describe, expect, it } from 'vitest'
import { createChain } from '../../../src/graphon/chain/chain.js'
import { pathDensity } from '../../../src/graphon/chain/path-density.js'
import { matrix } from '../../../src/linalg/matrix.js'
import { createMask, denseMask, type Mask } from '../../../src/network/mask.js'
import { maskChain } from '../../../src/network/structure/chain.js'
import { measureStructure, missingStructure } from '../../../src/network/structure/metrics.js'
import { reachedOutputs } from '../../../src/network/paths.js'
import { bernoulli, maskOf } from './masks.js'

const of = (...masks: Mask[]) => measureStructure(maskChain(masks))

describe('the effective part', () => {
  it('leaves out survivors that lead to a dead end or come from none', () => {
    // Hidden unit 1 has no input, unit 2 no output; unit 0 has both.
    const found = of(maskOf('110', '000', '011'), maskOf('110'))
    expect(found.effectiveDensity).toEqual({
      network: { kept: 3, density: 3 / 12 },
      matrices: [
        { kept: 2, density: 2 / 9 },
        { kept: 1, density: 1 / 3 },
      ],
    })
    expect(found.effectiveUnits.network).toEqual({ inputs: 2, hidden: 1, outputs: 1 })
    expect(found.effectiveUnits.matrices).toEqual([
      { units: 1, share: 1 / 3 },
      { units: 1, share: 1 },
    ])
    expect(found.deadUnits).toEqual({
      network: { unusedInputs: 0, hidden: 2, outputs: 0 },
      matrices: [
        { units: 3, withoutIn: 1, withoutOut: 1, dead: 2 },
        { units: 1, withoutIn: 0, withoutOut: 0, dead: 0 },
      ],
    })
  })

  it('is all of a dense network', () => {
    const found = of(denseMask(4, 5), denseMask(3, 4), denseMask(2, 3))
    expect(found.effectiveDensity.network).toEqual({ kept: 38, density: 1 })
    expect(found.effectiveUnits.network).toEqual({ inputs: 5, hidden: 7, outputs: 2 })
  })

  it('does not change when what is outside of it is pruned, and is then all that is kept', () => {
    const masks = [bernoulli(20, 30, 0.08, 1), bernoulli(15, 20, 0.1, 2), bernoulli(6, 15, 0.1, 3)]
    const { units } = maskChain(masks).effective()
    const trimmed = masks.map(({ rows, cols, data }, l) =>
      createMask(
        rows,
        cols,
        data.map((bit, k) => bit & units[l + 1][Math.floor(k / cols)] & units[l][k % cols]),
      ),
    )
    const [before, after] = [of(...masks), of(...trimmed)]
    expect(before.effectiveDensity.network.kept).toBeLessThan(before.densities.network.kept)
    expect(after.densities).toEqual(before.effectiveDensity)
    expect(after.effectiveDensity).toEqual(before.effectiveDensity)
    expect(after.paths.network).toEqual(before.paths.network)
    expect(after.effectiveUnits.network.outputs).toBe(reachedOutputs(masks).reduce((sum, bit) => sum + bit, 0))
  })
})

describe('paths', () => {
  it('are as many as the sizes multiply to in a dense network, however deep', () => {
    const layers = 400
    const masks = Array.from({ length: layers }, () => denseMask(30, 30))
    const { logPaths, logDensePaths, logDensity, density } = of(...masks).paths.network
    // 30^401 is beyond every double.
    expect(logPaths! / ((layers + 1) * Math.log(30))).toBeCloseTo(1, 13)
    expect(logDensePaths / logPaths!).toBeCloseTo(1, 13)
    expect(logDensity).toBeCloseTo(0, 9)
    expect(density).toBeCloseTo(1, 9)
  })

  it('keep their logarithm where their density is below every double', () => {
    const layers = 400
    const cycle = createMask(
      30,
      30,
      Uint8Array.from({ length: 900 }, (_, k) => (k % 31 === 0 ? 1 : 0)),
    )
    const { logPaths, logDensity, density } = of(...Array.from({ length: layers }, () => cycle)).paths.network
    expect(logPaths).toBeCloseTo(Math.log(30), 12)
    expect(logDensity! / (-layers * Math.log(30))).toBeCloseTo(1, 13)
    expect(density).toBe(0)
  })

  it('have the mean path density of the chain whose steps are the units', () => {
    const masks = [bernoulli(8, 10, 0.4, 1), bernoulli(7, 8, 0.5, 2), bernoulli(3, 7, 0.6, 3)]
    const uniform = (n: number) => new Float64Array(n).fill(1 / n)
    const chain = createChain({
      W: masks.map(({ rows, cols, data }) => matrix(rows, cols, Float64Array.from(data))),
      measures: [uniform(8), uniform(7)],
    })
    const { density, logDensity } = of(...masks).paths.network
    expect(density).toBeCloseTo(pathDensity(chain).mean, 14)
    expect(logDensity).toBeCloseTo(pathDensity(chain).logMean, 12)
  })

  it('end where a matrix is empty, and the network has collapsed', () => {
    const masks = [denseMask(3, 4), maskOf('000', '000'), denseMask(2, 2)]
    const found = of(...masks)
    expect(found.paths.matrices.map(({ density }) => density)).toEqual([1, 0, 0])
    expect(found.paths.network.logPaths).toBeNull()
    expect(found.effectiveDensity.network.kept).toBe(0)
    expect(found.collapse).toEqual({
      network: { collapsed: true, emptyMatrices: 1, lostOutputs: 2 },
      matrices: [{ empty: false }, { empty: true }, { empty: false }],
    })
    expect(missingStructure(maskChain(masks), ['paths'])).toEqual({
      paths: 'no path of survivors leads through layers.1',
    })
  })

  it('can end without an empty matrix', () => {
    const found = of(maskOf('11', '00'), maskOf('01'))
    expect(found.collapse.network).toEqual({ collapsed: true, emptyMatrices: 0, lostOutputs: 1 })
    expect(found.deadUnits.network.hidden).toBe(2)
  })
})
