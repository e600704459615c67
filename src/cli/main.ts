#!/usr/bin/env node
import { inspect } from 'node:util'
import { CommanderError, type Command } from 'commander'
import { visible } from '../data/visible.js'
import { exitCodes, isExpected, oneLine } from './fail.js'
import { withNextStep } from './next-step.js'
import { say } from './output.js'
import { loadCommands } from './commands.js'
import { programOf } from './program.js'
import { helpCommand, usageProblem } from './usage.js'

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  if (error instanceof Error && error.name === 'UsageError') return exitCodes.usage
  return exitCodes.failed
}

/** Where the words of the command line lead to no command: what could follow. */
function missingCommand(): string {
  const [first] = process.argv.slice(2)
  const parent = program.commands.find((command) => command.name() === first && command.commands.length > 0)
  const names = (parent ?? program).commands.map((command) => command.name()).join(', ')
  const path = parent ? `limn ${parent.name()}` : 'limn'
  return `expected a command: ${names} (see ${path} --help)`
}

let failed = false

/** Says once what went wrong, in one line. */
function fail(error: unknown): void {
  process.exitCode = exitCodeOf(error)
  if (failed || (error instanceof CommanderError && error.exitCode === 0)) {
    // Help and version are on stdout already.
  } else if (error instanceof CommanderError && error.code === 'commander.help') {
    say(`limn: ${missingCommand()}`)
  } else if (isExpected(error) || error instanceof CommanderError) {
    const words = process.argv.slice(2)
    const text =
      error instanceof CommanderError ? oneLine(usageProblem(programOf(commands), words, error)) : oneLine(error)
    const hint = process.exitCode === exitCodes.usage ? ` (see ${helpCommand(program, words)})` : ''
    say(`limn: ${text}${visible(hint)}`)
  } else {
    say(`limn: this is a defect of limn: ${oneLine(error)}; LIMN_DEBUG=1 shows where`)
  }
  failed = true
  if (process.env['LIMN_DEBUG']) say(inspect(error))
}

// Nobody reads the messages any more: no reason to fail.
process.stderr.on('error', () => undefined)
// What fails beside the work at hand, where nothing can wait for it.
process.on('unhandledRejection', fail)
let running: Command | undefined
const commands = await loadCommands(process.argv.slice(2))
const program = programOf(commands).hook('preAction', (_, command) => {
  running = command
})
try {
  await program.parseAsync()
} catch (error) {
  fail(withNextStep(error, running))
}
