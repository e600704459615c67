import { fsyncSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { FileError } from '../../data/file-error.js'

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

interface SystemError extends Error {
  readonly code: string
  /** What a process under Node's permission model lacks. */
  readonly permission?: string
}

const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'

const notPermitted = (use: 'read' | 'write', path: string): string =>
  `this process may not ${use} it (node --permission); start node with --allow-fs-${use}=${join(dirname(resolve(path)), '*')}`

function problemOf({ code, permission, message }: SystemError, path: string): string {
  if (code !== 'ERR_ACCESS_DENIED') return problems[code] ?? message
  return notPermitted(permission === 'FileSystemWrite' ? 'write' : 'read', path)
}

/** Runs a file operation and turns the system's errors into a {@link FileError} about `path`. */
export function onDisk<Result>(path: string, operation: () => Result): Result {
  try {
    return operation()
  } catch (error) {
    throw isSystemError(error) ? new FileError(path, problemOf(error, path)) : error
  }
}

/** Whether the path is there, and what it is; links are followed. @throws FileError when the system refuses to say */
export function pathKind(path: string): 'file' | 'folder' | 'other' | 'missing' {
  const stats = onDisk(path, () => statSync(path, { throwIfNoEntry: false }))
  if (!stats) return 'missing'
  if (stats.isDirectory()) return 'folder'
  return stats.isFile() ? 'file' : 'other'
}

/** @throws FileError about `path` when what is above it is no folder */
export function requireFolder(folder: string, path: string): void {
  if (pathKind(folder) !== 'folder') throw new FileError(path, problems['ENOTDIR'])
}

/**
 * @param beside whether a temporary file is written beside it first
 * @throws FileError when the permissions of this process, where it has any, forbid to write a file in this place
 */
export function requirePermittedWrite(path: string, beside: boolean): void {
  const { permission } = process as { permission?: { has(scope: string, reference?: string): boolean } }
  const own = join(dirname(resolve(path)), '.limn-0.tmp')
  if (permission && !(beside ? [path, own] : [path]).every((place) => permission.has('fs.write', resolve(place)))) {
    throw new FileError(path, notPermitted('write', path))
  }
}

/** Waits until what was written is on the disk; a process under Node's permission model may not, and goes on. */
export function sync(descriptor: number, how: (descriptor: number) => void = fsyncSync): void {
  try {
    how(descriptor)
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'ERR_ACCESS_DENIED') throw error
  }
}
