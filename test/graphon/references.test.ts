import { describe, expect, it } from 'vitest'
import { scaledTo } from '../../src/graphon/sample/references/reference.js'
import { integrateTriangles } from '../../src/graphon/sample/references/integrate.js'
import { referenceNames, references } from '../../src/graphon/sample/references/references.js'

describe('integrals over the two triangles', () => {
  it('are exact for roots at the edges and kinks on the diagonal', () => {
    expect(integrateTriangles(() => 1)).toBeCloseTo(1, 11)
    expect(integrateTriangles((u, v) => Math.sqrt(u) * v)).toBeCloseTo(1 / 3, 11)
    expect(integrateTriangles((u, v) => Math.abs(u - v))).toBeCloseTo(1 / 3, 11)
    expect(integrateTriangles((u, v) => Math.max(u, v) ** 3)).toBeCloseTo(2 / 5, 11)
    expect(integrateTriangles((u, v) => u ** 0.7 + v ** 0.7)).toBeCloseTo(2 / 1.7, 11)
  })
})

describe.each(referenceNames)('the known graphon %s', (name) => {
  const reference = references[name]

  it('has the integral and the supremum it states, by the midpoint rule', () => {
    const n = 400
    let [sum, highest, lowest] = [0, 0, 1]
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const w = reference.value((i + 0.5) / n, (j + 0.5) / n)
        sum += w / (n * n)
        highest = Math.max(highest, w)
        lowest = Math.min(lowest, w)
      }
    }
    expect(lowest).toBeGreaterThanOrEqual(0)
    expect(highest).toBeLessThanOrEqual(reference.supremum + 1e-12)
    // Roots at the edge cost the midpoint rule about n^-3/2.
    expect(Math.abs(sum - reference.integral)).toBeLessThan(2e-4)
    expect(
      Math.max(highest, reference.value(1 - 1e-12, 1 - 1e-12), reference.value(0, 0), reference.value(0, 1)),
    ).toBeCloseTo(reference.supremum, 6)
  })

  it('takes any density that leaves it below 1, and no other', () => {
    const most = reference.integral / reference.supremum
    const half = scaledTo(reference, most / 2)
    expect(half.value(0.3, 0.8) / reference.value(0.3, 0.8)).toBeCloseTo(most / 2 / reference.integral, 12)
    expect(half.supremum).toBeCloseTo(0.5, 12)
    expect(() => scaledTo(reference, most * 1.01)).toThrow(/expected a density in/)
    expect(() => scaledTo(reference, NaN)).toThrow(RangeError)
  })
})
