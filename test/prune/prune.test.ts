import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matrix } from '../../src/linalg/matrix.js'
import { effectiveWeights } from '../../src/network/forward.js'
import { lossAndGradient } from '../../src/network/gradient.js'
import { createNetwork } from '../../src/network/initialize.js'
import { createMask, density, totalDensity, type Mask } from '../../src/network/mask.js'
import { scopes } from '../../src/prune/budget.js'
import { criteria, criterionNames, parseCriterion } from '../../src/prune/criteria.js'
import { applyMasks, prune, type PruneOptions } from '../../src/prune/prune.js'
import { batchFor, entries, network, standardTwin } from './networks.js'

const net = network([9, 14, 12, 4], 1)
const batch = batchFor(net, 20, 2)
const total = 9 * 14 + 14 * 12 + 12 * 4
const base: Omit<PruneOptions, 'method'> = { density: 0.2, scope: 'global', seed: 3, batch }
const bits = (masks: readonly Mask[]) => masks.map(entries)
const kept = (masks: readonly Mask[]) => masks.reduce((sum, mask) => sum + mask.kept, 0)

describe.each(criterionNames)('%s', (method) => {
  it('keeps exactly ⌊density · total + ½⌋ weights, of all matrices or of each', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.002, max: 1, noNaN: true }), (share) => {
        const global = prune(net, { ...base, method, density: share, scope: 'global' })
        expect(kept(global.masks)).toBe(Math.floor(share * total + 0.5))
        fc.pre(Math.floor(share * 14 * 12 + 0.5) > 0)
        const layer = prune(net, { ...base, method, density: share, scope: 'layer' })
        for (const mask of layer.masks) expect(mask.kept).toBe(Math.floor(share * mask.data.length + 0.5))
      }),
      { seed: 31, numRuns: 15, examples: [[1], [0.5 / total], [1 / total]] },
    )
  })

  it.each(scopes)('gives the same masks twice, and nested in those of the network it is given (%s scope)', (scope) => {
    const options = { ...base, method, scope } as const
    const first = prune(net, { ...options, density: 0.5 })
    expect(bits(prune(net, { ...options, density: 0.5 }).masks)).toEqual(bits(first.masks))
    const second = prune(applyMasks(net, first.masks), { ...options, density: 0.25 })
    expect(totalDensity(second.masks)).toBeCloseTo(0.25, 2)
    for (const [i, { data }] of second.masks.entries()) {
      expect(data.every((bit, k) => bit <= first.masks[i].data[k])).toBe(true)
    }
  })

  it('means the same in both parameterisations', () => {
    const options = { ...base, method } as const
    expect(bits(prune(standardTwin(net), options).masks)).toEqual(bits(prune(net, options).masks))
  })

  it('says what it is', () => {
    const { label, summary, paper } = criteria[method]
    for (const text of [label, summary, paper]) expect(text).not.toBe('')
    expect(parseCriterion(method)).toBe(method)
  })

  it.each([0, -0.1, 1.5, NaN, Infinity])('refuses density %s', (bad) => {
    expect(() => prune(net, { ...base, method, density: bad })).toThrow(/density in \(0, 1\], got/)
  })
})

describe('prune', () => {
  it('refuses a density that keeps nothing, with the remedy', () => {
    expect(() => prune(net, { ...base, method: 'magnitude', density: 0.4 / total })).toThrow(/keeps weights.*at least/)
    expect(() => prune(net, { ...base, method: 'random', density: 1 / total, scope: 'layer' })).toThrow(/global scope/)
  })

  it('refuses to keep more than the given masks do', () => {
    const pruned = applyMasks(net, prune(net, { ...base, method: 'random' }).masks)
    expect(() => prune(pruned, { ...base, method: 'synflow', density: 0.3 })).toThrow(/already keep, got 0\.3; use/)
  })

  it('refuses criteria that need data without any, a bad temperature, and unknown names', () => {
    const noData = { density: 0.2, scope: 'global', seed: 0 } as const
    expect(() => prune(net, { ...noData, method: 'snip' })).toThrow(/snip needs data; give/)
    for (const temperature of [0, -1, NaN]) {
      expect(() => prune(net, { ...base, method: 'grasp', temperature })).toThrow(/positive temperature/)
    }
    for (const rounds of [0, 1.5, NaN]) {
      expect(() => prune(net, { ...base, method: 'synflow', rounds })).toThrow(/positive integer number of rounds/)
    }
    expect(() => parseCriterion('snap')).toThrow(/random, magnitude, snip, grasp, synflow, got 'snap'/)
  })

  it('names the place of a score that is not finite', () => {
    const bad = { x: matrix(20, 9, batch.x.data.slice()), targets: batch.targets }
    bad.x.data[9 * 5 + 4] = NaN
    for (const method of ['snip', 'grasp'] as const) {
      expect(() => prune(net, { ...base, method, batch: bad })).toThrow(
        /finite scores, got one that is not a number at layers\.0, row 0/,
      )
    }
  })

  it('gives an option only to criteria that name it', () => {
    for (const method of criterionNames) {
      const masks = (temperature: number) => bits(prune(net, { ...base, method, density: 0.5, temperature }).masks)
      if ('temperature' in criteria[method].defaults) expect(masks(200)).not.toEqual(masks(1))
      else expect(masks(200)).toEqual(masks(1))
    }
  })

  it('takes parts of the batch without changing the masks', () => {
    for (const method of ['snip', 'grasp'] as const) {
      const parts = prune(net, { ...base, method, batchSize: 7 })
      expect(bits(parts.masks)).toEqual(bits(prune(net, { ...base, method }).masks))
    }
  })

  it('counts a hidden unit as dead without inputs or without outputs, an output unit without inputs', () => {
    const small = network([2, 3, 2], 4)
    const pruned = applyMasks(small, [
      createMask(3, 2, Uint8Array.of(1, 1, 0, 0, 0, 1)),
      createMask(2, 3, Uint8Array.of(1, 1, 0, 0, 0, 0)),
    ])
    const { layers, warnings } = prune(pruned, { ...base, method: 'magnitude', density: 5 / 12 })
    expect(layers).toEqual([
      { shape: [3, 2], kept: 3, density: 0.5, deadUnits: 2 },
      { shape: [2, 3], kept: 2, density: 2 / 6, deadUnits: 1 },
    ])
    expect(warnings).toEqual([
      '1 of 2 outputs no longer depend on the input: no path of surviving weights reaches them',
    ])
  })

  it('warns of a collapsed layer by its place, and of masks that leave no path', () => {
    const tilted = createNetwork(
      net.spec,
      net.layers.map(({ weight, mask }, i) => ({ weight: weight.map((w) => (i === 1 ? w * 1e-9 : w)), mask })),
    )
    const { warnings, layers } = prune(tilted, { ...base, method: 'magnitude' })
    expect(layers[1].kept).toBe(0)
    expect(warnings).toEqual([
      "layers.1 (12 × 14) has no weights left: the layer has collapsed and the network's output no longer depends on the input",
    ])
    const broken = applyMasks(network([1, 2, 1], 5), [
      createMask(2, 1, Uint8Array.of(1, 0)),
      createMask(1, 2, Uint8Array.of(0, 1)),
    ])
    expect(prune(broken, { ...base, method: 'magnitude', density: 0.5 }).warnings[0]).toMatch(/^no path/)
  })

  describe('warns of a cut inside equal scores', () => {
    const sizes = [6, 10, 8, 3]
    const some = network(sizes, 7)
    const counts = [60, 80, 24]
    const ties = (
      method: PruneOptions['method'],
      scope: 'global' | 'layer',
      on = some,
      given = batchFor(some, 12, 1),
    ) =>
      prune(on, { method, scope, density: 0.3, seed: 1, batch: given }).warnings.filter((text) =>
        text.includes('equal'),
      )
    const told = (kept: number, of: number, score = '0') =>
      new RegExp(`of ${of} weights that score ${score}, the first ${kept} are kept`)

    it('where the data are zero, and so every score', () => {
      const nothing = { ...batchFor(some, 12, 1), x: matrix(12, 6) }
      for (const method of ['snip', 'grasp'] as const) {
        const [all, ...more] = ties(method, 'global', some, nothing)
        expect(all).toMatch(told(49, 164))
        expect(more).toEqual([])
        const each = ties(method, 'layer', some, nothing)
        expect(each).toHaveLength(3)
        counts.forEach((count, l) => {
          expect(each[l]).toMatch(new RegExp(`^layers\\.${l} \\(${sizes[l + 1]} × ${sizes[l]}\\)`))
          expect(each[l]).toMatch(told(Math.round(0.3 * count), count))
        })
      }
    })

    it('where all weights of a matrix are equal, which SNIP’s gradients tell apart', () => {
      const flat = createNetwork(
        some.spec,
        some.layers.map(({ weight, mask }) => ({ weight: weight.map((_, k) => (k % 2 === 0 ? 1 : -1)), mask })),
      )
      for (const method of ['magnitude', 'synflow'] as const) {
        const each = ties(method, 'layer', flat)
        expect(each).toHaveLength(3)
        if (method === 'magnitude')
          counts.forEach((n, l) => expect(each[l]).toMatch(told(Math.round(0.3 * n), n, 'the same')))
      }
      expect(ties('random', 'layer', flat)).toEqual([])
    })

    it('where more is kept than has a gradient: inputs that are always 0', () => {
      const dark = batchFor(some, 12, 1)
      dark.x.data.forEach((_, k) => k % 6 < 4 && (dark.x.data[k] = 0))
      const { masks, warnings } = prune(some, { method: 'snip', scope: 'layer', density: 0.5, seed: 1, batch: dark })
      // Of the first matrix 2 · 10 weights see something, unless their unit never fires: 30 are kept.
      const seen = masks[0].data.reduce((sum, bit, k) => sum + (k % 6 >= 4 ? bit : 0), 0)
      const first = warnings.filter((text) => text.startsWith('layers.0'))
      expect(first).toHaveLength(1)
      const [, equal, kept] = /of (\d+) weights that score 0, the first (\d+) are kept/.exec(first[0])!.map(Number)
      expect(equal).toBeGreaterThanOrEqual(40)
      expect(60 - equal + kept).toBe(30)
      expect(seen).toBeGreaterThanOrEqual(60 - equal)
    })

    it('where SynFlow is left with weights that no flow reaches, however many rounds have dropped some', () => {
      const stopped = createNetwork(
        some.spec,
        some.layers.map(({ weight, mask }, l) => ({ weight: l === 1 ? weight.map(() => 0) : weight, mask })),
      )
      for (const rounds of [1, 10, 100]) {
        const { warnings } = prune(stopped, { method: 'synflow', scope: 'global', density: 0.3, seed: 1, rounds })
        expect(warnings[0]).toMatch(told(49, 164))
      }
    })

    it('and not where the scores decide, nor where all that are equal go the same way', () => {
      for (const method of criterionNames) {
        // With a budget for each matrix SynFlow may be left with weights that the other matrices have cut off.
        for (const scope of scopes)
          if (method !== 'synflow' || scope === 'global') expect(ties(method, scope)).toEqual([])
      }
      const half = createNetwork(
        some.spec,
        some.layers.map(({ weight, mask }) => ({
          weight: weight.map((_, k) => (k < weight.length / 2 ? 2 : 1)),
          mask,
        })),
      )
      const { warnings } = prune(half, { method: 'magnitude', scope: 'layer', density: 0.5, seed: 1 })
      expect(warnings.filter((text) => text.includes('equal'))).toEqual([])
    })
  })

  it('has no warnings when every output is reached', () => {
    expect(prune(net, { ...base, method: 'synflow', density: 0.5 }).warnings).toEqual([])
  })
})

describe('applyMasks', () => {
  it('replaces the masks, shares the weights, and refuses other shapes', () => {
    const { masks } = prune(net, { ...base, method: 'random' })
    const pruned = applyMasks(net, masks)
    expect(pruned.layers.map(({ mask }) => mask)).toEqual(masks)
    expect(pruned.layers[0].weight).toBe(net.layers[0].weight)
    expect(() => applyMasks(net, masks.slice(1))).toThrow(/3 masks, got 2/)
    expect(() => applyMasks(net, [...masks].reverse())).toThrow(RangeError)
  })
})

describe('saliency of a bias-free ReLU network', () => {
  it('is conserved: Σ w ∂L/∂w into a hidden unit equals Σ w ∂L/∂w out of it', () => {
    const { weights } = lossAndGradient(net, batch, { loss: 'cross-entropy' })
    const saliency = effectiveWeights(net).map(({ data }, l) => data.map((w, k) => w * weights[l][k]))
    for (let l = 0; l + 1 < saliency.length; l++) {
      const [{ rows, cols }, next] = [net.layers[l].mask, net.layers[l + 1].mask]
      for (let unit = 0; unit < rows; unit++) {
        let [into, out] = [0, 0]
        for (let j = 0; j < cols; j++) into += saliency[l][unit * cols + j]
        for (let i = 0; i < next.rows; i++) out += saliency[l + 1][i * next.cols + unit]
        expect(Math.abs(into - out)).toBeLessThan(1e-15)
      }
    }
  })
})

describe('random pruning', () => {
  it('draws the count of each matrix from the hypergeometric law, and each weight equally often', () => {
    const trials = 2000
    const small = network([4, 5, 3], 6)
    const counts: number[] = []
    const inclusion = new Float64Array(35)
    for (let seed = 0; seed < trials; seed++) {
      const { masks } = prune(small, { method: 'random', density: 0.4, scope: 'global', seed })
      counts.push(masks[0].kept)
      bits(masks)
        .flat()
        .forEach((bit, k) => (inclusion[k] += bit / trials))
    }
    // 14 of 35 are kept, 20 of 35 lie in the first matrix.
    const mean = counts.reduce((sum, count) => sum + count, 0) / trials
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / trials
    const exact = 14 * (20 / 35) * (15 / 35) * (21 / 34)
    expect(Math.abs(mean - 8)).toBeLessThan(4 * Math.sqrt(exact / trials))
    expect(Math.abs(variance / exact - 1)).toBeLessThan(4 * Math.sqrt(2 / trials))
    for (const share of inclusion) expect(Math.abs(share - 0.4)).toBeLessThan(4.5 * Math.sqrt(0.24 / trials))
  })

  it('differs between seeds and between layers', () => {
    const square = network([6, 6, 6], 7)
    const masks = (seed: number) => bits(prune(square, { method: 'random', density: 0.5, scope: 'layer', seed }).masks)
    expect(masks(1)).not.toEqual(masks(2))
    expect(masks(1)[0]).not.toEqual(masks(1)[1])
  })

  it('keeps every layer near the common density under global scope', () => {
    const { masks } = prune(network([50, 60, 40, 10], 8), { method: 'random', density: 0.3, scope: 'global', seed: 9 })
    for (const mask of masks) expect(Math.abs(density(mask) - 0.3)).toBeLessThan(5 * Math.sqrt(0.21 / mask.data.length))
  })
})
