import type { Kernels, Pointer } from './kernels.js'
import type { Argument, KernelName, NumbersOf, Step } from './steps.js'
import type { AnyKernel } from './team-block.js'

/** An argument that a task brings: its `entry`-th number, added to `base`. */
export const fromTask = (entry: number, base = 0): Argument => ({ base, entry })

/** The address of a workspace of which every thread has its own, `stride` bytes after that of the thread before. */
export const perThread = (base: Pointer, stride: number): Argument => ({ base, stride })

/** Threads that `parallel` uses; what workspaces have to be reserved for. */
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
 * Calls one kernel with the arguments of every task: `parallelSteps` with a single step.
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
