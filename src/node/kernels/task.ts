import type { Checkpoint } from '../../network/checkpoint.js'
import type { KernelPanel } from '../../ntk/kernel-panel.js'
import type { Identity } from './partial-journal.js'

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

/** Tasks that are computed in one pass. */
export interface KernelGroup {
  /** Bytes of working memory with the smallest panels, without the kernels. */
  readonly least: number
  /** @param memory bytes of working memory, at least `least` */
  readonly run: (
    memory: number,
    sink: (panels: readonly KernelPanel[]) => void,
    onProgress: (share: number) => void,
  ) => void
}

/** Kernels of files that are about to be computed. */
export interface KernelTasks {
  readonly tasks: readonly KernelTask[]
  /** One pass for some of the tasks, each with the bits that it has alone; absent where there is nothing to share. */
  readonly together?: (which: readonly number[]) => KernelGroup
}

/** Bytes of the kernel in memory and of the file's contents. */
export const wholeBytes = ({ classes, n }: KernelTask): number => 2 * 8 * classes * n ** 2
