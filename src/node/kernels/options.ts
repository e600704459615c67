import type { Activation } from '../../network/activation.js'
import type { ReadOptions } from '../../network/checkpoint.js'
import type { Parameterization } from '../../network/network.js'
import { type WeightChoice } from '../../network/weight-choice.js'
import { type Convention } from '../../ntk/recursion-plan.js'
import { type Rescale } from '../../ntk/rescale.js'
import { UsageError } from '../files/usage-error.js'

/** Output classes whose kernels are wanted: every one, the mean over them as one kernel, or some, in this order. */
export type ClassChoice = 'all' | 'mean' | readonly number[]

/** Samples and classes of a kernel. */
export interface SampledKernel {
  /** As `loadData` takes it: `mnist`, a path, or `-`. */
  readonly data: string
  /** How many; default: all. */
  readonly samples?: number
  /** Whether rows of a file are standardised. Default false. */
  readonly standardize?: boolean
  readonly classes: ClassChoice
  /** Of the draw of samples of a named dataset. */
  readonly seed: number
}

/** What {@link finiteKernels} computes: `layers`, `zeros`, … say how the networks are read. */
export interface FiniteKernelOptions extends SampledKernel, Omit<ReadOptions, 'unreadable'> {}

/** What {@link limitKernels} computes; what is left out here a chain says, or the defaults of a limit network. */
export interface LimitKernelOptions extends SampledKernel {
  readonly convention: Convention
  readonly rescale: Rescale
  /** `kept`: weight energies V where the chain has them; `redrawn`: V = W. */
  readonly weights: WeightChoice
  readonly activation?: Activation
  /** One per matrix. */
  readonly sigmaW2?: readonly number[]
  readonly sigmaB2?: number
  /** Coordinates of the parameters. Default: those of the network that the chain comes from, else `ntk`. */
  readonly parameterization?: Parameterization
  /** Layer sizes d, n_1, …, n_L, C, which the standard parameterisation asks for. Default: what the chain says. */
  readonly sizes?: readonly number[]
}

/** Positions of the file's classes that were asked for. @throws UsageError when there is no such class */
export function chosenClasses(choice: ClassChoice, classes: number, file: string): readonly number[] | 'mean' {
  if (choice === 'mean') return choice
  if (choice === 'all') return Array.from({ length: classes }, (_, c) => c)
  const missing = choice.find((c) => c >= classes)
  if (missing === undefined) return choice
  throw new UsageError(`ntk: expected --classes from 0 to ${classes - 1} as ${file} has ${classes}, got ${missing}`)
}
