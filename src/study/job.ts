import type { TensorMap } from '../data/tensor.js'
import type { Scope } from './findings.js'
import type { ResultRow } from './rows.js'

/** What identifies one pruned network, or with `trial: null` all trials of one method, density and width. */
export interface JobKey {
  readonly method: string
  readonly density: number
  /** Whether all matrices share one budget or each has its own. */
  readonly scope: Scope
  readonly sizes: readonly number[]
  readonly width: number
  readonly trial: number | null
}

export const jobKinds = ['run', 'kernel', 'convergence', 'dense', 'motifs', 'closed-form'] as const

/**
 * One independent piece of a study. `run`: prune one network, estimate its chain, perhaps train it. `kernel`: the limit
 * kernels of all trials of one method, density and width. `convergence`: distances between widths of one method and
 * density, with the noise floor. `dense`: the unpruned limit. `motifs`: densities of small subgraphs of all widths of one method
 * and density. `closed-form`: what theory predicts of one network's masks, against them.
 */
export interface Job extends JobKey {
  readonly kind: (typeof jobKinds)[number]
  /** File-safe name, unique in the study; ends in a hash of everything the result depends on. */
  readonly id: string
  /** Ids of the jobs whose results this one reads. */
  readonly needs: readonly string[]
  /** Whether a `run` is trained. */
  readonly train: boolean
  /** Relative expected time, for progress. */
  readonly cost: number
}

/** Whether a text can be the {@link Job.id} of a job: no path, and no name that a file system reads in its own way. */
export const isJobId = (text: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9.+-]{0,199}$/.test(text) && !text.includes('..')

/** What a job leaves behind: table rows for people and queries, arrays for later jobs. */
export interface JobResult {
  readonly rows: readonly ResultRow[]
  readonly arrays: TensorMap
}

/** A file of a result that cannot be believed, and why. */
export interface Damage {
  readonly file: string
  readonly problem: string
}

/** Where results are kept. A result is there wholly or not at all; one that is there may have been damaged since. */
export interface ResultStore {
  has(id: string): boolean
  /** Why a result that is there cannot be believed: it is not, to the last bit, what this job left. Undefined when it can. */
  damage(id: string): Damage | undefined
  /** @throws Error when the result is missing or cannot be believed */
  read(id: string): Promise<JobResult>
  write(id: string, result: JobResult): Promise<void>
}
