import type { Task } from './task.js'
import { cutnorm } from './tasks/cutnorm.js'
import { denseKernel } from './tasks/dense-ntk.js'
import { eigen } from './tasks/eigen.js'
import { empirical } from './tasks/empirical-ntk.js'
import { graphonKernel } from './tasks/graphon-ntk.js'
import { graphonKernels } from './tasks/graphon-ntk-chains.js'
import { large } from './tasks/large.js'
import { pruning } from './tasks/prune.js'
import { roofline } from './tasks/roofline.js'
import { trainStep } from './tasks/train-step.js'

/** limn's side of every case: one file and one line each. */
export const tasks = {
  cutnorm,
  'dense-ntk': denseKernel,
  eigen,
  'empirical-ntk': empirical,
  'graphon-ntk': graphonKernel,
  'graphon-ntk-chains': graphonKernels,
  large,
  snip: pruning('snip'),
  synflow: pruning('synflow'),
  roofline,
  'train-step': trainStep,
} as const satisfies Record<string, Task>

export type TaskName = keyof typeof tasks
