import { describe, expect, it } from 'vitest'
import { boundOf } from '../../bench/bound.js'
import { compete } from '../../bench/compete.js'
import { relativeDifference } from '../../bench/compare.js'
import { cases } from '../../bench/cases/cases.js'
import { insertResults } from '../../bench/document.js'
import { describeMachine } from '../../bench/machine.js'
import { sideResult, type Results } from '../../bench/results.js'
import { caseLines } from '../../bench/text.js'
import { boundTable, librariesTable } from '../../bench/text-tables.js'
import { broken, fake } from './fake.js'

/** A run of one fake case: limn takes 2 s, the peer 5 s, for 20 GFLOP on a machine of 40 GFLOP/s. */
async function exampleResults(): Promise<Results> {
  const compare = relativeDifference(['values'], 1e-9)
  const rivals = [fake('peer', [5], [1]), broken('absent', 'not installed\nlong trace')]
  const { limn, peer, ...rest } = await compete(
    fake('limn', [2], [1]),
    rivals.map((contestant) => ({ contestant, compare })),
    { folder: '', parameters: {}, threads: 2 },
    { repeats: 3, budgetSeconds: 60, pauseSeconds: 0 },
  )
  const { title, precision } = cases['dense-ntk']
  const roofline = {
    ...{ f32: 80, f64: 40, bandwidth: 20 },
    ...{ limnThread: { f32: 20, f64: 10 }, limn: { f32: 40, f64: 20, duals: 1e9 } },
  }
  const bound = boundOf({ flops: 20e9, precision: 'f64', duals: 5e8, bytes: 1e9 }, roofline, 2, 5)
  return {
    format: 'limn-bench',
    version: 1,
    date: '2000-01-01',
    quick: false,
    threads: 2,
    machine: describeMachine(),
    roofline,
    cases: [
      {
        ...{ name: 'dense-ntk', title, floor: 2, precision, parameters: {}, gflop: 20, seconds: 60, bound, ...rest },
        limn: sideResult(limn, 20e9, 40),
        peer: sideResult(peer!, 20e9, 40),
      },
    ],
    failures: [],
    scaling: [
      {
        name: 'dense-ntk',
        along: 'samples',
        values: [1, 2],
        seconds: [1, 4],
        fixed: {},
        peakBytes: [1, 4],
        exponent: { slope: 2, standardError: 0 },
      },
    ],
    libraries: [
      {
        ...{ name: 'slow', sizes: [64, 128], limn: [1, 2], library: [10, 80], turns: [], ratio: 40 },
        problem: 'out of memory\nlong trace',
      },
    ],
    installSeconds: 10,
    seconds: 30,
  }
}

describe('results', () => {
  it('survive JSON unchanged', async () => {
    const results = await exampleResults()
    expect(JSON.parse(JSON.stringify(results))).toEqual(results)
  })

  it('state speed and share of the peak', async () => {
    const [{ limn, peer, ratio }] = (await exampleResults()).cases
    expect(limn).toMatchObject({ median: 2, gflops: 10, shareOfPeak: 0.25 })
    expect(peer).toMatchObject({ median: 5, gflops: 4, shareOfPeak: 0.1 })
    expect(ratio).toBe(2.5)
  })

  it('bound the time by products and duals together, or by bytes where these take longer', async () => {
    const { bound } = (await exampleResults()).cases[0]
    expect(bound).toMatchObject({ native: 0.5, products: 1, duals: 0.5, bytes: 0.05, seconds: 1.5, share: 0.75 })
    expect(bound?.ratio).toBeCloseTo(5 / 1.5, 12)
    expect(bound?.productsRatio).toBe(5)
    const roofline = (await exampleResults()).roofline
    expect(boundOf({ flops: 20e9, precision: 'f64', bytes: 60e9 }, roofline, 6, undefined)).toEqual({
      ...{ native: 0.5, products: 1, duals: 0, bytes: 3, seconds: 3, share: 0.5 },
    })
  })

  it('say of a floor that is not reached whether it can be', async () => {
    const { cases: found } = await exampleResults()
    const verdict = (floor: number) =>
      boundTable([{ ...found[0], floor }])
        .split(' | ')
        .at(-1)
    expect(verdict(2.5)).toBe('reached |')
    expect(verdict(3)).toBe('open |')
    expect(verdict(4)).toBe('out of reach with duals of this speed |')
    expect(verdict(6)).toBe('out of reach: the least products or bytes alone take longer |')
  })

  it('have a dash where a case has no floor', async () => {
    const results = await exampleResults()
    const { floor, ...bare } = results.cases[0]
    expect(caseLines({ ...bare, floor: 7 }).join()).toContain('floor 7')
    expect(caseLines(bare).join()).not.toContain('floor')
    expect(boundTable([bare]).split(' | ').slice(-2)).toEqual(['–', '– |'])
    const page = (cases: Results['cases']) =>
      insertResults('<!-- bench:begin --><!-- bench:end -->', { ...results, cases })
    expect(page(results.cases)).toContain(`| **2.50 ×** | ${floor} × |`)
    expect(page([bare])).toContain('| **2.50 ×** | – |')
  })

  it('extrapolate a library by the cube of n and say so', async () => {
    const { libraries, cases: found } = await exampleResults()
    const text = librariesTable(libraries, found)
    expect(text).toContain('extrapolated by n³ to 2048, not measured')
    expect(text).toContain(`≈ ${(80 * 16 ** 3).toPrecision(3)} s`)
    expect(text).toContain('ended: out of memory |')
  })

  it('say on the terminal which peer did not run, in one line', async () => {
    const lines = caseLines((await exampleResults()).cases[0])
    expect(lines).toContain('  absent: did not run: not installed')
    expect(lines.join('\n')).toContain('ratio 2.50')
  })

  it('replace what stands between the markers of a page and nothing else', async () => {
    const page = 'before\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nafter\n'
    const results = await exampleResults()
    const written = insertResults(page, results)
    expect(written).toMatch(/^before\n<!-- bench:begin -->\n[^]*\n<!-- bench:end -->\nafter\n$/)
    expect(written).not.toContain('old')
    expect(written).toContain('**2.50 ×**')
    expect(insertResults(written, results)).toBe(written)
    expect(() => insertResults('no markers', results)).toThrow(/markers/)
  })
})
