/**
 * Parses JSON in which no object names a key twice (`JSON.parse` would keep the last one in silence).
 *
 * @throws SyntaxError when the text is not JSON or a key is repeated
 */
export function parseUniqueJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  // The text is known to be JSON here, so a string is a key exactly when a colon follows it.
  const open: Set<string>[] = []
  for (const [token, key] of text.matchAll(/("(?:[^"\\]|\\.)*")(?:\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (token.endsWith(':')) {
      const name = JSON.parse(key) as string
      if (open[open.length - 1].has(name)) throw new SyntaxError(`key "${name}" is there twice`)
      open[open.length - 1].add(name)
    }
  }
  return value
}
