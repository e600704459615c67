import { defaultMemory, gigabytes, requireFreeMemory } from '../files/memory.js'
import { writesDirectly } from '../files/staged-file.js'
import { wholeBytes, type KernelTask } from './task.js'
import { writeWhole } from './write-whole.js'
import { kernelFileBytes, kernelWriter, requireDiskSpace, type WrittenKernel } from './writer.js'

/** A part of a kernel that an earlier process has left. */
export interface ResumedKernel {
  /** Where it is. */
  readonly folder: string
  /** Rows that are done and sound, and their share of the work. */
  readonly firstRow: number
  readonly share: number
  /** Rows that do not have their checksum, from one on, up to another: computed anew, with those after them. */
  readonly damaged: { readonly from: number; readonly to: number } | undefined
}

/** How {@link planOutput} and `planOutputs` write kernels. */
export interface OutputOptions {
  /** Bytes of working memory that were asked for. */
  readonly memory?: number | undefined
  /** Starts anew, whatever an earlier process has left. */
  readonly fresh?: boolean | undefined
  /** Kernels of fewer bytes are computed in memory where there is room. Default 64 MiB. */
  readonly small?: number
  /** Seconds between two entries in the journal, at least. Default 2. */
  readonly interval?: number
  /** Called before a kernel is computed that an earlier process has begun. Default: nothing. */
  readonly onResume?: (resumed: ResumedKernel) => void
}

/** A kernel that can be computed now. */
export interface KernelOutput {
  /** Share that an earlier process has done. */
  readonly done: number
  readonly compute: (onProgress: (share: number, label?: string) => void) => WrittenKernel
}

/** A kernel of less than this takes seconds. */
export const smallKernel = 2 ** 26
/** Beyond this, larger panels gain nothing. */
export const usefulPanels = 2 ** 30
/** Share of the progress that is left for the mirror image and the disk. */
const finishing = 0.03

/**
 * Where the kernel goes: a small one into memory, and then into a file at once, when there is room for it; else to disk as it
 * comes, so that an interrupted computation can be taken up again.
 *
 * @throws RangeError or FileError when memory or disk do not suffice, with the size needed and the ways to fit, or when the
 *   file cannot be written
 *
 * @example
 * import { constantChain, encodeChain, encodeNpz, type Tensor } from 'limn'
 * import { limitKernels, planOutput, writeAtomic } from 'limn/node'
 *
 * const samples = new Map<string, Tensor>([
 *   ['x', { shape: [6, 4], data: Float64Array.from({ length: 24 }, (_, i) => Math.sin(i)) }],
 *   ['y', { shape: [6], data: Int32Array.of(0, 1, 0, 1, 0, 1) }],
 * ])
 * writeAtomic('data.npz', encodeNpz(samples))
 * writeAtomic('chain.npz', encodeChain(constantChain({ inputs: 4, classes: 2, hidden: [3] }, 0.5)))
 * const { tasks } = limitKernels(['chain.npz'], {
 *   data: 'data.npz',
 *   classes: 'mean',
 *   seed: 0,
 *   convention: 'masked',
 *   rescale: 'none',
 *   weights: 'kept',
 * })
 * const { done, compute } = planOutput(tasks[0], 'kernel.npy')()
 * compute(() => undefined)
 * // No rows were there from an earlier run.
 * console.log(done) // 0
 */
export function planOutput(task: KernelTask, out: string, options: OutputOptions = {}): () => KernelOutput {
  const { classes, n, least } = task
  const { memory: bound, small = smallKernel } = options
  const memory = bound ?? defaultMemory()
  const what = `a kernel [${classes}, ${n}, ${n}]`
  const remedy = `use fewer --samples${classes > 1 ? ' or --classes mean' : ''}`
  if (!(least <= memory)) {
    const [place, way] = bound === undefined ? [what, remedy] : [`--memory: ${what}`, 'use a larger --memory']
    throw new RangeError(`${place}: expected at least ${gigabytes(least)}, got ${gigabytes(memory)}; ${way}`)
  }
  const room = memory - wholeBytes(task)
  if (room >= least && (kernelFileBytes(classes, n) < small || writesDirectly(out))) {
    requireFreeMemory(wholeBytes(task) + least, what, remedy)
    return () => inMemory(task, out, Math.min(room, Math.max(least, usefulPanels)))
  }
  requireFreeMemory(least, what, remedy)
  requireDiskSpace(out, classes, n)
  return () => onDisk(task, out, Math.min(memory, Math.max(least, usefulPanels)), options)
}

function inMemory(task: KernelTask, out: string, memory: number): KernelOutput {
  const compute = (onProgress: (share: number) => void): WrittenKernel => {
    const [written] = writeWhole([task], [out], (sink) => {
      task.run({ memory, often: false, firstRow: 0, sink: (panel) => sink([panel]), onProgress })
    })
    return written
  }
  return { done: 0, compute }
}

function onDisk(task: KernelTask, out: string, memory: number, options: OutputOptions): KernelOutput {
  const { source, classes, n, comment } = task
  const { fresh, interval, onResume } = options
  const of = task.identity()
  const writer = kernelWriter(out, {
    source,
    classes,
    n,
    of,
    comment,
    ...(fresh !== undefined && { fresh }),
    ...(interval !== undefined && { interval }),
  })
  const { firstRow, share, damaged } = writer
  const scale = 1 - finishing
  if (firstRow > 0 || damaged) onResume?.({ folder: writer.folder, firstRow, share, damaged })
  return {
    done: scale * share,
    compute(onProgress) {
      try {
        const report = (part: number): void => onProgress(scale * part)
        task.run({ memory, often: true, firstRow, sink: writer.put, onProgress: report })
        return writer.finish(memory, (part) => onProgress(scale + finishing * part, 'mirror image'))
      } finally {
        writer.keep()
      }
    },
  }
}
