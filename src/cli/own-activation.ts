import type { Command } from 'commander'
import { isModulePath } from '../data/module-path.js'
import type { Activation } from '../network/activation.js'
import { loadActivation } from '../node/files/load-own.js'

/** Puts what the module of `--activation ./mine.js` exports in the place of its path. @throws FileError */
export async function loadOwnActivation(command: Command): Promise<void> {
  const { activation } = command.opts<{ activation?: Activation }>()
  if (activation === undefined || !isModulePath(activation.name)) return
  command.setOptionValue('activation', (await loadActivation(activation.name)).entry)
}
