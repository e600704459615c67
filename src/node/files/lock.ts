import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { FileError } from '../../data/file-error.js'

/** A file that says which process writes something, so that no second one does. */
export interface Lock {
  readonly release: () => void
}

interface Holder {
  readonly pid: number
  readonly host: string
  /** When the process started, where the system says: process ids are used again. */
  readonly started?: string
}

/** Milliseconds after which a lock without a readable holder counts as left by a process that died while it wrote it. */
const unfinished = 10_000

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

/** Start of a process in the system's ticks, `ended` for one that only waits to be collected; undefined where nobody says. */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return /[ZX]/.test(fields[0]) ? 'ended' : fields[19]
  } catch {
    return undefined
  }
}

/** Whether a process of this machine lives on. */
export function isAlive({ pid, started }: Pick<Holder, 'pid' | 'started'>): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
  const now = startOf(pid)
  return now === undefined || (now !== 'ended' && (started === undefined || now === started))
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, host, started } = JSON.parse(text) as Partial<Holder>
    if (!(Number.isSafeInteger(pid) && pid! > 0) || typeof host !== 'string') return undefined
    return { pid: pid!, host, ...(typeof started === 'string' && { started }) }
  } catch {
    return undefined
  }
}

/** The text of a file, undefined when there is none. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Makes the lock unless there is one. */
function tryMake(path: string, text: string): boolean {
  let descriptor: number
  try {
    descriptor = openSync(path, 'wx')
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
  try {
    writeSync(descriptor, text)
    return true
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(descriptor)
  }
}

/** Takes a lock out of the way if it still reads `text`; what somebody else has made meanwhile is put back. */
function removeStale(path: string, text: string): void {
  const aside = `${path}.stale`
  try {
    renameSync(path, aside)
    if (textOf(aside) === text) rmSync(aside, { force: true })
    else renameSync(aside, path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** Names that a lock may leave behind when its process is killed. */
export const lockNames = (path: string): string[] => [`${path}.stale`, path]

/**
 * Takes a lock for this process. One that a dead process of this machine has left is taken over.
 *
 * @param path of the lock; its folder exists
 * @param output what is written under it, named in the error
 * @throws FileError when a live process, or one of another machine, holds it
 */
export function takeLock(path: string, output: string): Lock {
  const host = hostname()
  const started = startOf(process.pid)
  const own = JSON.stringify({ pid: process.pid, host, ...(started !== undefined && { started }) })
  while (!tryMake(path, own)) {
    const text = textOf(path)
    if (text === undefined) continue
    const holder = parseHolder(text)
    if (!holder) {
      // The clock of a file server may be ahead of this one.
      const age = Math.abs(Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0))
      if (age < unfinished) throw new FileError(output, 'another process begins to write it; wait until it ends')
    } else if (holder.host !== host) {
      throw new FileError(
        output,
        `process ${holder.pid} of ${holder.host} writes it; wait until it ends or, if it has not survived, remove ${path}`,
      )
    } else if (isAlive(holder)) {
      throw new FileError(output, `process ${holder.pid} writes it; wait until it ends, or choose another --out`)
    }
    removeStale(path, text)
  }
  return { release: () => rmSync(path, { force: true }) }
}
