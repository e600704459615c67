import { accessSync, closeSync, constants, openSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { archiveFormat } from '../../data/archives.js'
import { FileError } from '../../data/file-error.js'
import { readZip } from '../../data/zip.js'
import { requireFreeMemory } from './memory.js'
import { onDisk, pathKind, requireFolder, requirePermittedWrite } from './on-disk.js'
import { readStandardInput, readStream, requireRedirected, standardStream, writeStream } from './standard-streams.js'
import { isDirect, openBeside, targetKind, type Staged } from './staged-file.js'

export { pathKind } from './on-disk.js'

/** Bytes of the largest file that is read as a whole. */
export const readLimit = 2 ** 31 - 1

/**
 * The contents of a file of at most 2 GiB.
 *
 * @param path `-` for standard input
 * @throws FileError when it is missing, a folder, a device, a pipe with a name, too large or not readable
 * @throws RangeError when memory does not suffice
 */
export function readBytes(path: string): Uint8Array {
  return onDisk(path, () => {
    if (path === standardStream) return readStandardInput()
    // A device may have no end, and a pipe nobody who writes.
    const stats = statSync(path)
    if (stats.isCharacterDevice() || stats.isBlockDevice()) throw new FileError(path, 'expected a file, got a device')
    if (stats.isFIFO() || stats.isSocket()) return readPipe(path)
    if (stats.isFile() && stats.size <= readLimit) requireFreeMemory(stats.size, path, 'use a smaller file')
    const { buffer, byteOffset, byteLength } = readFileSync(path)
    return new Uint8Array(buffer, byteOffset, byteLength)
  })
}

/**
 * The contents of a file of tensors. What a packed archive unpacks to has to fit into memory beside it.
 *
 * @throws FileError and RangeError as {@link readBytes}
 */
export function readArchive(path: string): Uint8Array {
  const bytes = readBytes(path)
  if (archiveFormat(bytes) === '.npz') {
    const unpacked = readZip(bytes, path).reduce((sum, { size }) => sum + size, 0)
    // Arrays are copied out of what is unpacked.
    requireFreeMemory(2 * unpacked, `${path}: arrays of ${unpacked} bytes`, 'use a smaller archive')
  }
  return bytes
}

/** What comes out of a pipe that the shell has opened for this process, as of `<(command)`. @throws FileError for any other */
function readPipe(path: string): Uint8Array {
  if (!/^\/(dev|proc\/self)\/(fd\/\d+|stdin)$/.test(path)) {
    throw new FileError(path, `expected a file, got a pipe; give it as standard input: - < ${path}`)
  }
  const descriptor = openSync(path, 'r')
  try {
    return readStream(descriptor, path)
  } finally {
    closeSync(descriptor)
  }
}

/** Names of what is in a folder, in alphabetical order, numbers by value. @throws FileError when it is not a readable folder */
export function listFolder(path: string): string[] {
  return onDisk(path, () => readdirSync(path)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

/** The contents of a UTF-8 text file, without a byte order mark. @throws FileError as {@link readBytes}, or when it is not UTF-8 */
export function readText(path: string): string {
  const bytes = readBytes(path)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new FileError(path, 'expected a UTF-8 text file, got other bytes')
  }
}

/** A file to write; a text is written as UTF-8. */
export interface OutputFile {
  readonly path: string
  readonly contents: Uint8Array | string
}

/**
 * Writes a whole file or nothing: a reader sees the old contents or the new ones, also after a crash. Missing folders
 * are made. The target of a symbolic link is replaced, not the link. Devices, pipes and whatever is below /dev and
 * /proc are written to directly, since replacing them by a file would destroy them.
 *
 * @param contents bytes, or a text that is written as UTF-8
 * @throws FileError with the remedy when there is no space, no permission or no such place; nothing is left behind then
 *
 * @example
 * import { writeAtomic } from 'limn/node'
 * import { readFileSync } from 'node:fs'
 *
 * writeAtomic('results/notes.txt', 'whole or not at all')
 * console.log(readFileSync('results/notes.txt', 'utf8')) // whole or not at all
 */
export function writeAtomic(path: string, contents: Uint8Array | string): void {
  writeTogether([{ path, contents }])
}

/**
 * Writes several files as {@link writeAtomic} does, none of them when one fails: all contents are on the disk under
 * temporary names before the first gets its own.
 *
 * @throws FileError naming the file that cannot be written; no file and no folder is left behind then
 *
 * @example
 * import { writeTogether } from 'limn/node'
 * import { readdirSync } from 'node:fs'
 *
 * writeTogether([
 *   { path: 'a.txt', contents: 'one' },
 *   { path: 'b.txt', contents: 'two' },
 * ])
 * console.log(readdirSync('.').filter((name) => name.endsWith('.txt')).length) // 2
 */
export function writeTogether(files: readonly OutputFile[]): void {
  const staged: Staged[] = []
  try {
    for (const { path, contents } of files) {
      const bytes = typeof contents === 'string' ? new TextEncoder().encode(contents) : contents
      staged.push(onDisk(path, () => stage(path, bytes)))
    }
    staged.forEach(({ commit }, i) => onDisk(files[i].path, commit))
  } catch (error) {
    for (const { discard } of staged.reverse()) discard()
    throw error
  }
}

/**
 * Checks, before anything is computed, that a file can be put there; writes nothing. A full disk shows only on writing.
 * `-` is standard output.
 *
 * @throws FileError as {@link writeAtomic}
 */
export function requireWritable(path: string): void {
  if (path === standardStream) {
    requireRedirected()
    return
  }
  onDisk(path, () => {
    const kind = targetKind(path)
    requirePermittedWrite(path, !isDirect(path, kind))
    if (kind !== 'missing') {
      accessSync(path, constants.W_OK)
      return
    }
    let folder = dirname(resolve(path))
    while (pathKind(folder) === 'missing') folder = dirname(folder)
    requireFolder(folder, path)
    accessSync(folder, constants.W_OK)
  })
}

function stage(path: string, bytes: Uint8Array): Staged {
  const kind = targetKind(path)
  if (isDirect(path, kind)) {
    writeDirectly(path, bytes)
    return { commit: () => undefined, discard: () => undefined }
  }
  return stageBeside(kind === 'file' ? realpathSync(path) : path, bytes, kind === 'file')
}

function writeDirectly(path: string, bytes: Uint8Array): void {
  if (path === standardStream) {
    writeStream(1, bytes)
    return
  }
  // No O_CREAT: below /dev nothing new should appear. Appending keeps what a redirected output already holds.
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_APPEND)
  try {
    writeStream(descriptor, bytes)
  } finally {
    closeSync(descriptor)
  }
}

function stageBeside(path: string, bytes: Uint8Array, exists: boolean): Staged {
  const file = openBeside(path, exists)
  try {
    writeStream(file.descriptor, bytes)
    file.close()
  } catch (error) {
    file.discard()
    throw error
  }
  return file
}
