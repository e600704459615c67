import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { FileError } from '../../data/file-error.js'
import { pathKind, sync } from './on-disk.js'
import { removeLeftovers, temporaryName } from './temporary-name.js'
import { standardStream } from './standard-streams.js'

/** Contents that wait under a temporary name; `discard` after `commit` leaves the file alone. */
export interface Staged {
  readonly commit: () => void
  readonly discard: () => void
}

/** What is at a path that is to be written; links are followed. @throws FileError when no file can be put there */
export function targetKind(path: string): 'file' | 'other' | 'missing' {
  if (path === standardStream) return 'other'
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

/** Whether a path is written to directly, as it is no file that could be replaced. */
export const isDirect = (path: string, kind: 'file' | 'other' | 'missing'): boolean =>
  kind === 'other' || /^\/(dev|proc)\//.test(resolve(path))

/** {@link isDirect} of what is at a path now. @throws FileError when no file can be put there */
export const writesDirectly = (path: string): boolean => isDirect(path, targetKind(path))

/** A file under a temporary name, open for reading and writing. */
export interface OpenStaged extends Staged {
  readonly descriptor: number
  /** Puts what was written onto the disk and closes the file; to be done before `commit`. */
  readonly close: () => void
}

/**
 * Opens a file under a temporary name in the folder of `path`, which is made when it is missing. What killed writers have
 * left there is removed.
 *
 * @param exists whether there is a file that is to be replaced
 */
export function openBeside(path: string, exists: boolean): OpenStaged {
  const folder = dirname(path)
  if (exists) accessSync(path, constants.W_OK)
  const firstMade = exists ? undefined : mkdirSync(folder, { recursive: true })
  removeLeftovers(folder)
  const temporary = join(folder, temporaryName())
  let descriptor: number | undefined
  const release = (): void => {
    if (descriptor !== undefined) closeSync(descriptor)
    descriptor = undefined
  }
  const discard = (): void => {
    release()
    rmSync(temporary, { force: true })
    if (firstMade !== undefined) removeEmpty(resolve(folder), firstMade)
  }
  try {
    const opened = (descriptor = openSync(temporary, 'wx+'))
    if (exists) chmodSync(temporary, statSync(path).mode & 0o777)
    return {
      descriptor: opened,
      close() {
        sync(opened)
        release()
      },
      commit: () => renameSync(temporary, path),
      discard,
    }
  } catch (error) {
    discard()
    throw error
  }
}

/** Removes `folder` and those above it up to `last`, as far as they are empty. */
export function removeEmpty(folder: string, last: string): void {
  try {
    rmdirSync(folder)
  } catch {
    return
  }
  if (folder !== resolve(last)) removeEmpty(dirname(folder), last)
}
