import { describe, expect, it } from 'vitest'
import { matrix } from '../../src/linalg/matrix.js'
import { defineMetric, type MetricDefinition } from '../../src/spectrum/define.js'
import type { MetricValue, Spectrum } from '../../src/spectrum/metric.js'
import { measureSpectrum, metricParts, missingMetrics, spectralMetrics } from '../../src/spectrum/metrics.js'
import { spectrum } from '../../src/spectrum/spectrum.js'
import { topSpectrum } from '../../src/spectrum/top-spectrum.js'
import { definedParticipation, participation } from './participation.js'

const of = (...eigenvalues: number[]): Spectrum => ({ eigenvalues, trace: eigenvalues.reduce((a, b) => a + b, 0) })
const diagonal = (...values: number[]) =>
  matrix(
    values.length,
    values.length,
    Float64Array.from({ length: values.length ** 2 }, (_, k) =>
      k % (values.length + 1) === 0 ? values[k / (values.length + 1)] : 0,
    ),
  )
const table = { ...spectralMetrics, participation }
const spectra = [of(1), of(1, 1), of(3, 2, 1), of(1, 0), of(0, 0), of(1, -1e-14), of(2, 1, -1)]

describe('a metric that is added to the table as CONTRIBUTING says', () => {
  it('is measured with the others', () => {
    const found = measureSpectrum(of(2, 1, 1), Object.values(table))
    expect(Object.keys(found)).toEqual(Object.keys(table))
    expect(found['participation']).toBeCloseTo(16 / 6, 14)
    expect(measureSpectrum(of(...Array.from({ length: 7 }, () => 0.3)), [participation])['participation']).toBeCloseTo(
      7,
      13,
    )
  })

  it('has a reason exactly where it is null', () => {
    for (const known of spectra) {
      for (const one of [known, { ...known, n: known.eigenvalues.length + 3, smallest: 0 }]) {
        const isNull = measureSpectrum(one, [participation])['participation'] === null
        expect('participation' in missingMetrics(one, [participation])).toBe(isNull)
      }
    }
  })

  it('is what its few lines by defineMetric are', () => {
    for (const known of spectra) {
      for (const one of [known, { ...known, n: known.eigenvalues.length + 3, smallest: 0 }]) {
        expect(measureSpectrum(one, [definedParticipation])).toEqual(measureSpectrum(one, [participation]))
        expect(missingMetrics(one, [definedParticipation])).toEqual(missingMetrics(one, [participation]))
      }
    }
  })

  it('has each metric under its own name', () => {
    for (const [name, metric] of Object.entries(table)) expect(metric.name).toBe(name)
  })
})

describe('spectrum with a metric of one’s own', () => {
  it('puts it beside the table’s, which stay as they are', () => {
    const kernel = diagonal(4, 2, 1)
    const { metrics, ...rest } = spectrum(kernel, { metrics: [definedParticipation, 'gap'] })
    expect(metrics).toEqual({ participation: expect.closeTo(49 / 21, 13) as number, gap: 2 })
    expect(rest).toEqual(spectrum(kernel))
    expect(spectrum(kernel)).not.toHaveProperty('metrics')
  })

  it('says why it is null, of the top of a spectrum too', () => {
    const zero = spectrum(diagonal(0, 0), { metrics: [definedParticipation] })
    expect([zero.metrics, zero.reasons]).toMatchObject([
      { participation: null },
      { participation: 'the kernel is zero' },
    ])
    const top = topSpectrum(diagonal(...Array.from({ length: 20 }, (_, k) => 20 - k)), {
      top: 2,
      metrics: [definedParticipation],
    })
    expect([top.metrics, top.reasons]).toMatchObject([
      { participation: null },
      { participation: 'needs all eigenvalues' },
    ])
  })

  it('knows the numbers of a record by their names', () => {
    expect(metricParts('rank', 3)).toEqual([['rank', 3]])
    expect(metricParts('decay', { alpha: 1, from: null })).toEqual([
      ['decay.alpha', 1],
      ['decay.from', null],
    ])
  })

  const by = (measure: MetricDefinition['measure'], more: Partial<MetricDefinition> = {}) =>
    spectrum(diagonal(2, 1), { metrics: [defineMetric({ name: 'x', measure, ...more })] })

  it('measures an indefinite kernel where the definition allows it', () => {
    const negative = defineMetric({
      name: 'negative',
      needsPositive: false,
      measure: ({ eigenvalues }) => Array.from(eigenvalues).filter((value) => value < 0).length,
    })
    expect(spectrum(diagonal(1, -1, -2), { metrics: [negative] }).metrics).toEqual({ negative: 2 })
    expect(by(() => null, { reason: 'never' }).reasons).toEqual({
      decay: expect.any(String) as string,
      x: 'never',
    })
  })

  it.each<[string, () => unknown, RegExp]>([
    ['a name with spaces', () => defineMetric({ name: 'a b', measure: () => 1 }), /name of letters/],
    ['no function', () => defineMetric({ name: 'x' } as never), /x: expected a function measure, got undefined/],
    ['not a number', () => by(() => NaN), /x: expected a finite number, null, or a record of these, got NaN/],
    ['a text', () => by(() => 'much' as unknown as MetricValue), /x: expected a finite number/],
    ['a record of texts', () => by(() => ({ a: 'b' }) as unknown as MetricValue), /x: expected a finite number/],
    ['no metric', () => measureSpectrum(of(1), [{} as never]), /expected a spectral metric, whose name is a string/],
    ['an unknown name', () => measureSpectrum(of(1), ['gapp' as never]), /expected a metric of decay, .* got 'gapp'/],
  ])('refuses with the reason: %s', (_, act, message) => {
    expect(act).toThrow(message)
  })
})
