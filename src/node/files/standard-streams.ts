import { fstatSync, readSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { FileError } from '../../data/file-error.js'
import { freeMemory, gigabytes } from './memory.js'

/** The name that stands for standard input where a file is read, and for standard output where one is written. */
export const standardStream = '-'

/** Bytes of standard input or of a pipe at most, as of a file. */
const mostBytes = 2 ** 31
const chunk = 2 ** 20

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

/** Sleeps for some milliseconds, where a stream is not ready and there is nothing else to do. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

/**
 * Everything that comes out of a stream, up to its end.
 *
 * @param name for messages
 * @throws FileError when more than 2 GiB come, or more than memory holds
 */
export function readStream(descriptor: number, name: string): Uint8Array {
  const most = Math.min(mostBytes, Math.floor(freeMemory() / 2))
  let all = new Uint8Array(chunk)
  let length = 0
  for (;;) {
    if (length === all.length) {
      const larger = new Uint8Array(Math.min(2 * length, most + 1))
      larger.set(all)
      all = larger
    }
    const count = readSome(descriptor, all, length)
    if (count === 0) return all.subarray(0, length)
    length += count
    if (length > most) throw new FileError(name, `expected at most ${gigabytes(most)}, got more and no end`)
  }
}

function readSome(descriptor: number, bytes: Uint8Array, from: number): number {
  for (;;) {
    try {
      return readSync(descriptor, bytes, from, bytes.length - from, null)
    } catch (error) {
      if (codeOf(error) === 'EOF') return 0
      if (codeOf(error) !== 'EAGAIN') throw error
      sleep(5)
    }
  }
}

/** What was piped in. @throws FileError when standard input is a terminal or a device, or without end */
export function readStandardInput(): Uint8Array {
  if (isatty(0)) throw new FileError(standardStream, 'expected a file piped into standard input, got a terminal')
  const stats = fstatSync(0)
  if (stats.isCharacterDevice() || stats.isBlockDevice()) {
    throw new FileError(standardStream, 'expected a file piped into standard input, got a device')
  }
  return readStream(0, standardStream)
}

/** Whether a path stands for standard output. */
export const isStandardOutput = (path: string): boolean =>
  path === standardStream || ['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'].includes(path)

/** @throws FileError when standard output is a terminal, which is no place for the bytes of a file */
export function requireRedirected(): void {
  if (isatty(1)) {
    throw new FileError(standardStream, 'expected standard output to lead to a file or pipe, got a terminal')
  }
}

/** Writes all bytes before it returns, also into a pipe that is slow to drain. */
export function writeStream(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error
      sleep(5)
    }
  }
}
