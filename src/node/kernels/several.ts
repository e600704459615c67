import { basename, extname, join } from 'node:path'
import { pathKind } from '../files/files.js'
import { defaultMemory, requireFreeMemory } from '../files/memory.js'
import { standardStream } from '../files/standard-streams.js'
import { UsageError } from '../files/usage-error.js'
import { planOutput, smallKernel, usefulPanels, type OutputOptions } from './output.js'
import { wholeBytes, type KernelGroup, type KernelTasks } from './task.js'
import { writeWhole } from './write-whole.js'
import { kernelFileBytes, type WrittenKernel } from './writer.js'

/** Kernels that can be computed now, in one pass. */
export interface PlannedKernels {
  readonly which: readonly number[]
  readonly open: () => {
    /** Share that an earlier process has done. */
    readonly done: number
    readonly compute: (onProgress: (share: number, label?: string) => void) => readonly WrittenKernel[]
  }
}

/** Beyond this, further kernels in one pass gain nothing. */
const mostTogether = 2 ** 31

/**
 * Where the kernels of files go: that of one file to `out`, those of several into this folder, by the files' names.
 *
 * @throws UsageError when two files have the same name, or `out` is no place for a folder
 */
export function kernelFiles(files: readonly string[], out: string): string[] {
  if (files.length === 1) return [out]
  const kind = pathKind(out)
  const named =
    kind === 'missing' && out !== standardStream && (/[/\\]$/.test(out) || extname(out).toLowerCase() !== '.npy')
  if (kind !== 'folder' && !named) {
    throw new UsageError(`ntk: expected a folder as --out of ${files.length} kernels, got the file ${out}`)
  }
  const outs = files.map((file) => join(out, `${basename(file, extname(file))}.npy`))
  const second = outs.findIndex((path, k) => outs.indexOf(path) < k)
  if (second >= 0) {
    const pair = `${files[outs.indexOf(outs[second])]} and ${files[second]}`
    throw new UsageError(
      `ntk: expected files of different names, got ${pair}, whose kernels would both be ${outs[second]}`,
    )
  }
  return outs
}

/**
 * {@link planOutput} of several tasks: those whose kernels are small in one pass, or as few as memory allows, and written
 * together; then the others one after the other.
 *
 * @throws RangeError or FileError as `planOutput`
 *
 * @example
 * import { constantChain, encodeChain, encodeNpz, type Tensor } from 'limn'
 * import { limitKernels, planOutputs, writeAtomic } from 'limn/node'
 *
 * const samples = new Map<string, Tensor>([
 *   ['x', { shape: [6, 4], data: Float64Array.from({ length: 24 }, (_, i) => Math.sin(i)) }],
 *   ['y', { shape: [6], data: Int32Array.of(0, 1, 0, 1, 0, 1) }],
 * ])
 * writeAtomic('data.npz', encodeNpz(samples))
 * writeAtomic('chain.npz', encodeChain(constantChain({ inputs: 4, classes: 2, hidden: [3] }, 0.5)))
 * const tasks = limitKernels(['chain.npz'], {
 *   data: 'data.npz',
 *   classes: 'mean',
 *   seed: 0,
 *   convention: 'masked',
 *   rescale: 'none',
 *   weights: 'kept',
 * })
 * const [{ which, open }] = planOutputs(tasks, ['kernel.npy'])
 * const written = open().compute(() => undefined)
 * console.log(which, written.length) // [ 0 ] 1
 */
export function planOutputs(
  { tasks, together }: KernelTasks,
  outs: readonly string[],
  options: OutputOptions = {},
): PlannedKernels[] {
  const { memory = defaultMemory(), small = smallKernel } = options
  const limit = Math.min(memory, mostTogether)
  const kernels = (which: readonly number[]): number => which.reduce((sum, t) => sum + wholeBytes(tasks[t]), 0)
  const groups: number[][] = []
  const large: number[] = []
  tasks.forEach(({ classes, n }, t) => {
    const last = groups.at(-1)
    if (!together || !(kernelFileBytes(classes, n) < small)) large.push(t)
    else if (last && kernels([...last, t]) + together([...last, t]).least <= limit) last.push(t)
    else groups.push([t])
  })
  const alone = (t: number): PlannedKernels => {
    const open = planOutput(tasks[t], outs[t], options)
    return {
      which: [t],
      open: () => {
        const { done, compute } = open()
        return { done, compute: (onProgress) => [compute(onProgress)] }
      },
    }
  }
  const inOnePass = (which: readonly number[], { least, run }: KernelGroup): PlannedKernels => {
    const whole = kernels(which)
    requireFreeMemory(whole + least, `${which.length} kernels`, 'use fewer --samples or fewer files')
    const room = Math.min(memory - whole, Math.max(least, usefulPanels))
    const [members, places] = [which.map((t) => tasks[t]), which.map((t) => outs[t])]
    return {
      which,
      open: () => ({
        done: 0,
        compute: (onProgress) => writeWhole(members, places, (sink) => run(room, sink, onProgress)),
      }),
    }
  }
  return [
    ...groups.map((which) => (together && which.length > 1 ? inOnePass(which, together(which)) : alone(which[0]))),
    ...large.map(alone),
  ]
}
