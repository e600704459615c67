import { instantiate, type Pointer } from './kernels.js'
import { fail, kernelTable, runClaimed, slot, teamBlock, threadScratch } from './team-block.js'

/** What a thread needs to join a team; can be sent to a worker. */
export interface TeamMember {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly block: Pointer
  /** 1, 2, …; the caller is thread 0. */
  readonly thread: number
}

/** Loads before a waiting thread goes to sleep: some microseconds, so that commands in quick succession find it awake. */
const spins = 500

/** Tells a team that this thread has ended, so that its caller does not wait for it. To be called last of all. */
export function leaveTeam({ memory, block }: TeamMember): void {
  const { control } = teamBlock(memory, block)
  if (Atomics.load(control, slot.stopped) !== 0) return
  Atomics.add(control, slot.lost, 1)
  Atomics.notify(control, slot.active)
}

/** Works for a team until it ends, asleep while there is nothing to do. For a thread that may block. */
export function serveTeam({ module, memory, block: at, thread }: TeamMember): void {
  const { call } = instantiate(module, memory)
  const block = teamBlock(memory, at)
  const { control } = block
  const table = kernelTable(call)
  call['setThreadScratch'](threadScratch(block, thread))
  let finished = 0
  for (;;) {
    let epoch = Atomics.load(control, slot.epoch)
    for (let i = 0; i < spins && (epoch === finished || epoch % 2 === 0); i++) epoch = Atomics.load(control, slot.epoch)
    if (Atomics.load(control, slot.stopped) !== 0) return
    if (epoch === finished || epoch % 2 === 0) {
      Atomics.wait(control, slot.epoch, epoch)
      continue
    }
    Atomics.add(control, slot.active, 1)
    // A command that closed meanwhile is not entered: its caller has not waited for this thread.
    if (Atomics.load(control, slot.epoch) === epoch) {
      try {
        runClaimed(block, table, thread)
      } catch (error) {
        fail(block, error)
      }
      finished = epoch
    }
    if (Atomics.sub(control, slot.active, 1) === 1) Atomics.notify(control, slot.active)
  }
}
