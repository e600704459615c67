import { describe, expect, it } from 'vitest'
import { neededIds } from '../../src/study/job.js'
import { planStudy } from '../../src/study/plan.js'
import { readStudy } from '../../src/study/read-study.js'
import type { StudyConfig } from '../../src/study/schema.js'

const facts = { inputs: 16, classes: 3, fingerprint: 'f', kernels: 'simd' } as const

function config(change: (text: string) => string = (text) => text): StudyConfig {
  const text = `trials: 2
data: { source: mnist, samples: 8 }
network: { widths: [8, 16], hiddenLayers: 2 }
prune: { methods: [random, snip], densities: [0.5] }
graphon: { bins: 4 }
training: { steps: 3, trials: 1 }
`
  return readStudy(change(text), 'study.yaml')
}

const ids = (study: StudyConfig) => new Set(planStudy(study, facts).map((job) => job.id))

describe('planStudy', () => {
  it('has one run per method, density, width and trial, one kernel per method and width, and no duplicate', () => {
    const jobs = planStudy(config(), facts)
    const count = (kind: string) => jobs.filter((job) => job.kind === kind).length
    expect([count('run'), count('kernel'), count('convergence'), count('dense')]).toEqual([8, 4, 2, 1])
    expect([count('motifs'), count('closed-form')]).toEqual([2, 4])
    expect(new Set(jobs.map((job) => job.id)).size).toBe(jobs.length)
  })

  it('lists every job after those it needs', () => {
    const seen = new Set<string>()
    for (const job of planStudy(config(), facts)) {
      for (const id of neededIds(job)) expect(seen).toContain(id)
      seen.add(job.id)
    }
  })

  it('keeps the results that an edit cannot change and drops those it can', () => {
    const before = ids(config())
    const kept = (change: (text: string) => string) => [...ids(config(change))].filter((id) => before.has(id)).length
    expect(kept((text) => text.replace('trials: 2', 'title: Another\ntrials: 2'))).toBe(before.size)
    expect(kept((text) => text.replace('samples: 8', 'samples: 9'))).toBe(0)
    expect(kept((text) => `seed: 1\n${text}`)).toBe(0)
    // One more method leaves the others' results in place.
    expect(kept((text) => text.replace('snip]', 'snip, grasp]'))).toBe(before.size)
    // Another step count touches trained runs and what is made of them: 4 untrained runs, 4 closed forms and the dense kernel stay.
    const retrained = kept((text) => text.replace('steps: 3', 'steps: 4'))
    expect(retrained).toBe(4 + 4 + 1)
  })

  it('knows closed forms of random, magnitude and SNIP masks alone', () => {
    const study = config((text) => text.replace('[random, snip]', '[random, magnitude, snip, grasp, synflow]'))
    const methods = planStudy(study, facts).flatMap(({ kind, method }) => (kind === 'closed-form' ? [method] : []))
    expect(new Set(methods)).toEqual(new Set(['random', 'magnitude', 'snip']))
  })

  it('keeps the names of runs, which are expensive, from version to version', () => {
    const runs = planStudy(config(), facts).flatMap(({ kind, id }) => (kind === 'run' ? [id] : []))
    expect(runs).toContain('run-snip-d0.5-h2-w16-t0-ad64e3988ba6')
  })

  it('refuses a density that keeps nothing, with the least one that keeps a weight', () => {
    const at = (density: number, scope: string) => () =>
      planStudy(
        config((text) =>
          text.replace('[random, snip], densities: [0.5]', `[random], densities: [0.5, ${density}], scope: ${scope}`),
        ),
        facts,
      )
    const least = (plan: () => unknown): number => {
      try {
        plan()
      } catch (error) {
        return Number(/expected at least (\S+)$/.exec((error as Error).message)?.[1])
      }
      return Number.NaN
    }
    // 16 · 8 + 8 · 8 + 8 · 3 weights in all, 24 in the smallest matrix.
    for (const [scope, total] of [
      ['global', 216],
      ['layer', 24],
      ['both', 24],
    ] as const) {
      const tooLow = at(1e-9, scope)
      expect(tooLow).toThrow(/^prune\.densities: 1e-9 keeps none of .* network \((global|layer) scope\)/)
      if (scope === 'both') continue
      const found = least(tooLow)
      expect(found * total).toBeCloseTo(0.5, 3)
      expect(at(found, scope)).not.toThrow()
      expect(at(0.999 * found, scope)).toThrow(RangeError)
    }
    expect(at(0.01, 'both')).toThrow(/a matrix of 24 weights of a 16-8-8-3 network \(layer scope\)/)
  })

  it('refuses sizes that do not fit the data', () => {
    const study = config((text) => text.replace('widths: [8, 16], hiddenLayers: 2', 'sizes: [15, 4, 3]'))
    expect(() => planStudy(study, facts)).toThrow(/expected 16 inputs and 3 outputs as the data has, got \[15, 4, 3\]/)
  })
})
