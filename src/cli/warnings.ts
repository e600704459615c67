import { say } from './output.js'

/** Lines of one kind before the rest is only counted. */
const mostLines = 5

/** Prints warnings on stderr, the first few of each kind, and then how many more layers or matrices they are about. */
export function sayWarnings(
  warnings: readonly { readonly kind: string; readonly message: string }[],
  prefix = '',
): void {
  for (const kind of new Set(warnings.map((warning) => warning.kind))) {
    const own = warnings.filter((warning) => warning.kind === kind)
    for (const { message } of own.slice(0, mostLines)) say(`warning: ${prefix}${message}`)
    const more = own.length - mostLines
    const what = kind === 'empty-matrix' ? ['matrix', 'matrices'] : ['layer', 'layers']
    if (more > 0) say(`warning: ${prefix}… and ${more} more ${what[more === 1 ? 0 : 1]}`)
  }
}

/** Prints messages as warnings on stderr, the first few of them, and then how many more there are. */
export function sayAll(messages: readonly string[], prefix = ''): void {
  for (const message of messages.slice(0, mostLines)) say(`warning: ${prefix}${message}`)
  const more = messages.length - mostLines
  if (more > 0) say(`warning: ${prefix}… and ${more} more`)
}
