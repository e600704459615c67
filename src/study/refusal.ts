import { NumbersError } from '../numbers-error.js'

/** The one line of an error that says what is wrong with the numbers at hand; undefined for faults of files and machines. */
export function refusalOf(error: unknown): string | undefined {
  return error instanceof NumbersError ? error.message.replaceAll(/\s*\n\s*/g, ' ') : undefined
}

/** Computes something; where its numbers refuse to be computed, what stands for it with the reason. Other errors pass. */
export function orRefusal<Result>(compute: () => Result, instead: (reason: string) => Result): Result {
  try {
    return compute()
  } catch (error) {
    const reason = refusalOf(error)
    if (reason === undefined) throw error
    return instead(reason)
  }
}
