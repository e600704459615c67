import { statSync } from 'node:fs'
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
export function onDisk<Result>(path: string, operation: () => Result): Result {
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

/** @throws FileError about `path` when what is above it is no folder */
export function requireFolder(folder: string, path: string): void {
  if (pathKind(folder) !== 'folder') throw new FileError(path, problems['ENOTDIR'])
}
