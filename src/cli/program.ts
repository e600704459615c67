import { Command } from 'commander'
import { version } from '../version.js'
import { loadOwnActivation } from './own-activation.js'
import { checkDashes } from './dashes.js'
import { addDistance } from './distance.js'
import { addDoctor } from './doctor.js'
import { addGraphon } from './graphon.js'
import { addLimit } from './limit.js'
import { refuseIdle } from './limits.js'
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

/** The command line with all commands: help goes to stdout, errors are thrown, options without effect are refused. */
export function buildProgram(): Command {
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
