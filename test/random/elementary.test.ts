import { describe, expect, it } from 'vitest'
import { portableExp, portableLog } from '../../src/random/elementary.js'
import { randomStream } from '../../src/random/random.js'

/** Units in the last place between a value and the engine's own, which is itself wrong by up to one. */
const unitsApart = (value: number, reference: number): number =>
  value === reference ? 0 : Math.abs(value - reference) / (2 ** -52 * 2 ** Math.floor(Math.log2(Math.abs(reference))))

describe('portableLog and portableExp', () => {
  it('agree with the engine to its own accuracy over the whole range and around 1', () => {
    const random = randomStream(5, 'arguments')
    let worstLog = 0
    let worstExp = 0
    for (let i = 0; i < 50_000; i++) {
      const near = 1 + (random.uniform() - 0.5) * 2 ** -random.below(40)
      const anywhere = (1 + random.uniform()) * 2 ** (random.below(2046) - 1022)
      for (const x of [near, anywhere]) worstLog = Math.max(worstLog, unitsApart(portableLog(x), Math.log(x)))
      const y = (random.uniform() - 0.5) * 1400 * 2 ** -random.below(40)
      worstExp = Math.max(worstExp, unitsApart(portableExp(y), Math.exp(y)))
    }
    expect(worstLog).toBeLessThanOrEqual(2)
    expect(worstExp).toBeLessThanOrEqual(2)
  })

  it('are exact where the result is', () => {
    expect(portableLog(1)).toBe(0)
    expect(portableExp(0)).toBe(1)
    for (const k of [-1022, -30, -1, 1, 52, 1023]) expect(portableLog(2 ** k)).toBe(k * Math.LN2)
  })

  it('undo each other', () => {
    for (let x = -600; x <= 600; x += 0.37) expect(portableLog(portableExp(x))).toBeCloseTo(x, 12)
  })
})
