import { crc32 } from 'node:zlib'
import { FileError } from '../../data/file-error.js'
import { npyHeader } from '../../data/npy-header.js'
import type { KernelPanel } from '../../ntk/kernel-panel.js'
import { compareClasses } from '../../ntk/panel-classes.js'
import { mirrorFile } from './mirror.js'
import { freeSpace } from '../files/large-files.js'
import { gigabytes } from '../files/memory.js'
import { openPartial, partialBytes, type PartialFile, type PartialOptions } from './partial-file.js'
import type { Identity } from './partial-journal.js'

/** What was written. */
export interface WrittenKernel {
  /** `[N, N]` when all classes coincide, else `[C, N, N]`. */
  readonly shape: readonly number[]
  /** Of each class. */
  readonly trace: readonly number[]
}

export interface KernelWriterOptions {
  readonly classes: number
  readonly n: number
  /** Named when an entry is not finite. */
  readonly source: string
  /** All that the kernel depends on. */
  readonly of: Identity
  /** The comment of the file's header. */
  readonly comment?: string | undefined
  /** Starts anew, whatever an earlier process has left. Default false. */
  readonly fresh?: boolean
  /** Seconds between two entries in the journal, at least; 0 for one after every panel. Default 2. */
  readonly interval?: number
}

/** A kernel that goes to disk panel by panel. */
export interface KernelWriter {
  /** Rows that an earlier process has written, and their share of all pairs: panels are expected from there on. */
  readonly firstRow: number
  readonly share: number
  /** Rows that an earlier process has written and that are damaged since: from one on, up to another. */
  readonly damaged?: { readonly from: number; readonly to: number }
  /** Where it is until it is complete. */
  readonly folder: string
  /** @throws FileError when an entry is not finite, and then nothing is left, or when there is no space */
  readonly put: (panel: KernelPanel) => void
  /**
   * Completes the file and gives it its name.
   *
   * @param memory bytes for buffers
   */
  readonly finish: (memory?: number, onProgress?: (share: number) => void) => WrittenKernel
  /** Leaves what is done to a later process; after `finish`, nothing to do. */
  readonly keep: () => void
}

/**
 * Bytes of a kernel file.
 *
 * @example
 * import { kernelFileBytes } from 'limn/node'
 *
 * // Ten classes of 1000 × 1000 numbers of 8 bytes, and a header.
 * console.log(kernelFileBytes(10, 1000)) // 80000128
 */
export function kernelFileBytes(classes: number, n: number, comment?: string): number {
  return npyHeader('<f8', [classes, n, n], comment).length + 8 * classes * n ** 2
}

/**
 * @param path that an interrupted process may have written a part of already
 * @throws FileError when a kernel file does not fit onto the disk, with need, space and remedy
 */
export function requireDiskSpace(path: string, classes: number, n: number): void {
  const [needed, free] = [kernelFileBytes(classes, n) - partialBytes(path), freeSpace(path)]
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

/** Share of all pairs of n samples that the first rows have. */
const shareOf = (rows: number, n: number): number => (rows * (2 * n + 1 - rows)) / (n * (n + 1))

const bufferMemory = 2 ** 26

/**
 * Writes a kernel file without ever holding the kernel, or goes on with one that was interrupted. Its bytes are those of
 * `encodeNpy(kernelToTensor(kernel))`. What is done is in the folder `<path>.partial` until the file is complete: of every
 * panel the rows from the diagonal on, each in one piece; their mirror image follows at the end.
 *
 * @throws FileError when there is not enough space for all classes, another process writes the same file, the folder has a
 *   part of another kernel, or no file can be put there
 *
 * @example
 * import { constantChain, graphonNtkPanels, matrixOf } from 'limn'
 * import { kernelWriter, openKernel } from 'limn/node'
 *
 * const chain = constantChain({ inputs: 2, classes: 1, hidden: [1] }, 0.5)
 * const writer = kernelWriter('kernel.npy', { classes: 1, n: 2, source: 'an example', of: { chain: 'constant' } })
 * graphonNtkPanels(chain, matrixOf([[1, 0], [0, 1]]), { firstRow: writer.firstRow, kernelNames: ['ntk'] }, writer.put)
 * writer.finish()
 * console.log(openKernel('kernel.npy').n) // 2
 */
export function kernelWriter(path: string, options: KernelWriterOptions): KernelWriter {
  const { classes, n, source, of, comment, fresh, interval } = options
  requireDiskSpace(path, classes, n)
  const start = npyHeader('<f8', [classes, n, n], comment).length
  const bytes = kernelFileBytes(classes, n, comment)
  /** CRC-32 of what the mirror image leaves alone: every row from the diagonal on, class after class. */
  const sum: PartialOptions['sum'] = (from, to, read) => {
    const row = new Uint8Array(8 * n)
    let remainder = 0
    for (let c = 0; c < classes; c++) {
      for (let i = from; i < to; i++) {
        const entries = row.subarray(8 * i)
        read(entries, start + 8 * ((c * n + i) * n + i))
        remainder = crc32(entries, remainder)
      }
    }
    return remainder.toString(16).padStart(8, '0')
  }
  const file = openPartial(path, {
    of,
    bytes,
    sum,
    ...(fresh !== undefined && { fresh }),
    ...(interval !== undefined && { interval }),
  })
  let next = file.done
  const write = (values: Uint8Array, at: number): void => {
    try {
      file.write(values, at)
    } catch (error) {
      throw error instanceof FileError ? withRest(error, file, path, bytes) : error
    }
  }
  return {
    firstRow: file.done,
    share: file.share,
    ...(file.damaged && { damaged: file.damaged }),
    folder: file.folder,
    put({ first, last, entries: { ntk } }) {
      if (!ntk) throw new TypeError('kernelWriter: expected panels of the ntk')
      if (first !== next) throw new RangeError(`kernelWriter: expected a panel from row ${next} on, got row ${first}`)
      const width = n - first
      for (const rows of new Set(ntk.right)) {
        try {
          requireFinite(rows, source, (k) => `[${first + Math.floor(k / width)}, ${first + (k % width)}]`)
        } catch (error) {
          file.discard()
          throw error
        }
      }
      for (let c = 0; c < classes; c++) {
        const { buffer, byteOffset } = ntk.right[c]
        for (let i = first; i < last; i++) {
          const row = new Uint8Array(buffer, byteOffset + 8 * (i - first) * width, 8 * width)
          write(row, start + 8 * ((c * n + i) * n + first))
        }
      }
      next = last
      file.mark(last, shareOf(last, n))
    },
    finish(memory = bufferMemory, onProgress) {
      const comparison = compareClasses()
      const { read } = file
      const trace = mirrorFile({ classes, n, start, read, write, memory, onColumns: comparison.add, onProgress })
      const shared = comparison.coincide()
      const shape = shared ? [n, n] : [classes, n, n]
      const header = npyHeader('<f8', shape, comment)
      if (header.length !== start) throw new Error(`kernelWriter: expected a header of ${start} bytes`)
      write(header, 0)
      file.commit(shared ? start + 8 * n * n : bytes)
      return { shape, trace: shared ? trace.slice(0, 1) : trace }
    },
    keep: file.keep,
  }
}

/** An error of a full disk with the size that is missing. */
function withRest(error: FileError, file: PartialFile, path: string, bytes: number): FileError {
  const rest = Math.max(0, bytes - partialBytes(path))
  const problem = error.message.slice(error.message.indexOf(': ') + 2)
  return new FileError(
    path,
    `${problem}; ${rest} more bytes (${gigabytes(rest)}) are needed, and what is done waits in ${file.folder} for the same command`,
  )
}
