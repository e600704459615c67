import { describe, expect, it } from 'vitest'
import { visible, visibleJson } from '../../src/data/visible.js'

describe('a text that is shown', () => {
  it('holds nothing that a terminal acts on', () => {
    // Every control character of Unicode, and what turns the direction of text round.
    const acting = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).filter((character) =>
      /\p{Cc}|\p{Zl}|\p{Zp}|\p{Bidi_Control}/u.test(character),
    )
    expect(acting).toHaveLength(65 + 2 + 12)
    for (const character of acting) expect(visible(character)).toMatch(/^\\([nrt]|x[0-9a-f]{2}|u[0-9a-f]{4})$/)
    expect(new Set(acting.map((character) => visible(character))).size).toBe(acting.length)
    expect(visible('\u001b]0;title\u0007\u009b31m\r\n')).toBe('\\x1b]0;title\\x07\\x9b31m\\r\\n')
  })

  it('is otherwise as it was', () => {
    const text = 'ρ = 0.1 ± 0.02 → “naïve”, 层, 🕊, \u200d, \\x1b'
    expect(visible(text)).toBe(text)
    expect(visible('a\n\tb\r', '\n\t')).toBe('a\n\tb\\r')
  })

  it('has the same value as JSON', () => {
    const value = { 'k\u009b\u202e': ['\u001b[2J\u007f\u0085', '\u2028', 'plain', 0.1] }
    const json = visibleJson(JSON.stringify(value))
    expect(JSON.parse(json)).toEqual(value)
    expect(visible(json)).toBe(json)
  })
})
