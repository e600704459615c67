import type { Command } from 'commander'
import { Option } from 'commander'
import { FileError, inFile } from '../data/file-error.js'
import { decodeNpy } from '../data/npy.js'
import { toFloat64 } from '../data/tensor.js'
import { predict } from '../dynamics/predict.js'
import type { Matrix } from '../linalg/matrix.js'
import { readBytes } from '../node/files.js'
import type { Kernel } from '../ntk/kernel.js'
import { kernelFromTensor } from '../ntk/kernel-file.js'
import { parsePositive, parseSteps, shared } from './options.js'
import { printCurve, say } from './output.js'
import { useAllCores } from './threads.js'

interface PredictFlags {
  readonly targets: string
  readonly lr: number
  readonly steps: number
  readonly flow?: boolean
  readonly json?: boolean
}

function readTargets(file: string, kernel: Kernel, kernelFile: string): Matrix {
  const tensor = decodeNpy(readBytes(file), file)
  const [rows, cols = 1] = tensor.shape
  if (tensor.shape.length < 1 || tensor.shape.length > 2 || rows !== kernel.n || cols < 1) {
    throw new FileError(
      file,
      `expected targets of shape [${kernel.n}] or [${kernel.n}, C] as ${kernelFile} has ${kernel.n} samples, got [${tensor.shape.join(', ')}]`,
    )
  }
  if (kernel.classes > 1 && cols !== kernel.classes) {
    throw new FileError(
      file,
      `expected ${kernel.classes} columns as ${kernelFile} has ${kernel.classes} classes, got ${cols}`,
    )
  }
  const data = toFloat64(tensor)
  const bad = data.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0)
    throw new FileError(
      file,
      `expected finite targets, got ${data[bad]} at row ${Math.floor(bad / cols)}, column ${bad % cols}`,
    )
  return { rows, cols, data }
}

function run(file: string, { targets: targetFile, lr, steps, flow = false, json }: PredictFlags): void {
  const kernel = kernelFromTensor(decodeNpy(readBytes(file), file), file)
  const targets = readTargets(targetFile, kernel, file)
  useAllCores()
  const result = inFile(file, () =>
    predict(kernel, targets, { learningRate: lr, steps, mode: flow ? 'flow' : 'descent' }),
  )
  if (!result.stable) say(`warning: --lr ${lr} is above 2N/λ_max, so gradient descent diverges`)
  printCurve(steps, result, json)
}

export function addPredict(program: Command): void {
  program
    .command('predict')
    .summary('the training curve that a kernel predicts')
    .description('Loss 1/(2N) Σ ‖f − y‖² of gradient descent (or flow) from f = 0 under a fixed kernel.')
    .argument('<kernel>', 'kernel .npy, [N, N] or [C, N, N]')
    .addOption(new Option('--targets <file>', 'y as .npy, [N] or [N, C]').makeOptionMandatory())
    .addOption(new Option('--lr <number>', 'learning rate').argParser(parsePositive).default(0.1))
    .addOption(new Option('--steps <n>', 'number of steps').argParser(parseSteps).default(200))
    .addOption(new Option('--flow', 'gradient flow in place of descent; step t is time lr · t'))
    .addOption(shared.json())
    .addHelpText('after', '\nExample:\n  limn predict kernel.npy --targets y.npy --lr 0.1 --steps 200 --json')
    .action(run)
}
