// A JavaScript library's side of a case: a process that lives through it.

import { serve } from '../../serve.js'
import { libraryVersion } from './libraries.js'
import { tasks, type JavaScriptTask } from './tasks.js'

await serve(async (task, { folder, parameters }) => {
  const { library, load } = tasks[task as JavaScriptTask]
  const step = await load(folder, parameters)
  return { versions: { node: process.version, [library]: libraryVersion(library) }, step }
})
