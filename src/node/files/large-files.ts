import { closeSync, openSync, readSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { FileError } from '../../data/file-error.js'
import { onDisk, pathKind } from './on-disk.js'

/** Writes all of `bytes` from this place on. */
export function writeAt(descriptor: number, bytes: Uint8Array, at: number): void {
  for (let written = 0; written < bytes.length;) {
    written += writeSync(descriptor, bytes, written, bytes.length - written, at + written)
  }
}

/** Bytes that one system call reads at most. */
const readLimit = 2 ** 30

/** Fills `bytes` from this place on. @throws FileError about `path` when the file ends before */
export function readAt(descriptor: number, bytes: Uint8Array, at: number, path: string): void {
  for (let done = 0; done < bytes.length;) {
    const count = readSync(descriptor, bytes, done, Math.min(readLimit, bytes.length - done), at + done)
    if (count === 0) throw new FileError(path, `expected ${at + bytes.length} bytes, got ${at + done}`)
    done += count
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
    read: (bytes, at) => onDisk(path, () => readAt(descriptor, bytes, at, path)),
    close: () => closeSync(descriptor),
  }
}
