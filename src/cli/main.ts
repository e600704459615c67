#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { version } from '../version.js'
import { addDistance } from './distance.js'
import { addDoctor } from './doctor.js'
import { exitCodes, isExpected, oneLine } from './fail.js'
import { addGraphon } from './graphon.js'
import { addNtk } from './ntk.js'
import { addPredict } from './predict.js'
import { addPrune } from './prune.js'
import { addSpectrum } from './spectrum.js'
import { addStudy } from './study.js'
import { addTrain } from './train.js'

const commands = [addStudy, addPrune, addGraphon, addDistance, addNtk, addSpectrum, addTrain, addPredict, addDoctor]

function buildProgram(): Command {
  const program = new Command('limn')
    .description('Depict the infinite-width limit of a pruned neural network.')
    .version(version)
    .showSuggestionAfterError(false)
  for (const add of commands) add(program)
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ outputError: () => undefined })
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

const program = buildProgram()
try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
  if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help')) {
    // Help and version are on stdout already.
  } else if (isExpected(error) || error instanceof CommanderError) {
    const text = oneLine(error).replace(/^error: /, '')
    const hint = process.exitCode === exitCodes.usage ? ` (see limn ${process.argv.slice(2, 3).join(' ')} --help)` : ''
    process.stderr.write(`limn: ${text}${hint}\n`)
  } else {
    process.stderr.write(`limn: this is a defect of limn: ${oneLine(error)}; LIMN_DEBUG=1 shows where\n`)
  }
  if (process.env['LIMN_DEBUG']) console.error(error)
}
