import { describe, expect, it } from 'vitest'
import { hiddenScores } from '../../../../src/graphon/estimate/fit/align.js'
import type { GraphonChain } from '../../../../src/graphon/chain/chain.js'
import { erdosRenyiMask } from '../../../../src/graphon/sample/erdos-renyi.js'
import { chainOf } from '../../../../src/graphon/estimate/estimate.js'
import {
  testLimit,
  type LadderRung,
  type LayerTest,
} from '../../../../src/graphon/convergence/limit-test/limit-test.js'
import { constantChain, degreeProductChain, sampleMasks } from '../../../../src/graphon/sample/sample.js'
import { totalDensity, type Mask } from '../../../../src/network/mask.js'
import { randomStream } from '../../../../src/random/random.js'
import { relabelHidden } from '../../support.js'

const bins = 12

interface Study {
  /** Sizes of the network of width n. */
  readonly sizes: (n: number) => readonly number[]
  readonly widths: readonly number[]
  readonly trials: number
  readonly masks: (sizes: readonly number[], n: number, seed: number) => readonly Mask[]
}

function ladderOf({ sizes, widths, trials, masks }: Study, seed: number): LadderRung[] {
  return widths.map((width, w) => ({
    width,
    sizes: sizes(width),
    chains: Array.from({ length: trials }, (_, t) =>
      chainOf(masks(sizes(width), width, 100_000 * seed + 1000 * w + t), { bins }),
    ),
  }))
}

const run = (study: Study, seed: number): LayerTest[] =>
  testLimit(ladderOf(study, seed), { seed: seed + 1, bins, simulations: 3 })

const shareOf = (study: Study, studies: number, holds: (tests: readonly LayerTest[]) => boolean): number =>
  Array.from({ length: studies }, (_, seed) => holds(run(study, seed))).filter(Boolean).length / studies

/** Masks of independent entries with mean p: Erdős–Rényi masks whose numbers of ones are binomial (normal, beyond 10³ cells). */
function independentMasks(sizes: readonly number[], p: number, seed: number): Mask[] {
  return sizes.slice(1).map((rows, i) => {
    const random = randomStream(seed, 'independent mask', i)
    const total = rows * sizes[i]
    const kept = Math.round(p * total + Math.sqrt(total * p * (1 - p)) * random.normal())
    return erdosRenyiMask(rows, sizes[i], kept, random)
  })
}

const exactMasks = (sizes: readonly number[], p: number, seed: number): Mask[] =>
  sizes.slice(1).map((rows, i) => {
    const kept = Math.floor(p * rows * sizes[i] + 0.5)
    return erdosRenyiMask(rows, sizes[i], kept, randomStream(seed, 'exact mask', i))
  })

const deep = (n: number) => [16, n, n, 8]

describe('a hundred simulated studies', () => {
  it('do not call Erdős–Rényi masks structured, and never let them drift', { timeout: 120_000 }, () => {
    const study: Study = {
      sizes: deep,
      widths: [48, 96, 192],
      trials: 6,
      masks: (sizes, _, seed) => exactMasks(sizes, 0.2, seed),
    }
    const verdicts: string[] = []
    const flat = shareOf(study, 100, (tests) => {
      verdicts.push(...tests.map(({ verdict }) => verdict))
      return tests.every(({ structure }) => structure?.structured === false)
    })
    expect(flat).toBeGreaterThanOrEqual(0.95)
    expect(verdicts.filter((verdict) => verdict === 'drifting').length).toBeLessThanOrEqual(3)
  })

  it('call p_n = 0.2 + 1 / log n drifting, by its budget', { timeout: 120_000 }, () => {
    const study: Study = {
      sizes: (n) => [48, n, 48],
      widths: [64, 480, 3600],
      trials: 5,
      masks: (sizes, n, seed) => independentMasks(sizes, 0.2 + 1 / Math.log(n), seed),
    }
    const drifting = shareOf(study, 100, (tests) =>
      tests.some(({ verdict, restsOn }) => verdict === 'drifting' && restsOn !== 'shape'),
    )
    expect(drifting).toBeGreaterThanOrEqual(0.95)
  })

  it.each([
    ['0.2 + 1 / √n', (n: number) => 0.2 + 1 / Math.sqrt(n)],
    ['0.2 + 5 / n', (n: number) => 0.2 + 5 / n],
  ])('do not call p_n = %s drifting', { timeout: 120_000 }, (_, p) => {
    const study: Study = {
      sizes: (n) => [24, n, 24],
      widths: [64, 256, 1024],
      trials: 5,
      masks: (sizes, n, seed) => independentMasks(sizes, p(n), seed),
    }
    expect(shareOf(study, 100, (tests) => tests.some(({ verdict }) => verdict === 'drifting'))).toBeLessThanOrEqual(
      0.08,
    )
  })
})

describe('structure', () => {
  const study = (slope: (n: number) => number): Study => ({
    sizes: deep,
    widths: [48, 192, 768],
    trials: 5,
    masks: (_, n, seed) =>
      sampleMasks(
        degreeProductChain({ inputs: 16, classes: 8, hidden: [48, 48] }, { density: 0.2, slope: slope(n) }),
        [n, n],
        seed,
      ),
  })

  it('of a degree product is found, and its size', { timeout: 60_000 }, () => {
    for (let seed = 0; seed < 3; seed++) {
      const hidden = run(
        study(() => 1),
        seed,
      )[1]
      expect(hidden.structure?.structured).toBe(true)
      // ‖g ⊗ g − 1‖² = (1 + s²/12)² − 1 for g(u) = 1 + s(½ − u).
      // Sorting by few inputs and classes mixes positions and takes part of it away.
      expect(hidden.structure!.distance).toBeGreaterThan(0.6 * Math.sqrt((13 / 12) ** 2 - 1))
      expect(hidden.structure!.distance).toBeLessThan(1.05 * Math.sqrt((13 / 12) ** 2 - 1))
      expect(hidden.shape?.verdict).not.toBe('drifting')
      expect(hidden.budget.verdict).toBe('converged')
    }
  })

  it('that grows with log n drifts, by its shape and not by its budget', { timeout: 60_000 }, () => {
    for (let seed = 0; seed < 3; seed++) {
      const hidden = run(
        study((n) => 0.2 + (0.75 * Math.log(n / 48)) / Math.log(4)),
        seed,
      )[1]
      expect(hidden.verdict).toBe('drifting')
      expect(hidden.restsOn).toBe('shape')
      expect(hidden.budget.verdict).toBe('converged')
    }
  })
})

describe('testLimit', () => {
  const small: Study = {
    sizes: (n) => [301, n, 7],
    widths: [6, 12, 24],
    trials: 3,
    masks: (sizes, _, seed) => exactMasks(sizes, 0.4, seed),
  }

  it('does not depend on the names of hidden units', () => {
    // Ties in degree are broken by index, so masks are chosen that have none.
    const untied = (sizes: readonly number[], start: number): Mask[] => {
      for (let seed = 10_000 * start; ; seed++) {
        const masks = exactMasks(sizes, 0.4, seed)
        if (hiddenScores(masks).every((scores) => new Set(scores).size === scores.length)) return masks
      }
    }
    const named = (rename: boolean): Study => ({
      ...small,
      masks: (sizes, _, seed) => {
        const masks = untied(sizes, seed)
        return rename ? relabelHidden(masks, seed) : masks
      },
    })
    expect(run(named(true), 1)).toEqual(run(named(false), 1))
  })

  it('is the same for the same seed, and reports one entry per matrix, change and width', () => {
    const ladder = ladderOf(small, 2)
    const found = testLimit(ladder, { seed: 5, bins })
    expect(testLimit(ladder, { seed: 5, bins })).toEqual(found)
    expect(found.map(({ matrix }) => matrix)).toEqual([1, 2])
    for (const { successive, toWidest, spread } of found) {
      expect([successive.length, toWidest.length, spread.length]).toEqual([2, 2, 3])
    }
  })

  it('follows further numbers of the trials', () => {
    const ladder = ladderOf(small, 3).map((rung) => ({
      ...rung,
      observed: rung.chains.map(() => ({
        'dead units': rung.sizes.slice(1).map(() => Math.log(rung.width)),
        elsewhere: rung.sizes.slice(1).map((_, l) => (l === 0 ? null : 1)),
      })),
    }))
    for (const { matrix, observed } of testLimit(ladder, { seed: 0, bins })) {
      expect(observed['dead units'].verdict).toBe('drifting')
      // A number that some trial lacks is not followed.
      expect('elsewhere' in observed).toBe(matrix > 1)
    }
  })

  it('judges the budget alone when trials are too few for a shape, and decides nothing by it', () => {
    const found = run({ ...small, trials: 2 }, 4)
    for (const { shape, structure, verdict, reason } of found) {
      expect([shape, structure, verdict]).toEqual([null, null, 'undecided'])
      expect(reason).toContain('fewer than 3 trials')
    }
  })

  it('has no shape where a mask is empty', () => {
    const empty: Study = {
      ...small,
      masks: (sizes, _, seed) => [
        exactMasks(sizes, 0.4, seed)[0],
        erdosRenyiMask(sizes[2], sizes[1], 0, randomStream(seed)),
      ],
    }
    const [, last] = run(empty, 5)
    expect(last.shape).toBeNull()
    expect(last.reason).toContain('keeps no weight')
  })

  it('refuses ladders that it cannot compare', () => {
    const ladder = ladderOf(small, 6)
    expect(() => testLimit([], { seed: 0 })).toThrow(/at least one width/)
    expect(() => testLimit([...ladder].reverse(), { seed: 0 })).toThrow(/increasing positive widths/)
    expect(() => testLimit([{ ...ladder[0], width: NaN }], { seed: 0 })).toThrow(RangeError)
    expect(() => testLimit([{ ...ladder[0], chains: [] }], { seed: 0 })).toThrow(/at least one trial/)
    expect(() => testLimit([{ ...ladder[0], sizes: [1, 2] }], { seed: 0 })).toThrow(/3 sizes/)
    expect(() => testLimit(ladder, { seed: 0, simulations: 2 })).toThrow(/at least 3 simulations/)
    expect(() => testLimit(ladder, { seed: 0, simulations: NaN })).toThrow(RangeError)
  })
})

describe('the studies themselves', () => {
  it('draw masks of the density they claim', () => {
    const masks = independentMasks([48, 700, 48], 0.35, 1)
    expect(Math.abs(totalDensity(masks) - 0.35)).toBeLessThan(5 * Math.sqrt((0.35 * 0.65) / (2 * 48 * 700)))
    const chain: GraphonChain = constantChain({ inputs: 48, classes: 48, hidden: [4] }, 0.35)
    expect(Math.abs(totalDensity(sampleMasks(chain, [700], 1)) - 0.35)).toBeLessThan(0.01)
  })
})
