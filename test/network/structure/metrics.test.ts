import { describe, expect, it } from 'vitest'
import { createMask, denseMask, type Mask } from '../../../src/network/mask.js'
import { maskChain } from '../../../src/network/structure/chain.js'
import type { StructureMetric } from '../../../src/network/structure/metric.js'
import {
  measureStructure,
  missingStructure,
  structureMetricNames,
  structureMetrics,
} from '../../../src/network/structure/metrics.js'
import { bernoulli, maskOf } from './masks.js'

const chains: readonly (readonly Mask[])[] = [
  [denseMask(1, 1)],
  [maskOf('0')],
  [denseMask(4, 3), denseMask(2, 4)],
  [bernoulli(12, 20, 0.3, 1), bernoulli(8, 12, 0.4, 2), bernoulli(3, 8, 0.5, 3)],
  [bernoulli(12, 20, 0.3, 1), createMask(8, 12, new Uint8Array(96)), bernoulli(3, 8, 0.5, 3)],
  [maskOf('100', '000', '000'), maskOf('010')],
  [bernoulli(30, 40, 0.5, 4), bernoulli(1, 30, 0.5, 5)],
]

describe('structure metrics', () => {
  it('stand under their own names, with a label and a line', () => {
    for (const [name, metric] of Object.entries(structureMetrics)) {
      expect(metric.name).toBe(name)
      expect(metric.label.length * metric.description.length).toBeGreaterThan(0)
    }
  })

  it('give one entry per matrix with the same keys, never NaN, and a reason exactly where one is null', () => {
    for (const masks of chains) {
      const chain = maskChain(masks)
      const missing = missingStructure(chain)
      for (const [name, { network, matrices }] of Object.entries(measureStructure(chain))) {
        expect(matrices).toHaveLength(masks.length)
        const keys = Object.keys(matrices[0])
        const records: readonly Readonly<Record<string, unknown>>[] = [network, ...matrices]
        for (const one of matrices) expect(Object.keys(one)).toEqual(keys)
        const values = records.flatMap((record) => Object.values(record))
        for (const value of values) if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
        expect([name, name in missing]).toEqual([name, values.includes(null)])
      }
    }
  })

  it('are measured by name, or by a metric of one’s own', () => {
    const largestFanIn: StructureMetric = {
      name: 'largestFanIn',
      label: 'largest fan-in',
      description: 'of any unit',
      measure: ({ inDegrees }) => ({
        network: {},
        matrices: inDegrees.map((degrees) => ({ largest: Math.max(...degrees) })),
      }),
      reason: () => undefined,
    }
    const found = measureStructure(maskChain([maskOf('110', '100')]), ['densities', largestFanIn])
    expect(Object.keys(found)).toEqual(['densities', 'largestFanIn'])
    expect(found['largestFanIn'].matrices).toEqual([{ largest: 2 }])
  })

  it('refuse a name that the table lacks, and what is no metric', () => {
    const chain = maskChain([denseMask(2, 2)])
    const unknown = ['girth'] as unknown as readonly (typeof structureMetricNames)[number][]
    expect(() => measureStructure(chain, unknown)).toThrow(/expected a metric of densities, .*, got 'girth'/)
    const broken = [{ name: 'girth' }] as unknown as readonly StructureMetric[]
    expect(() => measureStructure(chain, broken)).toThrow(/measureStructure: metric: /)
  })
})

describe('maskChain', () => {
  it('refuses masks that do not follow one another, by their place', () => {
    expect(() => maskChain([])).toThrow('expected one mask or more, got none')
    expect(() => maskChain([denseMask(3, 4), denseMask(2, 4)])).toThrow(
      'layers.1: expected 3 columns, one for each row of layers.0, got 4',
    )
  })

  it('has the sizes of the network', () => {
    expect(maskChain([denseMask(3, 4), denseMask(2, 3)]).sizes).toEqual([4, 3, 2])
  })
})
