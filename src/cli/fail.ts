import { visible } from '../data/visible.js'

/** A wrong command line: exit 2. */
export { UsageError } from '../node/files/usage-error.js'

export const exitCodes = { ok: 0, failed: 1, usage: 2, waiting: 3, interrupted: 130 } as const

/** What the engine says when it cannot make an array. */
function isOutOfMemory(error: unknown): error is RangeError {
  return (
    error instanceof RangeError && /^(Array buffer allocation failed|Invalid (typed )?array length)/.test(error.message)
  )
}

/** One line, whatever the error; what a terminal would act on is shown as an escape. */
export function oneLine(error: unknown): string {
  const text = isOutOfMemory(error)
    ? `not enough memory (${error.message}); use fewer samples, smaller layers or fewer workers`
    : error instanceof Error
      ? error.message || error.name
      : String(error)
  return visible(text.replaceAll(/\s*\n\s*/g, ' ').trim())
}

/** Errors that speak to the user; anything else is a defect of the program and says so. */
export function isExpected(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    ['FileError', 'UsageError', 'RangeError', 'NumbersError', 'DivergenceError'].includes(error.name) ||
    error.constructor === Error
  )
}
