import { describe, expect, it } from 'vitest'
import { matrix, type Matrix } from '../../src/linalg/matrix.js'
import { topEigenpairs } from '../../src/linalg/top-eigenpairs.js'
import { packPanel, packedLength, panelRanges, panelTiles, unpackPanel } from '../../src/ntk/packed-panel.js'
import { randomStream } from '../../src/random/random.js'

/** A Gram matrix of random vectors, times a power of two. */
function gram(n: number, scale: number): Matrix {
  const stream = randomStream(n, 'gram')
  const rows = Array.from({ length: n }, (_, i) =>
    Array.from({ length: 6 }, (__, k) => stream.normal() / (1 + k) + (i === k ? 1 : 0)),
  )
  const a = matrix(n, n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      a.data[i * n + j] = a.data[j * n + i] = scale * rows[i].reduce((sum, value, k) => sum + value * rows[j][k], 0)
    }
  }
  return a
}

const rightOf = ({ rows: n, data }: Matrix, { first, last }: { first: number; last: number }) =>
  Float64Array.from({ length: (last - first) * (n - first) }, (_, k) => {
    const [i, j] = [first + Math.floor(k / (n - first)), first + (k % (n - first))]
    return data[i * n + j]
  })

describe('panels of a large kernel', () => {
  it.each([1, 255, 256, 257, 1000])('cover %i rows once, in whole column tiles', (n) => {
    for (const entries of [1, 300 * n, n * n]) {
      const ranges = panelRanges(n, entries)
      expect(ranges[0].first).toBe(0)
      expect(ranges.at(-1)!.last).toBe(n)
      ranges.slice(1).forEach(({ first }, k) => expect(first).toBe(ranges[k].last))
      expect(ranges.every(({ first }) => first % 256 === 0)).toBe(true)
      // Every pair once, but for the squares on the diagonal, which are whole.
      const squares = Array.from({ length: Math.ceil(n / 256) }, (_, t) => Math.min(256, n - 256 * t))
      const twice = squares.reduce((sum, width) => sum + (width * (width - 1)) / 2, 0)
      expect(ranges.reduce((sum, range) => sum + packedLength(n, range), 0)).toBe((n * (n + 1)) / 2 + twice)
    }
  })

  it.each([300, 700])('are packed and unpacked without loss (%i rows)', (n) => {
    const a = gram(n, 1)
    for (const range of panelRanges(n, 300 * n)) {
      const right = rightOf(a, range)
      expect(unpackPanel(n, range, packPanel(n, range, right))).toEqual(right)
    }
  })

  it.each([1, 2 ** -700, 2 ** 700, 2 ** -3])(
    'give the eigenvalues of the whole matrix to the last bit (scale %f)',
    (scale) => {
      const n = 600
      const a = gram(n, scale)
      const ranges = panelRanges(n, 256 * n)
      const packed = ranges.map((range) => packPanel(n, range, rightOf(a, range)))
      const reads: number[] = []
      const tiles = panelTiles(
        n,
        ranges,
        packed.map((entries, p) => (into, from) => {
          reads.push(p)
          into.set(entries.subarray(from, from + into.length))
        }),
        a.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
      )
      const whole = topEigenpairs(a, { k: 6, seed: 3, smallest: true })
      const streamed = topEigenpairs(tiles, { k: 6, seed: 3, smallest: true })
      expect(streamed).toEqual(whole)
      expect(new Set(reads).size).toBe(ranges.length)
    },
  )
})
