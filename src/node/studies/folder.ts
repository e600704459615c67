import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { FileError } from '../../data/file-error.js'
import { takeLock } from '../files/lock.js'
import { onDisk } from '../files/on-disk.js'

/** Where the files of a study are, below its folder. */
const places = ['', 'runs', 'figures'] as const
const temporary = /^\.limn(-.*\.tmp|(-.*)?\.lock\.stale)$/
/** Held by the one process that runs a study in the folder. */
const running = '.limn.lock'
const presence = /^\.limn-.*\.lock$/

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Whether another live process is at work in the folder; the marks of dead ones are removed. */
function othersWrite(directory: string, own: string): boolean {
  const others = namesIn(directory).filter((name) => presence.test(name) && name !== own)
  return others.some((name) => {
    try {
      takeLock(join(directory, name), directory).release()
      return false
    } catch (error) {
      if (error instanceof FileError) return true
      throw error
    }
  })
}

/**
 * Removes temporary files that killed writers have left. Whoever writes has marked the folder before: what is there before
 * the marks are looked at, and has no live one, belongs to nobody.
 */
function sweep(directory: string, own: string): void {
  const left = places.flatMap((place) => {
    const folder = join(directory, place)
    return namesIn(folder)
      .filter((name) => temporary.test(name))
      .map((name) => join(folder, name))
  })
  if (othersWrite(directory, own)) return
  for (const file of left) rmSync(file, { force: true })
}

/**
 * Works in a study's folder, which is made when it is missing: temporary files of dead processes are removed before and
 * after, those of live ones never. Several processes may be at work; `work` must have ended its own threads when it settles.
 *
 * @param alone whether this is work that one process at a time may do there. Default false.
 * @throws FileError when the folder cannot be made or written to, or another process is at such work there
 */
export async function inStudyFolder<Result>(
  directory: string,
  work: () => Promise<Result>,
  { alone = false }: { readonly alone?: boolean } = {},
): Promise<Result> {
  const own = `.limn-${randomUUID()}.lock`
  const lock = onDisk(directory, () => {
    mkdirSync(directory, { recursive: true })
    return takeLock(join(directory, own), directory)
  })
  try {
    const only = alone ? onDisk(directory, () => takeLock(join(directory, running), directory)) : undefined
    try {
      sweep(directory, own)
      return await work()
    } finally {
      sweep(directory, own)
      only?.release()
    }
  } finally {
    lock.release()
  }
}
