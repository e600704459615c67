import { describe, expect, it } from 'vitest'
import { planOutput } from '../../src/node/kernels/output.js'
import type { KernelTask } from '../../src/node/kernels/task.js'

const task: KernelTask = {
  source: 'chain.npz',
  classes: 10,
  n: 40,
  least: 2 ** 28,
  identity: () => ({}),
  run: () => {
    throw new Error('nothing is computed')
  },
}

describe('a kernel that does not fit into --memory', () => {
  it('asks for more of it, since fewer samples leave what every kernel takes', () => {
    expect(() => planOutput(task, 'kernel.npy', { memory: 300_000 })).toThrow(
      '--memory: a kernel [10, 40, 40]: expected at least 0.268 GB, got 0.300 MB; use a larger --memory',
    )
  })
})
