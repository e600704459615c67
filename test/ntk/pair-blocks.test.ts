import { describe, expect, it } from 'vitest'
import { pairBlocks, panelCount } from '../../src/ntk/pair-blocks.js'

describe('blocks of pairs', () => {
  it.each([
    [1, [1, 4]],
    [13, [1, 2]],
    [45, [2, 5]],
    [70, [24, 4]],
  ] as const)('cover every pair i < j of %d samples once, whatever the panels of rows', (n, shape) => {
    const seen = new Uint8Array(n * n)
    const cuts = [0, Math.ceil(n / 3), n]
    for (let k = 1; k < cuts.length; k++) {
      for (const { row, rows, panel, panels } of pairBlocks(n, [cuts[k - 1], cuts[k]], shape)) {
        expect(panels).toBeLessThanOrEqual(shape[1])
        expect(rows).toBeLessThanOrEqual(shape[0])
        expect(panel + panels).toBeLessThanOrEqual(panelCount(n))
        for (let i = row; i < row + rows; i++) {
          for (let j = 4 * panel; j < Math.min(n, 4 * (panel + panels)); j++) seen[i * n + j]++
        }
      }
    }
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) expect(seen[i * n + j]).toBe(1)
  })
})
