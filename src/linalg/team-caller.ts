import { reserve, type Kernels } from './kernels.js'
import type { KernelName, Step, Team } from './steps.js'
import {
  kernelNames,
  kernelTable,
  runClaimed,
  slot,
  teamBlock,
  teamBlockBytes,
  threadScratch,
  type AnyKernel,
  type TeamBlock,
} from './team-block.js'
import { teamCommands, type TeamCommands } from './team-command.js'
import { leaveTeam, type TeamMember } from './team-member.js'
import { encodeSteps } from './team-steps.js'
import { watchThreads, type TeamWatch } from './team-watch.js'

/** The caller's side of a team, for whoever starts its threads. */
export interface TeamCaller {
  readonly team: Team
  /** What each of the other threads is given: 1, 2, …, threads − 1. */
  readonly members: readonly TeamMember[]
  /** Tells that a thread has ended, and why. */
  readonly lose: (thread: number, why?: string) => void
  /** Lets the threads end. */
  readonly stop: () => void
}

/** What the caller works with. */
interface Caller {
  readonly block: TeamBlock
  readonly names: readonly KernelName[]
  readonly table: readonly AnyKernel[]
  readonly threads: number
  readonly watch: TeamWatch
  readonly commands: TeamCommands
}

/** The caller leads, the others join: see `led`. */
function lead(
  { block, names, threads, watch, commands }: Caller,
  join: Step,
  body: () => boolean,
  leave: () => void,
): void {
  commands.requireReady()
  encodeSteps(block.data, names, [join])
  commands.run({ steps: 1, tasks: threads - 1, entries: 0 }, () => {
    try {
      while (!body()) {
        watch.loseDead()
        watch.requireThreads()
        if (Atomics.load(block.control, slot.failed) !== 0) return
      }
    } finally {
      leave()
    }
  })
}

/** All tasks, as many at a time as there is room for: see `parallelSteps`. */
function run(
  { block, names, table, commands }: Caller,
  steps: readonly Step[],
  tasks: readonly (readonly number[])[],
  meanwhile?: () => void,
): void {
  const { control, data } = block
  commands.requireReady()
  const begin = encodeSteps(data, names, steps)
  const entries = tasks[0].length
  const capacity = entries === 0 ? tasks.length : Math.floor((data.length - begin) / entries)
  if (!(capacity > 0)) throw new RangeError(`team: expected at most ${data.length - begin} numbers in a task`)
  for (let first = 0; first < tasks.length; first += capacity) {
    const count = Math.min(capacity, tasks.length - first)
    for (let t = 0; t < count; t++) data.set(tasks[first + t], begin + t * entries)
    let thrown: { readonly error: unknown } | undefined
    commands.run({ steps: steps.length, tasks: count, entries }, () => {
      try {
        if (first === 0) meanwhile?.()
      } catch (error) {
        thrown = { error }
        Atomics.store(control, slot.claim, count)
      }
      runClaimed(block, table, 0)
    })
    if (thrown) throw thrown.error
  }
}

/**
 * The caller's side of a team; the other threads run `joinTeam` with what `members` holds. Threads that are not there yet,
 * or asleep, are not waited for: they join a command when they can. A thread that ends is noticed by {@link TeamCaller.lose},
 * by its own `leaveTeam`, or, when it can say nothing any more while the caller waits for it, by `alive`; then the call
 * throws, since part of its result is missing, as soon as no other thread works at it, and so does every later call.
 *
 * @param module what the members instantiate over the kernels' memory
 * @param alive whether a thread still lives; must be right, and work while no event can be handled. Default: always
 */
export function createTeam(
  kernels: Kernels,
  module: WebAssembly.Module,
  threads: number,
  alive: (thread: number) => boolean = () => true,
): TeamCaller {
  const at = reserve(kernels, teamBlockBytes(threads))
  const block = teamBlock(kernels.memory, at, threads)
  kernels.call.setThreadScratch(threadScratch(block, 0))
  const others = Array.from({ length: threads - 1 }, (_, k) => k + 1)
  const members = others.map((thread): TeamMember => ({ module, memory: kernels.memory, block: at, threads, thread }))
  let cause: string | undefined
  const lose = (thread: number, why?: string): void => {
    cause ??= why
    leaveTeam(members[thread - 1])
  }
  const watch = watchThreads(block, { threads: others, alive, lose, cause: () => cause })
  const caller: Caller = {
    block,
    names: kernelNames(kernels.call),
    table: kernelTable(kernels.call),
    threads,
    watch,
    commands: teamCommands(block, watch),
  }
  return {
    team: {
      threads,
      run: (steps, tasks, meanwhile) => run(caller, steps, tasks, meanwhile),
      lead: (join, body, leave) => lead(caller, join, body, leave),
    },
    members,
    lose,
    stop() {
      Atomics.store(block.control, slot.stopped, 1)
      Atomics.add(block.control, slot.epoch, 2)
      Atomics.notify(block.control, slot.epoch)
    },
  }
}
