import { loadCommands } from '../../src/cli/commands.js'
import { programOf } from '../../src/cli/program.js'

const commands = await loadCommands()

/** The command line with all commands, made anew. */
export const buildProgram = () => programOf(commands)
