import type { Command } from 'commander'
import { Option } from 'commander'
import { FileError, inFile } from '../data/file-error.js'
import { chooseRoute, predict, type Extremes } from '../dynamics/predict.js'
import { squaresFit } from '../dynamics/modes.js'
import { largestSize } from '../network/divergence.js'
import { openKernel, type StoredKernel } from '../node/kernels/reader.js'
import { requireRoute } from '../node/kernels/prediction-memory.js'
import { readTargets } from '../node/kernels/read-targets.js'
import { rowWithoutClass, targetsFromData, type PredictionTargets } from '../node/kernels/targets.js'
import { kernelWarning, levelsOf } from '../spectrum/levels.js'
import { applies } from './applies.js'
import { UsageError } from './fail.js'
import { kernelWarnings } from './kernel-warnings.js'
import { limited } from './limits.js'
import { parsePositive, parseSteps, parseWhole, shared } from './options.js'
import { printCurve, say, short } from './output.js'
import { useAllCores } from './threads.js'

interface PredictFlags {
  readonly targets?: string
  readonly data?: string
  readonly samples?: number
  readonly standardize?: boolean
  readonly seed?: number
  readonly lr: number
  readonly steps: number
  readonly flow?: boolean
  readonly json?: boolean
}

/** Targets by `--targets`, as they are, or by `--data`. @throws UsageError unless one of them is given */
function chooseTargets(file: string, kernel: StoredKernel, flags: PredictFlags): PredictionTargets {
  const { targets, data } = flags
  if ((targets === undefined) === (data === undefined)) {
    const got = data === undefined ? 'neither' : 'both'
    throw new UsageError(`predict: expected --data, the samples of the kernel, or --targets, got ${got}`)
  }
  if (data !== undefined) return targetsFromData(file, kernel, { ...flags, data })
  return { targets: readTargets(targets!, kernel, file), source: targets!, notes: [] }
}

function run(file: string, flags: PredictFlags): void {
  const { lr, steps, flow = false, json } = flags
  const kernel = openKernel(file)
  const { targets, source, notes } = chooseTargets(file, kernel, flags)
  if (!squaresFit(targets)) {
    const size = short(largestSize(targets.data))
    throw new FileError(source, `expected targets whose squared sum is a number, got up to ${size}; scale them down`)
  }
  const { n, classes } = kernel
  const mode = flow ? 'flow' : 'descent'
  const route = chooseRoute(n, mode, steps, classes === 1 ? targets.cols : 1)
  requireRoute(file, route, kernel, targets, steps)
  useAllCores()
  const warnings = kernelWarnings(file, classes)
  const onExtremes = ({ largest, smallest }: Extremes, c: number): void => {
    if (mode === 'descent' && lr * largest > 2 * n) {
      // Six digits, rounded down.
      const limit = Number((((2 * n) / largest) * (1 - 5e-6)).toPrecision(6))
      throw new FileError(
        file,
        `--lr ${lr} makes gradient descent diverge on this kernel; use at most --lr ${limit}, 2N/λ₁`,
      )
    }
    const precision = kernel.precision?.(c)
    const known = { eigenvalues: [largest], n, trace: NaN, smallest, error: precision?.error ?? 0 }
    const { definiteness } = levelsOf(known)
    const warning = kernelWarning(known)
    if (precision) warnings.addPrecision(c, precision)
    if (warning === undefined) return
    warnings.add(
      c,
      `${warning}${definiteness === 'zero' ? '; these outputs never learn' : ', and the predicted loss grows along it'}`,
    )
  }
  const result = inFile(file, () => predict(kernel, targets, { learningRate: lr, steps, mode, route, onExtremes }))
  kernel.close()
  warnings.say()
  notes.forEach(say)
  const unclear = targets.cols > 1 ? rowWithoutClass(targets) : -1
  if (unclear >= 0) {
    say(`warning: ${source}: row ${unclear} has no unique largest target, and so no class: accuracy is left out`)
  }
  printCurve(steps, unclear < 0 ? result : { loss: result.loss }, json)
}

export function addPredict(program: Command): void {
  program
    .command('predict')
    .summary('the training curve that a kernel predicts')
    .description(
      'Loss 1/(2N) Σ ‖f − y‖² of gradient descent (or flow) from f = 0 under a fixed kernel; large kernels are not decomposed where products with them are cheaper.',
    )
    .argument('<kernel>', 'kernel .npy, [N, N] or [C, N, N]')
    .addOption(
      new Option(
        '--data <source>',
        'the samples that the kernel is of, with y: labels become one-hot rows, targets are used as they are',
      ),
    )
    .addOption(limited(shared.samples(), applies.withData))
    .addOption(limited(shared.standardize(), applies.withData, applies.unnamedData))
    .addOption(
      limited(
        new Option('--seed <integer>', 'of the draw of samples; default: what the kernel says, else 0').argParser(
          parseWhole,
        ),
        applies.withData,
        applies.namedData,
      ),
    )
    .addOption(new Option('--targets <file>', 'y as .npy, [N] or [N, C], in place of --data'))
    .addOption(new Option('--lr <number>', 'learning rate').argParser(parsePositive).default(0.1))
    .addOption(new Option('--steps <n>', 'number of steps').argParser(parseSteps).default(200))
    .addOption(new Option('--flow', 'gradient flow in place of descent; step t is time lr · t'))
    .addOption(shared.json())
    .addHelpText(
      'after',
      '\nExample:\n  limn predict kernel.npy --data mnist --lr 0.1 --steps 200\n  limn predict kernel.npy --targets y.npy --json',
    )
    .action(run)
}
