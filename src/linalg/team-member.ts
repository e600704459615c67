import { instantiate, type Pointer } from './instance.js'
import { fail, kernelTable, runClaimed, slot, stateOf, teamBlock, threadScratch, threadState } from './team-block.js'

/** What a thread needs to join a team; can be sent to a worker. */
export interface TeamMember {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly block: Pointer
  /** Threads of the team, the caller included. */
  readonly threads: number
  /** 1, 2, …; the caller is thread 0. */
  readonly thread: number
}

/** Loads before a waiting thread goes to sleep: some tens of microseconds, so that commands in quick succession find it awake. */
const spins = 4000

/** Tells a team that a thread has ended, so that its caller does not wait for it. Saying it again changes nothing. */
export function leaveTeam({ memory, block, threads, thread }: TeamMember): void {
  const { control, states } = teamBlock(memory, block, threads)
  if (Atomics.load(control, slot.stopped) !== 0) return
  if (Atomics.exchange(states, stateOf(thread), threadState.ended) === threadState.ended) return
  Atomics.add(control, slot.lost, 1)
  Atomics.notify(control, slot.active)
}

/**
 * Joins a team. The returned function works for it until it ends, asleep while there is nothing to do: for a thread that
 * may block.
 */
export function joinTeam(member: TeamMember): () => void {
  const { module, memory, thread } = member
  const { call } = instantiate(module, memory)
  const block = teamBlock(memory, member.block, member.threads)
  const { control, states } = block
  const table = kernelTable(call)
  const own = stateOf(thread)
  call.setThreadScratch(threadScratch(block, thread))
  Atomics.store(states, own, threadState.idle)

  /** Takes part in the command of an epoch, unless it closed meanwhile: then its caller does not wait for this thread. */
  function takePart(epoch: number): boolean {
    // In this order: a thread that is working has been counted, and a caller that closes the command before this thread
    // looks at the epoch can leave it out.
    Atomics.add(control, slot.active, 1)
    Atomics.store(states, own, threadState.working)
    const open = Atomics.load(control, slot.epoch) === epoch
    if (open) {
      try {
        runClaimed(block, table, thread)
      } catch (error) {
        fail(block, error)
      }
    }
    Atomics.store(states, own, threadState.idle)
    if (Atomics.sub(control, slot.active, 1) === 1) Atomics.notify(control, slot.active)
    return open
  }

  return () => {
    let finished = 0
    for (;;) {
      let epoch = Atomics.load(control, slot.epoch)
      for (let i = 0; i < spins && (epoch === finished || epoch % 2 === 0); i++) {
        epoch = Atomics.load(control, slot.epoch)
      }
      if (Atomics.load(control, slot.stopped) !== 0) return
      if (epoch === finished || epoch % 2 === 0) Atomics.wait(control, slot.epoch, epoch)
      else if (takePart(epoch)) finished = epoch
    }
  }
}
