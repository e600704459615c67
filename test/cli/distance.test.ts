import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { encodeNpy } from '../../src/data/npy.js'
import { permutation, randomStream } from '../../src/random/random.js'
import { freshFolder, limn, limnJson } from './limn.js'

interface Document {
  readonly norm: string
  readonly value: number
  readonly lower: number
  readonly upper: number
  readonly exact: boolean
  readonly witness: { readonly rows: number[]; readonly cols: number[] }
  readonly relabel: { readonly rows: number[]; readonly cols: number[]; readonly unmoved: [number, number] }
  readonly bounds: { readonly lower: string; readonly upper: string }
}

const file = freshFolder()

function write(name: string, rows: number, cols: number, entry: (i: number, j: number) => number): string {
  const path = file(name)
  const data = Float64Array.from({ length: rows * cols }, (_, k) => entry(Math.floor(k / cols), k % cols))
  writeFileSync(path, encodeNpy({ shape: [rows, cols], data }))
  return path
}

describe('limn distance of two matrices', () => {
  const random = randomStream(1, 'test distance')
  const values = Array.from({ length: 40 * 36 }, () => random.uniform())
  const [rowOrder, colOrder] = [permutation(40, random), permutation(36, random)]
  const a = write('a.npy', 40, 36, (i, j) => values[i * 36 + j])
  const b = write('b.npy', 40, 36, (i, j) => values[rowOrder[i] * 36 + colOrder[j]])

  it('encloses the cut norm, names sets that reach the lower end, and narrows the interval when asked', () => {
    const found = limnJson<Document>('distance', a, b)
    expect(Object.keys(found)).toEqual(['norm', 'value', 'lower', 'upper', 'exact', 'witness'])
    expect(found.upper).toBeLessThan(1.1 * found.lower)
    let sum = 0
    for (const i of found.witness.rows) {
      for (const j of found.witness.cols) sum += values[i * 36 + j] - values[rowOrder[i] * 36 + colOrder[j]]
    }
    expect(Math.abs(sum) / (40 * 36)).toBeCloseTo(found.lower, 12)
    const narrow = limnJson<Document>('distance', a, b, '--gap', '0.03')
    expect(narrow.upper).toBeLessThanOrEqual(1.03 * narrow.lower)
  })

  it('is zero after relabelling what was relabelled, in words and as JSON', () => {
    const found = limnJson<Document>('distance', a, b, '--relabel')
    expect(found).toMatchObject({ norm: 'cut', value: 0, lower: 0, upper: 0, exact: true })
    expect(found.relabel).toMatchObject({ rows: [...rowOrder], cols: [...colOrder] })
    expect(limn('distance', a, b, '--relabel').stdout).toMatch(
      /^cut 0 after relabelling; as they are between \S+ and \S+\n$/,
    )
  })

  it('compares matrices of different shapes only as functions that may be relabelled', () => {
    const c = write('c.npy', 20, 36, (_, j) => j)
    const d = write('d.npy', 40, 18, (_, j) => 2 * j + 0.5)
    const refused = limn('distance', c, d)
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/d\.npy: expected the shape of .*c\.npy, 20 × 36, got 40 × 18; --relabel /)
    const found = limnJson<Document>('distance', c, d, '--relabel', '--norm', 'l1')
    expect(found.upper).toBeCloseTo(0.5, 9)
    expect(found.lower).toBeCloseTo(0.5, 9)
    expect(found.exact).toBe(true)
    expect(found.bounds.lower).toBe('row and column profiles')
    expect(limn('distance', c, d, '--gap', '-1')).toMatchObject({ code: 2, stdout: '' })
  })
  it('encloses the distance however soon the search is stopped, and says so', () => {
    const noise = (name: string, seed: number) => {
      const stream = randomStream(seed, 'noise')
      return write(name, 8, 6 + seed, () => stream.uniform())
    }
    const [e, f] = [noise('e.npy', 1), noise('f.npy', 2)]
    const whole = limnJson<Document>('distance', e, f, '--relabel')
    const stopped = limnJson<Document>('distance', e, f, '--relabel', '--search-seconds', '0')
    expect(stopped.lower).toBe(whole.lower)
    expect(stopped.upper).toBeGreaterThanOrEqual(whole.upper)
    const told = limn('distance', e, f, '--relabel', '--search-seconds', '0')
    expect(told.stderr).toMatch(/search stopped after 0 s/)
    expect(told.stdout).toMatch(/^cut between \S+ and \S+ after relabelling; .*\(lower: .*; upper: .*\)\n$/)
  })
})
