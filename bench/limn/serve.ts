// limn's side of a case: a process that lives through it.

import { serve } from '../serve.js'
import { openContext } from './context.js'
import { tasks, type TaskName } from './tasks.js'

await serve((task, { folder, parameters, threads }) => {
  const context = openContext(threads)
  const { kernels } = context
  return {
    versions: { node: process.version, kernels: kernels.build, threads: String(context.threads) },
    step: tasks[task as TaskName](folder, parameters, kernels),
    close: () => context.close(),
  }
})
