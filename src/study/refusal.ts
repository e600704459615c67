/** How functions of this package refuse what they cannot work with: by their name, or the part of the network. */
const refusal = /^[A-Za-z][\w.]*: ./
/** What a machine lacks may be there the next time; it is no property of what was computed. */
const ofTheMachine = /memory|thread|worker|thrown away|interrupted/i

/** The one line of an error that says what is wrong with the numbers at hand; undefined for faults of files and machines. */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name === 'FileError') return undefined
  const line = error.message.replaceAll(/\s*\n\s*/g, ' ')
  return refusal.test(line) && !ofTheMachine.test(line) ? line : undefined
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
