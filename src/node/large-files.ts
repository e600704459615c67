import { closeSync, ftruncateSync, openSync, readSync, realpathSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { FileError } from '../data/file-error.js'
import { onDisk, pathKind } from './on-disk.js'
import { isDirect, openBeside, targetKind } from './staged-file.js'

/** A file that is written piece by piece, at any place, and gets its name at the end. */
export interface GrowingFile {
  /** Where it is until then. */
  readonly temporary: string
  /** @throws FileError when there is no space */
  write(bytes: Uint8Array, at: number): void
  /** Cuts the file to this many bytes. */
  truncate(bytes: number): void
  /** Gives the file its name; a reader sees the old contents or the new ones. */
  commit(): void
  /** Removes everything; after `commit`, nothing. */
  discard(): void
}

/**
 * Opens a file to be written as {@link writeAtomic} does, for contents that are too large to be in memory at once.
 *
 * @throws FileError when it is a device or pipe, which can only be written from front to back, or cannot be made
 */
export function growFile(path: string): GrowingFile {
  const file = onDisk(path, () => {
    const kind = targetKind(path)
    if (isDirect(path, kind)) throw new FileError(path, 'expected a name for a file on a disk, got a device or pipe')
    return openBeside(kind === 'file' ? realpathSync(path) : path, kind === 'file')
  })
  const { descriptor, temporary, discard } = file
  return {
    temporary,
    write(bytes, at) {
      onDisk(path, () => {
        for (let written = 0; written < bytes.length;) {
          written += writeSync(descriptor, bytes, written, bytes.length - written, at + written)
        }
      })
    },
    truncate: (bytes) => onDisk(path, () => ftruncateSync(descriptor, bytes)),
    commit: () =>
      onDisk(path, () => {
        file.close()
        file.commit()
      }),
    discard,
  }
}

/** Bytes that can be written where a file is to be put. @throws FileError when the system refuses to say */
export function freeSpace(path: string): number {
  return onDisk(path, () => {
    let folder = dirname(resolve(path))
    while (pathKind(folder) === 'missing') folder = dirname(folder)
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  })
}

/** An open file of any size, to be read piece by piece. */
export interface OpenFile {
  readonly size: number
  /** Fills `bytes` from this place on. @throws FileError when the file ends before */
  read(bytes: Uint8Array, at: number): void
  close(): void
}

/** Bytes that one system call reads at most. */
const readLimit = 2 ** 30

/** Opens a file for reading. @throws FileError when it is missing, a folder, a device or not readable */
export function openFile(path: string): OpenFile {
  const { descriptor, size } = onDisk(path, () => {
    const stats = statSync(path)
    if (!stats.isFile())
      throw new FileError(path, `expected a file, got a ${stats.isDirectory() ? 'folder' : 'device'}`)
    return { descriptor: openSync(path, 'r'), size: stats.size }
  })
  return {
    size,
    read(bytes, at) {
      onDisk(path, () => {
        for (let done = 0; done < bytes.length;) {
          const count = readSync(descriptor, bytes, done, Math.min(readLimit, bytes.length - done), at + done)
          if (count === 0) throw new FileError(path, `expected ${at + bytes.length} bytes, got ${at + done}`)
          done += count
        }
      })
    },
    close: () => closeSync(descriptor),
  }
}
