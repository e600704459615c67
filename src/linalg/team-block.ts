import type { KernelExports, Pointer } from './instance.js'
import type { KernelName } from './steps.js'

/**
 * The piece of shared memory through which the threads of a team work together. `control` counts, `data` holds the steps
 * and tasks of the command that is open, `message` the text of an error, each thread has 64 bytes of `scratch` and, in
 * `states`, one entry in 16 that tells what it is doing.
 */
export interface TeamBlock {
  readonly control: Int32Array
  readonly message: Uint16Array
  readonly data: Float64Array
  readonly scratch: Pointer
  readonly states: Int32Array
}

/** Entries of `control`, far enough apart that threads do not write to the same cache line. */
export const slot = {
  /** Odd while a command is open; counts up when one opens and when it closes. Threads sleep on it. */
  epoch: 0,
  /** Next task to be claimed. */
  claim: 16,
  /** Threads that are at the open command, the caller apart. The caller sleeps on it. */
  active: 32,
  /** Numbers of steps and tasks, and entries of a task. */
  steps: 48,
  tasks: 49,
  entries: 50,
  /** Set once the team has ended. */
  stopped: 51,
  /** 1 when a kernel has thrown, with the length of its message. */
  failed: 52,
  messageLength: 53,
  /** Threads that ended before the team did. */
  lost: 54,
} as const

/** What a thread is doing. Only a `working` one may write to memory; an `ended` one never will again. */
export const threadState = { away: 0, idle: 1, working: 2, ended: 3 } as const

/** Where a thread's state is in `states`: 64 bytes apart, the caller's unused. */
export const stateOf = (thread: number): number => thread * 16

const controlLength = 64
const messageLength = 1024
const dataLength = 2 ** 15
const scratchBytes = 64
const stateBytes = 64

/** Bytes of the block of a team. */
export function teamBlockBytes(threads: number): number {
  return controlLength * 4 + messageLength * 2 + dataLength * 8 + threads * (scratchBytes + stateBytes)
}

/** Views that stay valid: shared memory grows in place. */
export function teamBlock({ buffer }: WebAssembly.Memory, at: Pointer, threads: number): TeamBlock {
  const message = at + controlLength * 4
  const data = message + messageLength * 2
  const scratch = data + dataLength * 8
  return {
    control: new Int32Array(buffer, at, controlLength),
    message: new Uint16Array(buffer, message, messageLength),
    data: new Float64Array(buffer, data, dataLength),
    scratch,
    states: new Int32Array(buffer, scratch + threads * scratchBytes, threads * (stateBytes / 4)),
  }
}

/** Where a thread's own scratch bytes are. */
export function threadScratch({ scratch }: TeamBlock, thread: number): Pointer {
  return scratch + thread * scratchBytes
}

/** A kernel of which nobody knows here which one it is: steps have been checked where they were made. */
export type AnyKernel = (...args: number[]) => unknown

/** Names in the order of {@link kernelTable}. */
export const kernelNames = (call: KernelExports) => (Object.keys(call) as KernelName[]).sort()

/** Kernels by number: the same numbers in every instance of a build. */
export function kernelTable(call: KernelExports): AnyKernel[] {
  return kernelNames(call).map((name) => call[name])
}

/** Numbers that a step takes in `data`: kernel, argument count, and base, entry (−1: none) and stride of each argument. */
export const stepHeader = 2
export const argumentLength = 3

/** Claims tasks of the open command until none is left. Every task runs all steps in order. */
export function runClaimed({ control, data }: TeamBlock, table: readonly AnyKernel[], thread: number): void {
  const [steps, tasks, entries] = [control[slot.steps], control[slot.tasks], control[slot.entries]]
  const program: { run: AnyKernel; at: number; args: number[] }[] = []
  let at = 0
  for (let s = 0; s < steps; s++) {
    const count = data[at + 1]
    program.push({ run: table[data[at]], at: at + stepHeader, args: new Array<number>(count).fill(0) })
    at += stepHeader + count * argumentLength
  }
  for (;;) {
    const task = Atomics.add(control, slot.claim, 1)
    if (task >= tasks) return
    const values = at + task * entries
    for (const { run, at: from, args } of program) {
      for (let i = 0, p = from; i < args.length; i++, p += argumentLength) {
        const entry = data[p + 1]
        args[i] = data[p] + thread * data[p + 2] + (entry < 0 ? 0 : data[values + entry])
      }
      run(...args)
    }
  }
}

/** Leaves the open command because of an error: nobody claims another task, and the caller finds the text of the first error. */
export function fail({ control, message }: TeamBlock, error: unknown): void {
  Atomics.store(control, slot.claim, control[slot.tasks])
  if (Atomics.compareExchange(control, slot.failed, 0, 1) !== 0) return
  const text = (error instanceof Error ? error.message : String(error)).slice(0, message.length)
  for (let i = 0; i < text.length; i++) message[i] = text.charCodeAt(i)
  control[slot.messageLength] = text.length
}
