import { describe, expect, it } from 'vitest'
import { degreeOrder, hiddenOrder } from '../../../../src/graphon/estimate/fit/align.js'
import { createMask, type Mask } from '../../../../src/network/mask.js'
import { bernoulliMasks } from '../../support.js'

function maskOf(rows: readonly (readonly number[])[]): Mask {
  return createMask(rows.length, rows[0].length, Uint8Array.from(rows.flat()))
}

describe('hiddenOrder', () => {
  it('sorts by in / mean(in) + out / mean(out), largest first, ties by lowest index', () => {
    // in = 1, 2, 2, 0, 0; out = 0, 0, 1, 1, 0; means 1 and 2/5: scores 1, 2, 4.5, 2.5, 0
    const first = maskOf([
      [1, 0],
      [1, 1],
      [1, 1],
      [0, 0],
      [0, 0],
    ])
    const second = maskOf([[0, 0, 1, 1, 0]])
    expect([...hiddenOrder([first, second])[0]]).toEqual([2, 3, 1, 0, 4])
    expect([...hiddenOrder([maskOf([[1], [1], [1]]), maskOf([[1, 1, 1]])])[0]]).toEqual([0, 1, 2])
  })

  it('lets an empty side contribute nothing', () => {
    const second = maskOf([[0, 1, 1]])
    expect([...hiddenOrder([createMask(3, 4, new Uint8Array(12)), second])[0]]).toEqual([1, 2, 0])
    expect([...hiddenOrder([createMask(3, 4, new Uint8Array(12)), createMask(2, 3, new Uint8Array(6))])[0]]).toEqual([
      0, 1, 2,
    ])
  })

  it('agrees with a sort of pairs on random masks', () => {
    const masks = bernoulliMasks([30, 41, 29, 5], 0.3, 4)
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)
    hiddenOrder(masks).forEach((order, l) => {
      const [into, out] = [masks[l], masks[l + 1]]
      const n = into.rows
      const fanIn = Array.from({ length: n }, (_, i) => sum([...into.data.slice(i * into.cols, (i + 1) * into.cols)]))
      const fanOut = Array.from({ length: n }, (_, i) => sum([...out.data.filter((_, k) => k % out.cols === i)]))
      const score = fanIn.map((value, i) => value / (sum(fanIn) / n) + fanOut[i] / (sum(fanOut) / n))
      const expected = score.map((value, i) => ({ value, i })).sort((a, b) => b.value - a.value || a.i - b.i)
      expect([...order]).toEqual(expected.map(({ i }) => i))
    })
  })

  it('refuses masks that do not follow each other', () => {
    expect(() => hiddenOrder([maskOf([[1, 0]]), maskOf([[1, 0]])])).toThrow(/mask 2 with 1 columns.*got 2/)
    expect(() => hiddenOrder([])).toThrow(/at least one mask/)
  })
})

it('orders each side of a single mask by its own degrees', () => {
  const { rows, columns } = degreeOrder(
    maskOf([
      [0, 0, 1],
      [1, 1, 1],
      [0, 1, 1],
    ]),
  )
  expect([...rows]).toEqual([1, 2, 0])
  expect([...columns]).toEqual([2, 1, 0])
})
