import { encodeNpy } from '../data/npy.js'
import { writeAtomic } from '../node/files.js'
import { kernelWriter, requireDiskSpace, requireFinite, type WrittenKernel } from '../node/kernel-writer.js'
import { defaultMemory, gigabytes, requireFreeMemory } from '../node/memory.js'
import { kernelToTensor } from '../ntk/kernel-file.js'
import { placePanel, type KernelPanel } from '../ntk/kernel-panel.js'

/** A kernel that is about to be computed, panel by panel. */
export interface KernelTask {
  /** The file that is named when an entry is not finite. */
  readonly source: string
  readonly classes: number
  readonly n: number
  /** Bytes of working memory with the smallest panels. */
  readonly least: number
  /** Computes the kernel within this many bytes of working memory, at least `least`. */
  readonly run: (memory: number, sink: (panel: KernelPanel) => void) => void
}

/** Beyond this, larger panels gain nothing. */
const usefulPanels = 2 ** 30

/** Bytes of the kernel in memory and of the file's contents. */
const wholeBytes = ({ classes, n }: KernelTask): number => 2 * 8 * classes * n ** 2

/**
 * Where the kernel goes: into memory, and then into a file at once, when there is room for it; else straight to disk.
 *
 * @param bound bytes of working memory that were asked for
 * @throws RangeError or FileError when memory or disk do not suffice, with the size needed and the ways to fit
 */
export function planOutput(task: KernelTask, out: string, bound: number | undefined): () => WrittenKernel {
  const { classes, n, least } = task
  const memory = bound ?? defaultMemory()
  const what = `a kernel [${classes}, ${n}, ${n}]`
  const remedy = `use fewer --samples${classes > 1 ? ' or --classes mean' : ''}`
  if (!(least <= memory)) {
    const place = bound === undefined ? what : `--memory: ${what}`
    throw new RangeError(`${place}: expected at least ${gigabytes(least)}, got ${gigabytes(memory)}; ${remedy}`)
  }
  const room = memory - wholeBytes(task)
  if (room >= least) {
    requireFreeMemory(wholeBytes(task) + least, what, remedy)
    return () => inMemory(task, out, Math.min(room, Math.max(least, usefulPanels)))
  }
  requireFreeMemory(least, what, remedy)
  requireDiskSpace(out, classes, n)
  return () => onDisk(task, out, Math.min(memory, Math.max(least, usefulPanels)))
}

function inMemory({ source, classes, n, run }: KernelTask, out: string, memory: number): WrittenKernel {
  const data = new Float64Array(classes * n * n)
  run(memory, (panel) => {
    for (let c = 0; c < classes; c++) {
      const block = data.subarray(c * n * n, (c + 1) * n * n)
      placePanel(panel, panel.entries.ntk!, c, (at, values) => block.set(values, at))
    }
  })
  requireFinite(data, source, (k) => `[${Math.floor(k / n) % n}, ${k % n}]`)
  const tensor = kernelToTensor({ classes, n, data })
  writeAtomic(out, encodeNpy(tensor))
  const trace = Array.from({ length: tensor.shape.length === 2 ? 1 : classes }, (_, c) => {
    let sum = 0
    for (let i = 0; i < n; i++) sum += data[(c * n + i) * n + i]
    return sum
  })
  return { shape: tensor.shape, trace }
}

function onDisk({ source, classes, n, run }: KernelTask, out: string, memory: number): WrittenKernel {
  const writer = kernelWriter(out, source, classes, n)
  try {
    run(memory, writer.put)
    return writer.finish()
  } catch (error) {
    writer.discard()
    throw error
  }
}
