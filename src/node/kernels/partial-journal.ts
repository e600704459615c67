import { closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { FileError } from '../../data/file-error.js'
import { sync } from '../files/on-disk.js'

/** All that a result depends on, to the last bit: names and values, or fingerprints of values. */
export type Identity = Readonly<Record<string, string>>

/** How far a result had come at an entry of its journal. */
export interface Entry {
  /** Parts that are on the disk, and their share of the work. */
  readonly done: number
  readonly share: number
  /** Checksum of the parts since the entry before. */
  readonly sum: string
}

/** How far a result has come. */
export interface Journal {
  /** Whose result it is. */
  readonly of: Identity
  /** Those of the last entry. */
  readonly done: number
  readonly share: number
  /** Each with more parts than the one before. */
  readonly entries: readonly Entry[]
}

/** Names that {@link writeJournal} may leave behind when its process is killed. */
export const journalNames = (path: string): string[] => [`${path}.tmp`, path]

/** Replaces a journal as a whole, on the disk when this returns. */
export function writeJournal(path: string, journal: Journal): void {
  const temporary = `${path}.tmp`
  const descriptor = openSync(temporary, 'w')
  try {
    writeSync(descriptor, `${JSON.stringify(journal, undefined, 2)}\n`)
    sync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, path)
}

function isEntry(value: unknown): value is Entry {
  const { done, share, sum } = (value ?? {}) as Partial<Record<keyof Entry, unknown>>
  return Number.isSafeInteger(done) && typeof share === 'number' && share >= 0 && typeof sum === 'string'
}

function isJournal(value: unknown): value is Journal {
  const { of, done, share, entries } = (value ?? {}) as Partial<Record<keyof Journal, unknown>>
  const named = typeof of === 'object' && of !== null && Object.values(of).every((entry) => typeof entry === 'string')
  if (!named || !Array.isArray(entries) || !entries.every(isEntry)) return false
  const last = entries.at(-1) ?? { done: 0, share: 0 }
  return (
    entries.every((entry, k) => entry.done > (entries[k - 1]?.done ?? 0)) && done === last.done && share === last.share
  )
}

/** A journal, undefined when there is none. @throws FileError when it is none that limn writes */
export function readJournal(path: string): Journal | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const value: unknown = JSON.parse(text)
    if (isJournal(value)) return value
  } catch {
    // Said below.
  }
  throw new FileError(path, 'expected a journal of limn, got something else; --fresh starts anew')
}

/** Names under which two results differ. */
export function differences(a: Identity, b: Identity): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name])
}
