import { spawn } from 'node:child_process'
import { FileError } from '../data/file-error.js'
import { placePanel, type KernelPanel } from '../ntk/kernel-panel.js'
import { compareClasses } from '../ntk/panel-classes.js'
import { freeSpace, growFile, type GrowingFile } from './large-files.js'
import { gigabytes } from './memory.js'
import { npyHeader } from './npy-header.js'

/** What was written. */
export interface WrittenKernel {
  /** `[N, N]` when all classes coincide, else `[C, N, N]`. */
  readonly shape: readonly number[]
  /** Of each class. */
  readonly trace: readonly number[]
}

/** A kernel that goes to disk panel by panel. */
export interface KernelWriter {
  /** @throws FileError when an entry is not finite, or there is no space */
  readonly put: (panel: KernelPanel) => void
  /** Gives the file its name. */
  readonly finish: () => WrittenKernel
  /** Leaves nothing behind; after `finish`, nothing to do. */
  readonly discard: () => void
}

/** Removes a file when this process ends. */
interface Keeper {
  readonly guard: (path: string) => void
  /** Lets the file go: it has its name by then, or is gone. */
  readonly release: () => void
}

/**
 * Sees to it that a file is gone when this process ends, however it ends: a computation that keeps the thread busy handles no
 * signals, and none handles SIGKILL. A shell reads the file's name and waits for the end of its input, which the system
 * closes with this process. To be started before the file is made, since starting takes longer than making.
 */
function startKeeper(): Keeper {
  if (process.platform === 'win32') return { guard: () => undefined, release: () => undefined }
  // In a group of its own, which a terminal's interrupt does not reach.
  const shell = spawn('/bin/sh', ['-c', 'IFS= read -r path && { read -r nothing; rm -f -- "$path"; }'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  shell.on('error', () => undefined)
  shell.stdin.on('error', () => undefined)
  shell.unref()
  return {
    guard(path) {
      // A name of two lines would be taken for another one.
      if (!path.includes('\n')) shell.stdin.write(`${path}\n`)
    },
    release: () => shell.stdin.end(),
  }
}

function opened(path: string, onFailure: () => void): GrowingFile {
  try {
    return growFile(path)
  } catch (error) {
    onFailure()
    throw error
  }
}

/** Bytes of a kernel file. */
export function kernelFileBytes(classes: number, n: number): number {
  return npyHeader([classes, n, n]).length + 8 * classes * n ** 2
}

/** @throws FileError when a kernel file does not fit onto the disk, with need, space and remedy */
export function requireDiskSpace(path: string, classes: number, n: number): void {
  const [needed, free] = [kernelFileBytes(classes, n), freeSpace(path)]
  if (needed <= free) return
  const fewer = classes > 1 ? 'use fewer --samples, fewer --classes (--classes mean writes one)' : 'use fewer --samples'
  throw new FileError(
    path,
    `a kernel [${classes}, ${n}, ${n}] needs ${needed} bytes (${gigabytes(needed)}), the disk has ${free} free (${gigabytes(free)}); ${fewer}, or another folder`,
  )
}

/** @throws FileError when an entry is not finite, with its place */
export function requireFinite(entries: Float64Array, path: string, place: (k: number) => string): void {
  for (let k = 0; k < entries.length; k++) {
    if (Number.isFinite(entries[k])) continue
    throw new FileError(
      path,
      `expected a kernel within the range of f64, got ${entries[k]} at ${place(k)}; scale the weights or the data down`,
    )
  }
}

/**
 * Writes a kernel file without ever holding the kernel. Its bytes are those of `encodeNpy(kernelToTensor(kernel))`.
 *
 * @param source named when an entry is not finite
 * @throws FileError when there is not enough space for all classes, or no file can be put there
 */
export function kernelWriter(path: string, source: string, classes: number, n: number): KernelWriter {
  requireDiskSpace(path, classes, n)
  const start = npyHeader([classes, n, n]).length
  const size = 8 * n * n
  const trace = new Float64Array(classes)
  const comparison = compareClasses()
  const { guard, release } = startKeeper()
  const file = opened(path, release)
  guard(file.temporary)
  return {
    put(panel) {
      const { first, last, entries } = panel
      const { ntk } = entries
      if (!ntk) throw new TypeError('kernelWriter: expected panels of the ntk')
      comparison.add(ntk)
      const width = n - first
      for (let c = 0; c < classes; c++) {
        const rows = ntk.right[c]
        requireFinite(rows, source, (k) => `[${first + Math.floor(k / width)}, ${first + (k % width)}]`)
        for (let i = 0; i < last - first; i++) trace[c] += rows[i * width + i]
        placePanel(panel, ntk, c, (at, values) => {
          const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
          file.write(bytes, start + c * size + 8 * at)
        })
      }
    },
    finish() {
      const shared = comparison.coincide()
      const shape = shared ? [n, n] : [classes, n, n]
      const header = npyHeader(shape)
      if (header.length !== start) throw new Error(`kernelWriter: expected a header of ${start} bytes`)
      if (shared) file.truncate(start + size)
      file.write(header, 0)
      file.commit()
      release()
      return { shape, trace: Array.from(shared ? trace.subarray(0, 1) : trace) }
    },
    discard() {
      file.discard()
      release()
    },
  }
}
