import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { randomUUID } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import { FileError } from '../data/file-error.js'

/** What the system's error codes mean to the person who gave the path, with the remedy. */
const problems: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder; check the path',
  ENOTDIR: 'a part of the path before the last is not a folder; check the path',
  EISDIR: 'expected a file, got a folder',
  EEXIST: 'a part of the path that should be a folder is a file; choose another path',
  EACCES: 'permission denied; change the permissions or choose another path',
  EPERM: 'permission denied; change the permissions or choose another path',
  EROFS: 'the file system is read-only; choose another path',
  ENOSPC: 'no space left on the device; free some space or choose another folder',
  EDQUOT: 'disk quota exceeded; free some space or choose another folder',
  ENAMETOOLONG: 'the name is too long; choose a shorter one',
  ELOOP: 'symbolic links lead in a circle; choose another path',
  EMFILE: 'too many files are open; close some or raise the limit (ulimit -n)',
  EFBIG: 'the file would be larger than allowed; raise the limit (ulimit -f) or choose another folder',
  EPIPE: 'the reader at the other end is gone',
  ERR_FS_FILE_TOO_LARGE: 'expected a file of at most 2 GiB, got a larger one',
}

/** Runs a file operation and turns the system's errors into a {@link FileError} about `path`. */
function onDisk<Result>(path: string, operation: () => Result): Result {
  try {
    return operation()
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
      throw new FileError(path, problems[error.code] ?? error.message)
    }
    throw error
  }
}

/** Whether the path is there, and what it is; links are followed. @throws FileError when the system refuses to say */
export function pathKind(path: string): 'file' | 'folder' | 'other' | 'missing' {
  const stats = onDisk(path, () => statSync(path, { throwIfNoEntry: false }))
  if (!stats) return 'missing'
  if (stats.isDirectory()) return 'folder'
  return stats.isFile() ? 'file' : 'other'
}

/**
 * The contents of a file of at most 2 GiB.
 *
 * @throws FileError when it is missing, a folder, a device, too large or not readable
 */
export function readBytes(path: string): Uint8Array {
  return onDisk(path, () => {
    // A device may have no end.
    const stats = statSync(path)
    if (stats.isCharacterDevice() || stats.isBlockDevice()) throw new FileError(path, 'expected a file, got a device')
    const { buffer, byteOffset, byteLength } = readFileSync(path)
    return new Uint8Array(buffer, byteOffset, byteLength)
  })
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

/** Contents that wait under a temporary name; `discard` after `commit` leaves the file alone. */
interface Staged {
  readonly commit: () => void
  readonly discard: () => void
}

/**
 * Writes a whole file or nothing: a reader sees the old contents or the new ones, also after a crash. Missing folders
 * are made. The target of a symbolic link is replaced, not the link. Devices, pipes and whatever is below /dev and
 * /proc are written to directly, since replacing them by a file would destroy them.
 *
 * @param contents bytes, or a text that is written as UTF-8
 * @throws FileError with the remedy when there is no space, no permission or no such place; nothing is left behind then
 */
export function writeAtomic(path: string, contents: Uint8Array | string): void {
  writeTogether([{ path, contents }])
}

/**
 * Writes several files as {@link writeAtomic} does, none of them when one fails: all contents are on the disk under
 * temporary names before the first gets its own.
 *
 * @throws FileError naming the file that cannot be written; no file and no folder is left behind then
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
 *
 * @throws FileError as {@link writeAtomic}
 */
export function requireWritable(path: string): void {
  onDisk(path, () => {
    const kind = targetKind(path)
    if (kind !== 'missing') {
      accessSync(path, constants.W_OK)
      return
    }
    let folder = dirname(resolve(path))
    while (pathKind(folder) === 'missing') folder = dirname(folder)
    if (pathKind(folder) !== 'folder') throw new FileError(path, problems['ENOTDIR'])
    accessSync(folder, constants.W_OK)
  })
}

/** What is at a path that is to be written; links are followed. @throws FileError when no file can be put there */
function targetKind(path: string): 'file' | 'other' | 'missing' {
  const kind = pathKind(path)
  if (kind === 'folder') throw new FileError(path, 'expected a file to write, got a folder; choose another path')
  if (path === '' || /[/\\]$/.test(path)) {
    throw new FileError(path, 'expected the name of a file to write, got none; add one to the path')
  }
  if (kind === 'missing' && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new FileError(path, 'expected a file to write, got a symbolic link that leads nowhere; choose another path')
  }
  return kind
}

function stage(path: string, bytes: Uint8Array): Staged {
  const kind = targetKind(path)
  if (kind === 'other' || /^\/(dev|proc)\//.test(resolve(path))) {
    writeDirectly(path, bytes)
    return { commit: () => undefined, discard: () => undefined }
  }
  return stageBeside(kind === 'file' ? realpathSync(path) : path, bytes, kind === 'file')
}

function writeDirectly(path: string, bytes: Uint8Array): void {
  // No O_CREAT: below /dev nothing new should appear. Appending keeps what a redirected output already holds.
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_APPEND)
  try {
    writeAll(descriptor, bytes)
  } finally {
    closeSync(descriptor)
  }
}

function stageBeside(path: string, bytes: Uint8Array, exists: boolean): Staged {
  const folder = dirname(path)
  if (exists) accessSync(path, constants.W_OK)
  const firstMade = exists ? undefined : mkdirSync(folder, { recursive: true })
  const temporary = join(folder, `.limn-${randomUUID()}.tmp`)
  const discard = () => {
    rmSync(temporary, { force: true })
    if (firstMade !== undefined) removeEmpty(resolve(folder), firstMade)
  }
  try {
    const descriptor = openSync(temporary, 'wx')
    try {
      writeAll(descriptor, bytes)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    if (exists) chmodSync(temporary, statSync(path).mode & 0o777)
  } catch (error) {
    discard()
    throw error
  }
  return { commit: () => renameSync(temporary, path), discard }
}

/** Removes `folder` and those above it up to `last`, as far as they are empty. */
function removeEmpty(folder: string, last: string): void {
  try {
    rmdirSync(folder)
  } catch {
    return
  }
  if (folder !== resolve(last)) removeEmpty(dirname(folder), last)
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written)
}
