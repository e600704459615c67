import type { KernelExports } from './instance.js'

/** One argument of a step: the same number for every task, or `base + task[entry] + thread · stride`. */
export type Argument =
  number | { readonly base?: number; readonly entry?: number | undefined; readonly stride?: number | undefined }

/** A kernel by its name. */
export type KernelName = keyof KernelExports

export type Each<Parameters extends readonly unknown[]> = { readonly [Index in keyof Parameters]: Argument }

/** An argument for each parameter of a kernel. */
export type ArgumentsOf<Name extends KernelName> = Each<Parameters<KernelExports[Name]>>

/** A number for each parameter of a kernel. */
export type NumbersOf<Name extends KernelName> = Readonly<Parameters<KernelExports[Name]>>

/** A call of this kernel. */
export interface StepOf<Name extends KernelName> {
  readonly kernel: Name
  readonly args: ArgumentsOf<Name>
}

/** A kernel call, with as many arguments as the kernel has parameters. */
export type Step = { readonly [Name in KernelName]: StepOf<Name> }[KernelName]

/** The step that calls a kernel with these arguments. */
export const step = <Name extends KernelName>(kernel: Name, ...args: ArgumentsOf<Name>): Step =>
  ({ kernel, args }) as unknown as Step

/** Threads that share a kernel instance's memory. The calling thread is one of them. */
export interface Team {
  readonly threads: number
  /** Runs all tasks, each by one thread through all steps in order; returns when all are done. See `parallelSteps`. */
  run(steps: readonly Step[], tasks: readonly (readonly number[])[], meanwhile?: () => void): void
  /** See `led`; absent where nobody joins. */
  readonly lead?: (join: Step, lead: () => boolean, leave: () => void) => void
}
