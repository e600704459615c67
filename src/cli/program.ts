import { Command } from 'commander'
import { version } from '../version.js'
import { loadOwnActivation } from './own-activation.js'
import { checkDashes } from './dashes.js'
import { refuseIdle } from './limits.js'
import { print } from './output.js'

/** Puts a command into the program. */
export type AddCommand = (program: Command) => void

/** The command line with some commands: help goes to stdout, errors are thrown, options without effect are refused. */
export function programOf(commands: readonly AddCommand[]): Command {
  const program = new Command('limn')
    .description('Depict the infinite-width limit of a pruned neural network.')
    .version(version)
    .showSuggestionAfterError(false)
    .hook('preAction', async (_, command) => {
      checkDashes(command)
      await loadOwnActivation(command)
      refuseIdle(command)
    })
  for (const add of commands) add(program)
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ outputError: () => undefined, writeErr: () => undefined, writeOut: print })
    command.commands.forEach(quiet)
  }
  quiet(program)
  return program
}
