/**
 * Characters that a terminal or a page acts on instead of showing them: control characters (C0, DEL and C1, with ESC and the
 * 8-bit CSI among them), separators of lines and paragraphs, and marks that turn the direction of text round.
 */
const acting = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

const names: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escape(character: string): string {
  const code = character.charCodeAt(0)
  return (
    names[character] ??
    (code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`)
  )
}

/**
 * A text from a file, a name or a command line as it may be shown: what a terminal or a page would act on is written as
 * an escape, `\x1b` for ESC.
 *
 * @param keep characters that may stay, such as the line breaks of a text of several lines
 */
export function visible(text: string, keep = ''): string {
  return text.replaceAll(acting, (character) => (keep.includes(character) ? character : escape(character)))
}

/** A JSON text with the same value, in which such characters are escaped as JSON escapes them. */
export function visibleJson(json: string): string {
  return json.replaceAll(acting, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
