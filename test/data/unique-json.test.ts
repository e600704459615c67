import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseUniqueJson } from '../../src/data/unique-json.js'

const wide = { depth: 100, keys: 100 }

describe('parseUniqueJson', () => {
  it('reads what JSON.parse reads, spaced or not', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', '\t', ' '), (value, space) => {
        const text = JSON.stringify(value, null, space)
        expect(parseUniqueJson(text, wide)).toEqual(JSON.parse(text))
      }),
      { seed: 31 },
    )
  })

  it('refuses a key that any object has twice, however it is spelled, and not one that different objects share', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (key, value) => {
        const inner = `{${JSON.stringify(key)} : ${JSON.stringify(value)}`
        const escaped = [...Array(key.length).keys()]
          .map((i) => String.raw`\u` + key.charCodeAt(i).toString(16).padStart(4, '0'))
          .join('')
        expect(parseUniqueJson(`[${inner}},${inner}}]`, wide)).toHaveLength(2)
        expect(() => parseUniqueJson(`[${inner},"${escaped}":0}]`, wide)).toThrow(/is there twice/)
      }),
      { seed: 32 },
    )
  })

  it('keeps to limits of depth and keys from both sides', () => {
    expect(parseUniqueJson('{"a":[{}]}', { depth: 3, keys: 1 })).toEqual({ a: [{}] })
    expect(() => parseUniqueJson('{"a":[{}]}', { depth: 2, keys: 1 })).toThrow(/at most 2 levels/)
    expect(() => parseUniqueJson('{"a":0,"b":0}', { depth: 3, keys: 1 })).toThrow(/at most 1 keys/)
    expect(() => parseUniqueJson('['.repeat(10_000_000), wide)).toThrow(/at most 100 levels/)
  })

  it('reads a text of a million characters as one', () => {
    const long = 'x"\\'.repeat(1_000_000)
    expect(parseUniqueJson(JSON.stringify({ long }), wide)).toEqual({ long })
  })

  it.each(['', '{', '}', '"', '"\\', '{"a"', '{"a":', '{"a\u0001":0}', ']]', '{"a" "b":0}'])('refuses %j', (text) => {
    expect(() => parseUniqueJson(text, wide)).toThrow(SyntaxError)
  })
})
