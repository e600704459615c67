import type { JobResult } from './job.js'

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

/** A result without numbers: what was to be computed does not exist, for this reason. */
export function failedResult(reason: string): JobResult {
  return { arrays: new Map(), rows: [{ record: 'run', aspect: 'failed', reason }] }
}

/** Why a job has no numbers; undefined where it has. */
export function failureOf({ rows }: JobResult): string | undefined {
  const summary = rows.find(({ record }) => record === 'run')
  return summary?.aspect === 'failed' ? (summary.reason ?? '') : undefined
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

/** What a job works with when some of what it needs has failed. */
export interface Usable {
  readonly id: string
  /** Place among all trials. */
  readonly trial: number
  readonly result: JobResult
}

/**
 * The networks that could be pruned, of those that a job needs.
 *
 * @throws RangeError when there are none, with the first one's reason
 */
export function usable(ids: readonly string[], results: readonly JobResult[]): Usable[] {
  const found = results.flatMap((result, trial) =>
    failureOf(result) === undefined ? [{ id: ids[trial], trial, result }] : [],
  )
  if (found.length === 0) throw new RangeError(`networks: none could be computed; ${failureOf(results[0]) ?? ''}`)
  return found
}
