import { reserve, type Kernels, type Pointer } from './kernels.js'
import type { Argument, KernelName, NumbersOf, Step, Team } from './steps.js'
import { leaveTeam, type TeamMember } from './team-member.js'
import {
  argumentLength,
  fail,
  kernelNames,
  kernelTable,
  runClaimed,
  slot,
  stateOf,
  stepHeader,
  teamBlock,
  teamBlockBytes,
  threadScratch,
  threadState,
  type AnyKernel,
} from './team-block.js'

/** An argument that a task brings: its `entry`-th number, added to `base`. */
export const fromTask = (entry: number, base = 0): Argument => ({ base, entry })

/** The address of a workspace of which every thread has its own, `stride` bytes after that of the thread before. */
export const perThread = (base: Pointer, stride: number): Argument => ({ base, stride })

/** Threads that {@link parallel} uses; what workspaces have to be reserved for. */
export const threadsOf = ({ team }: Kernels): number => team?.threads ?? 1

/**
 * Runs every task through the steps, on all threads of the kernels' team or, without one, in a loop.
 *
 * Results do not depend on the number of threads as long as tasks write to disjoint memory (their thread's workspaces apart)
 * and no task reads what another one writes: which thread takes which task is left to chance.
 *
 * @param tasks rows of numbers of equal length, to which arguments made by {@link fromTask} refer
 * @param meanwhile runs on the calling thread while the others have begun, before it joins them; without others, before the
 *   first task. It must not use the kernels' team. What it throws is passed on when no thread works any more; tasks that
 *   nobody had begun are left out
 * @throws Error when a kernel fails, or a thread has ended
 */
export function parallelSteps(
  kernels: Kernels,
  steps: readonly Step[],
  tasks: readonly (readonly number[])[],
  meanwhile?: () => void,
): void {
  if (kernels.team && kernels.team.threads > 1 && tasks.length > 1) {
    kernels.team.run(steps, tasks, meanwhile)
    return
  }
  meanwhile?.()
  for (const task of tasks) {
    for (const { kernel, args } of steps) {
      const run: AnyKernel = kernels.call[kernel]
      run(
        ...args.map((arg) =>
          typeof arg === 'number' ? arg : (arg.base ?? 0) + (arg.entry === undefined ? 0 : task[arg.entry]),
        ),
      )
    }
  }
}

/**
 * Work that the calling thread leads and the team's others may join: `lead` runs here while they call the kernel of `join`,
 * each at most once, late, or never.
 *
 * @param lead does all that nobody else has taken; returns whether it is done. False: it waits for what another thread has
 *   taken, and is called again when all threads still live
 * @param leave makes every call of `join`, now and later, return soon; called at the end and after an error
 * @throws Error when a kernel fails, or a thread has ended
 */
export function led({ team }: Kernels, join: Step, lead: () => boolean, leave: () => void): void {
  if (team?.lead && team.threads > 1) team.lead(join, lead, leave)
  else while (!lead());
}

export interface ParallelOptions {
  /** Arguments that are workspaces: `stride` bytes for each of {@link threadsOf} threads, the first where the task says. */
  readonly perThread?: readonly { readonly argument: number; readonly stride: number }[]
}

/**
 * Calls one kernel with the arguments of every task: {@link parallelSteps} with a single step.
 *
 * @param tasks the kernel's arguments, one row for each call
 * @throws Error when the kernel fails, or a thread has ended
 */
export function parallel<Name extends KernelName>(
  kernels: Kernels,
  kernel: Name,
  tasks: readonly NumbersOf<Name>[],
  { perThread: workspaces = [] }: ParallelOptions = {},
): void {
  if (tasks.length === 0) return
  const args = tasks[0].map((_, entry): Argument => ({
    entry,
    stride: workspaces.find(({ argument }) => argument === entry)?.stride,
  }))
  parallelSteps(kernels, [{ kernel, args } as unknown as Step], tasks)
}

/** Loads before the caller goes to sleep while threads finish their last task. */
const spins = 2000
/** Milliseconds that the caller sleeps before it asks whether the threads it waits for still live. */
const patience = 250

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
  const { control, data, states } = block
  const names = kernelNames(kernels.call)
  const table = kernelTable(kernels.call)
  kernels.call.setThreadScratch(threadScratch(block, 0))
  const others = Array.from({ length: threads - 1 }, (_, k) => k + 1)
  const members = others.map((thread): TeamMember => ({ module, memory: kernels.memory, block: at, threads, thread }))
  let cause: string | undefined
  /** While the caller is in a command. */
  let open = false

  function lose(thread: number, why?: string): void {
    cause ??= why
    leaveTeam(members[thread - 1])
  }

  const requireThreads = (): void => {
    if (Atomics.load(control, slot.lost) !== 0) {
      const because = cause === undefined ? '' : ` (${cause})`
      throw new Error(
        `team: a thread has ended${because}; start another team, with fewer threads or samples if memory was short`,
      )
    }
    if (Atomics.load(control, slot.stopped) !== 0) throw new Error('team: it was closed; start another one')
  }

  const requireIdle = (): void => {
    if (open) throw new Error('team: it is at work already; call it again when it is done')
  }

  function stop(): void {
    Atomics.store(control, slot.stopped, 1)
    Atomics.add(control, slot.epoch, 2)
    Atomics.notify(control, slot.epoch)
  }

  function encode(steps: readonly Step[]): number {
    const needed = steps.reduce((sum, { args }) => sum + stepHeader + args.length * argumentLength, 0)
    if (needed > data.length / 2) throw new RangeError(`team: expected at most ${data.length / 2} numbers of steps`)
    let end = 0
    for (const { kernel, args } of steps) {
      const index = names.indexOf(kernel)
      if (index < 0) throw new RangeError(`team: expected the name of a kernel, got ${kernel}`)
      data[end++] = index
      data[end++] = args.length
      for (const arg of args) {
        const { base = 0, entry = -1, stride = 0 } = typeof arg === 'number' ? { base: arg } : arg
        data[end++] = base
        data[end++] = entry
        data[end++] = stride
      }
    }
    return end
  }

  const loseDead = (): void => {
    for (const thread of others) if (!alive(thread)) lose(thread)
  }

  /** Threads that may still write to memory, the dead apart. */
  const working = (): number[] =>
    others.filter((thread) => Atomics.load(states, stateOf(thread)) === threadState.working && alive(thread))

  /** Returns when no thread works at the command, which is closed. @throws Error when one of them has ended */
  function awaitOthers(): void {
    for (let i = 0; i < spins; i++) if (Atomics.load(control, slot.active) === 0) return
    for (;;) {
      const active = Atomics.load(control, slot.active)
      if (active === 0) return
      if (Atomics.wait(control, slot.active, active, patience) === 'timed-out') loseDead()
      if (Atomics.load(control, slot.lost) === 0) continue
      // The dead stay counted as active. What the living still do must not reach memory that is used for something else.
      fail(block, 'a thread has ended')
      for (let left = working(); left.length > 0; left = working()) {
        Atomics.wait(states, stateOf(left[0]), threadState.working, patience / 10)
      }
      requireThreads()
    }
  }

  /** Opens a command whose steps and tasks are in `data`, does the caller's part, and waits for the others. */
  function command(steps: number, tasks: number, entries: number, own: () => void): void {
    control[slot.steps] = steps
    control[slot.tasks] = tasks
    control[slot.entries] = entries
    control[slot.failed] = 0
    Atomics.store(control, slot.claim, 0)
    Atomics.add(control, slot.epoch, 1)
    Atomics.notify(control, slot.epoch)
    open = true
    try {
      own()
    } catch (error) {
      fail(block, error)
    }
    open = false
    Atomics.add(control, slot.epoch, 1)
    awaitOthers()
    if (Atomics.load(control, slot.failed) === 0) return
    const text = String.fromCharCode(...block.message.subarray(0, control[slot.messageLength]))
    throw new Error(`team: a kernel failed: ${text}`)
  }

  const lead: NonNullable<Team['lead']> = (join, body, leave) => {
    requireIdle()
    requireThreads()
    encode([join])
    command(1, threads - 1, 0, () => {
      try {
        while (!body()) {
          loseDead()
          requireThreads()
          if (Atomics.load(control, slot.failed) !== 0) return
        }
      } finally {
        leave()
      }
    })
  }

  const run: Team['run'] = (steps, tasks, meanwhile) => {
    requireIdle()
    requireThreads()
    const begin = encode(steps)
    const entries = tasks[0].length
    const capacity = entries === 0 ? tasks.length : Math.floor((data.length - begin) / entries)
    if (!(capacity > 0)) throw new RangeError(`team: expected at most ${data.length - begin} numbers in a task`)
    for (let first = 0; first < tasks.length; first += capacity) {
      const count = Math.min(capacity, tasks.length - first)
      for (let t = 0; t < count; t++) data.set(tasks[first + t], begin + t * entries)
      let thrown: { readonly error: unknown } | undefined
      command(steps.length, count, entries, () => {
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
  return { team: { threads, run, lead }, members, lose, stop }
}
