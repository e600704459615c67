/** One argument of a step: the same number for every task, or `base + task[entry] + thread · stride`. */
export type Argument =
  number | { readonly base?: number; readonly entry?: number | undefined; readonly stride?: number | undefined }

/** A kernel call. */
export interface Step {
  readonly kernel: string
  readonly args: readonly Argument[]
}

/** Threads that share a kernel instance's memory. The calling thread is one of them. */
export interface Team {
  readonly threads: number
  /** Runs all tasks, each by one thread through all steps in order; returns when all are done. See {@link parallelSteps}. */
  run(steps: readonly Step[], tasks: readonly (readonly number[])[], meanwhile?: () => void): void
  /** See {@link led}; absent where nobody joins. */
  readonly lead?: (join: Step, lead: () => boolean, leave: () => void) => void
}
