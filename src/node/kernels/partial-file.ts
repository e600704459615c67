import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { FileError } from '../../data/file-error.js'
import { readAt, writeAt } from '../files/large-files.js'
import { lockNames, takeLock, type Lock } from '../files/lock.js'
import { onDisk, sync } from '../files/on-disk.js'
import { differences, journalNames, readJournal, writeJournal, type Entry, type Identity } from './partial-journal.js'
import { isDirect, removeEmpty, targetKind } from '../files/staged-file.js'

export interface PartialOptions {
  /** All that the contents depend on. */
  readonly of: Identity
  /** Bytes of the whole file. */
  readonly bytes: number
  /** Checksum of the parts from one on, up to another, as they are in the file. */
  readonly sum: (from: number, to: number, read: PartialFile['read']) => string
  /** Drops what there is. Default false. */
  readonly fresh?: boolean
  /** Seconds between two entries in the journal, at least; 0 for one after every part. Default 2. */
  readonly interval?: number
}

/**
 * A file that is written in parts, in any place, and gets its name at the end. Until then it is in a folder beside it with a
 * journal of what is done, and survives its process: the next one that writes the same contents goes on from there.
 */
export interface PartialFile {
  /** Parts that an earlier process has done, and their share of the work. */
  readonly done: number
  readonly share: number
  /** Parts that an earlier process has done and that are damaged since: from one on, up to another. Undone, as those after. */
  readonly damaged?: { readonly from: number; readonly to: number }
  /** The folder. */
  readonly folder: string
  /** @throws FileError when there is no space */
  readonly write: (bytes: Uint8Array, at: number) => void
  readonly read: (bytes: Uint8Array, at: number) => void
  /** Says that so many parts have been written. It goes into the journal, after they are on the disk, every few seconds. */
  readonly mark: (done: number, share: number) => void
  /** Gives the first so many bytes their name; a reader sees the old contents or the new ones. */
  readonly commit: (bytes: number) => void
  /** Leaves the folder to the next process, or nothing where there is nothing in the journal. */
  readonly keep: () => void
  /** Removes everything; after `commit` or `keep`, nothing. */
  readonly discard: () => void
}

/** Share of the time that may go into waiting for the disk. */
const syncShare = 1 / 30

const folderOf = (target: string): string => `${target}.partial`
const dataOf = (folder: string): string => join(folder, 'data')
const journalOf = (folder: string): string => join(folder, 'journal.json')
const lockOf = (folder: string): string => join(folder, 'lock')

/** Where a file is to be put, links followed, and whether there is one. @throws FileError when it can only be written from front to back */
function placeOf(path: string): { readonly target: string; readonly exists: boolean } {
  const kind = targetKind(path)
  if (isDirect(path, kind)) throw new FileError(path, 'expected a name for a file on a disk, got a device or pipe')
  if (kind === 'file') accessSync(path, constants.W_OK)
  return { target: kind === 'file' ? realpathSync(path) : path, exists: kind === 'file' }
}

/** Bytes that an interrupted {@link openPartial} of this path has on the disk. */
export function partialBytes(path: string): number {
  return onDisk(path, () => {
    const { target } = placeOf(path)
    return 512 * (statSync(dataOf(folderOf(target)), { throwIfNoEntry: false })?.blocks ?? 0)
  })
}

/** Makes the folder and takes its lock; a process that has just ended may remove the folder in between. */
function lockFolder(folder: string, path: string): Lock {
  for (let tries = 1; ; tries++) {
    mkdirSync(folder, { recursive: true })
    try {
      return takeLock(lockOf(folder), path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === 3) throw error
    }
  }
}

/** What an earlier process has entered of the same contents. @throws FileError when there is something else, or too little */
function findEntries(path: string, folder: string, { of, bytes }: PartialOptions): readonly Entry[] {
  const journal = readJournal(journalOf(folder))
  const data = statSync(dataOf(folder), { throwIfNoEntry: false })
  // Without data, another process has given the file its name and died before it could tidy up.
  if (!journal || !data || journal.done === 0) return []
  const percent = `${Math.floor(100 * journal.share)} %`
  const remedy = `choose another --out, or --fresh to drop it and start anew`
  const different = differences(journal.of, of)
  if (different.length > 0) {
    throw new FileError(
      path,
      `${folder} has ${percent} of another result (different: ${different.join(', ')}); ${remedy}`,
    )
  }
  if (data.size < bytes) {
    throw new FileError(dataOf(folder), `expected ${bytes} bytes, got ${data.size}: the file is damaged; ${remedy}`)
  }
  return journal.entries
}

/** How many of the entries, from the first on, have parts with their checksums in the file. */
function countWhole(entries: readonly Entry[], sum: PartialOptions['sum'], read: PartialFile['read']): number {
  const damaged = entries.findIndex((entry, k) => sum(entries[k - 1]?.done ?? 0, entry.done, read) !== entry.sum)
  return damaged < 0 ? entries.length : damaged
}

/** Removes what {@link openPartial} makes, the lock last, and the folder if nothing else is in it. */
function removeFolder(folder: string): void {
  for (const name of [...journalNames(journalOf(folder)), dataOf(folder), ...lockNames(lockOf(folder))]) {
    rmSync(name, { force: true })
  }
  try {
    rmdirSync(folder)
  } catch {
    // Somebody else has put something there.
  }
}

/**
 * Opens `<path>.partial`, a folder, to write a file or to go on with it. Folders that are missing are made.
 *
 * @throws FileError when another process writes the same file, when the folder holds a part of other contents, or when the
 *   file is a device or pipe or cannot be made; nothing is changed then
 */
export function openPartial(path: string, options: PartialOptions): PartialFile {
  const { of, bytes, sum, fresh = false, interval = 2 } = options
  const { target, exists, folder } = onDisk(path, () => {
    const place = placeOf(path)
    return { ...place, folder: folderOf(place.target) }
  })
  const firstMade = onDisk(path, () => mkdirSync(dirname(target), { recursive: true }))
  const begin = (): { descriptor: number; lock: Lock; found: readonly Entry[]; whole: number } => {
    const lock = lockFolder(folder, path)
    let descriptor: number | undefined
    try {
      const found = fresh ? [] : findEntries(path, folder, options)
      const opened = (descriptor = openSync(dataOf(folder), found.length === 0 ? 'w+' : 'r+'))
      const whole = countWhole(found, sum, (values, at) => readAt(opened, values, at, path))
      if (whole === 0) for (const name of journalNames(journalOf(folder))) rmSync(name, { force: true })
      if (exists) chmodSync(dataOf(folder), statSync(target).mode & 0o777)
      if (whole === 0) ftruncateSync(descriptor, bytes)
      return { descriptor, lock, found, whole }
    } catch (error) {
      if (descriptor !== undefined) closeSync(descriptor)
      if (!existsSync(journalOf(folder))) rmSync(dataOf(folder), { force: true })
      lock.release()
      throw error
    }
  }
  const { descriptor, lock, found, whole } = onDisk(path, () => {
    try {
      return begin()
    } catch (error) {
      removeEmpty(resolve(folder), firstMade ?? folder)
      throw error
    }
  })
  let entries = found.slice(0, whole)
  const before = { done: entries.at(-1)?.done ?? 0, share: entries.at(-1)?.share ?? 0 }
  let journaled = before.done
  let marked = before
  const read: PartialFile['read'] = (values, at) => readAt(descriptor, values, at, path)
  let open = true
  /** What a failed flush has lost, the system does not say again. */
  let flushed = true
  let lastSync = -Infinity
  let wait = 0
  const close = (): void => {
    if (open) closeSync(descriptor)
    open = false
  }
  const discard = (): void => {
    if (!open) return
    close()
    removeFolder(folder)
    if (firstMade !== undefined) removeEmpty(resolve(dirname(target)), firstMade)
  }
  const flush = (how: (descriptor: number) => void): void => {
    flushed = false
    sync(descriptor, how)
    flushed = true
  }
  const record = (): void => {
    const begun = performance.now()
    const more = marked.done > journaled ? [{ ...marked, sum: sum(journaled, marked.done, read) }] : []
    flush(fdatasyncSync)
    writeJournal(journalOf(folder), { of, ...marked, entries: [...entries, ...more] })
    entries = [...entries, ...more]
    journaled = marked.done
    lastSync = performance.now()
    wait = interval === 0 ? 0 : Math.max(1000 * interval, (lastSync - begun) / syncShare)
  }
  return {
    ...before,
    ...(whole < found.length && { damaged: { from: before.done, to: found[whole].done } }),
    folder: join(dirname(path), basename(folder)),
    write: (values, at) => onDisk(path, () => writeAt(descriptor, values, at)),
    read: (values, at) => onDisk(path, () => read(values, at)),
    mark(done, share) {
      marked = { done, share }
      if (performance.now() - lastSync >= wait) onDisk(path, record)
    },
    commit(size) {
      onDisk(path, () => {
        flush(fsyncSync)
        if (size < bytes) ftruncateSync(descriptor, size)
        renameSync(dataOf(folder), target)
        close()
        removeFolder(folder)
      })
    },
    keep() {
      if (!open) return
      if (journaled === 0 && marked.done === 0) {
        discard()
        return
      }
      if (flushed && marked.done > journaled) {
        try {
          record()
        } catch {
          // A full disk: the earlier entry stands.
        }
      }
      close()
      lock.release()
    },
    discard,
  }
}
