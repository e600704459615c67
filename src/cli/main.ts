#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { version } from '../version.js'
import { addDistance } from './distance.js'
import { addDoctor } from './doctor.js'
import { exitCodes, isExpected, oneLine } from './fail.js'
import { addGraphon } from './graphon.js'
import { addLimit } from './limit.js'
import { addMotifs } from './motifs.js'
import { addNtk } from './ntk.js'
import { print } from './output.js'
import { addPredict } from './predict.js'
import { addPrune } from './prune.js'
import { addSample } from './sample.js'
import { addSpectrum } from './spectrum.js'
import { addStudy } from './study.js'
import { addTrain } from './train.js'

const commands = [
  addStudy,
  addPrune,
  addGraphon,
  addLimit,
  addSample,
  addDistance,
  addMotifs,
  addNtk,
  addSpectrum,
  addTrain,
  addPredict,
  addDoctor,
]

function buildProgram(): Command {
  const program = new Command('limn')
    .description('Depict the infinite-width limit of a pruned neural network.')
    .version(version)
    .showSuggestionAfterError(false)
  for (const add of commands) add(program)
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ outputError: () => undefined, writeErr: () => undefined, writeOut: print })
    command.commands.forEach(quiet)
  }
  quiet(program)
  return program
}

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

// Nobody reads the messages any more: no reason to fail.
process.stderr.on('error', () => undefined)
const program = buildProgram()
try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
  if (error instanceof CommanderError && error.exitCode === 0) {
    // Help and version are on stdout already.
  } else if (error instanceof CommanderError && error.code === 'commander.help') {
    process.stderr.write(`limn: ${missingCommand()}\n`)
  } else if (isExpected(error) || error instanceof CommanderError) {
    const text = oneLine(error).replace(/^error: /, '')
    const hint = process.exitCode === exitCodes.usage ? ` (see limn ${process.argv.slice(2, 3).join(' ')} --help)` : ''
    process.stderr.write(`limn: ${text}${hint}\n`)
  } else {
    process.stderr.write(`limn: this is a defect of limn: ${oneLine(error)}; LIMN_DEBUG=1 shows where\n`)
  }
  if (process.env['LIMN_DEBUG']) console.error(error)
}
