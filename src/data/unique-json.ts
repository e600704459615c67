/** What a text may hold; beyond it the text is refused before anything is made of it. */
export interface JsonLimits {
  /** Objects and arrays within each other */
  readonly depth: number
  /** Keys of one object */
  readonly keys: number
}

const quote = 0x22
const backslash = 0x5c
const colon = 0x3a

/** The keys of an open object; null for an array. */
type Open = Set<string> | null

/**
 * Parses JSON in which no object names a key twice (`JSON.parse` would keep the last one in silence).
 *
 * @throws SyntaxError when the text is not JSON, a key is repeated, or a limit is broken
 */
export function parseUniqueJson(text: string, limits: JsonLimits): unknown {
  checkKeys(text, limits)
  return JSON.parse(text)
}

/**
 * Looks for repeated keys in one pass that allocates nothing but the keys. It takes the text for JSON: what it makes of
 * other texts does not matter, since those are refused anyhow.
 */
function checkKeys(text: string, { depth, keys }: JsonLimits): void {
  const open: Open[] = []
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      const end = closingQuote(text, at)
      const next = afterSpace(text, end + 1)
      const names = open.at(-1)
      if (names && text.charCodeAt(next) === colon) addKey(names, text.slice(at, end + 1), keys)
      at = next - 1
    } else if (isOpening(code)) {
      if (open.length >= depth) throw new SyntaxError(`expected at most ${depth} levels of nesting`)
      open.push(text[at] === '{' ? new Set() : null)
    } else if (isClosing(code)) open.pop()
  }
}

function addKey(names: Set<string>, literal: string, keys: number): void {
  const name = JSON.parse(literal) as string
  if (names.has(name)) throw new SyntaxError(`key "${name}" is there twice`)
  if (names.size >= keys) throw new SyntaxError(`expected at most ${keys} keys in an object`)
  names.add(name)
}

/** Where the string that begins at `start` ends; the text's end when it does not. */
function closingQuote(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) return at
    if (code === backslash) at++
  }
  return text.length
}

function afterSpace(text: string, start: number): number {
  let at = start
  while (at < text.length && isSpace(text.charCodeAt(at))) at++
  return at
}

const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
/** `{` or `[` */
const isOpening = (code: number) => code === 0x7b || code === 0x5b
/** `}` or `]` */
const isClosing = (code: number) => code === 0x7d || code === 0x5d
