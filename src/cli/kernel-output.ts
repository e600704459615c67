import { encodeNpy } from '../data/npy.js'
import { writeTogether } from '../node/files/files.js'
import { kernelFileBytes, kernelWriter, requireDiskSpace, requireFinite } from '../node/kernels/writer.js'
import type { Checkpoint } from '../network/checkpoint.js'
import type { WrittenKernel } from '../node/kernels/writer.js'
import { defaultMemory, gigabytes, requireFreeMemory } from '../node/files/memory.js'
import type { Identity } from '../node/kernels/partial-journal.js'
import { writesDirectly } from '../node/files/staged-file.js'
import { kernelToTensor } from '../ntk/kernel-file.js'
import { placePanel, type KernelPanel } from '../ntk/kernel-panel.js'
import { say } from './output.js'

/** How a kernel is to be computed. */
export interface KernelRun {
  /** Bytes of working memory, at least the task's `least`. */
  readonly memory: number
  /** Whether what is done after a few seconds should be handed over, rather than as much as memory holds. */
  readonly often: boolean
  /** Rows before this one are done. */
  readonly firstRow: number
  readonly sink: (panel: KernelPanel) => void
  /** Called with the share done, rows before the first one included. */
  readonly onProgress: (share: number) => void
}

/** A kernel that is about to be computed, panel by panel. */
export interface KernelTask {
  /** The file that is named when an entry is not finite. */
  readonly source: string
  /** Defects of the network, to be said before hours of work. */
  readonly warnings?: readonly string[]
  /** The network as it was read, where there is one. */
  readonly checkpoint?: Checkpoint
  readonly classes: number
  readonly n: number
  /** Bytes of working memory with the smallest panels. */
  readonly least: number
  /** What people should know of how it is made. */
  readonly notes?: readonly string[]
  /** What the file says of the kernel: the comment of its header. */
  readonly comment?: string
  /** All that the kernel depends on, to the last bit. */
  readonly identity: () => Identity
  readonly run: (run: KernelRun) => void
}

export interface OutputOptions {
  /** Bytes of working memory that were asked for. */
  readonly memory?: number | undefined
  /** Starts anew, whatever an earlier process has left. */
  readonly fresh?: boolean | undefined
  /** Kernels of fewer bytes are computed in memory where there is room. Default 64 MiB. */
  readonly small?: number
  /** Seconds between two entries in the journal, at least. */
  readonly interval?: number
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

/** Bytes of the kernel in memory and of the file's contents. */
export const wholeBytes = ({ classes, n }: KernelTask): number => 2 * 8 * classes * n ** 2

/**
 * Where the kernel goes: a small one into memory, and then into a file at once, when there is room for it; else to disk as it
 * comes, so that an interrupted computation can be taken up again.
 *
 * @throws RangeError or FileError when memory or disk do not suffice, with the size needed and the ways to fit, or when the
 *   file cannot be written
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

/**
 * Computes kernels in memory and writes all of them or none.
 *
 * @param run hands over the panels of all tasks, in their order
 * @throws FileError when an entry is not finite, or a file cannot be written
 */
export function writeWhole(
  tasks: readonly KernelTask[],
  outs: readonly string[],
  run: (sink: (panels: readonly KernelPanel[]) => void) => void,
): WrittenKernel[] {
  const kernels = tasks.map(({ classes, n }) => new Float64Array(classes * n * n))
  run((panels) => {
    panels.forEach((panel, t) => {
      const { classes, n } = tasks[t]
      for (let c = 0; c < classes; c++) {
        const block = kernels[t].subarray(c * n * n, (c + 1) * n * n)
        placePanel(panel, panel.entries.ntk!, c, (at, values) => block.set(values, at))
      }
    })
  })
  const tensors = tasks.map(({ source, classes, n }, t) => {
    const data = kernels[t]
    requireFinite(data, source, (k) => `[${Math.floor(k / n) % n}, ${k % n}]`)
    return kernelToTensor({ classes, n, data })
  })
  writeTogether(tensors.map((tensor, t) => ({ path: outs[t], contents: encodeNpy(tensor, tasks[t].comment) })))
  return tensors.map(({ shape }, t) => {
    const { classes, n } = tasks[t]
    const trace = Array.from({ length: shape.length === 2 ? 1 : classes }, (_, c) => {
      let sum = 0
      for (let i = 0; i < n; i++) sum += kernels[t][(c * n + i) * n + i]
      return sum
    })
    return { shape, trace }
  })
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
  const { fresh, interval } = options
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
  if (damaged) {
    const where = `rows ${damaged.from} … ${damaged.to - 1} in ${writer.folder}`
    say(`ntk: ${where} do not have their checksum; they are computed anew, with those after them`)
  }
  if (firstRow > 0) say(`ntk: goes on at ${Math.floor(100 * share)} % from ${writer.folder}`)
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
