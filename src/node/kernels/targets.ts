import type { Dataset } from '../../data/dataset.js'
import { FileError } from '../../data/file-error.js'
import { targetsFor } from '../../data/targets.js'
import type { Matrix } from '../../linalg/matrix.js'
import { isNamedData, loadData } from '../samples/load-data.js'
import { UsageError } from '../files/usage-error.js'
import { fingerprint } from '../files/fingerprint.js'
import { aimLines } from '../samples/aim-lines.js'

/** A kernel with what its file may say of its samples and outputs. */
export interface DescribedKernel {
  readonly n: number
  readonly classes: number
  readonly meta?:
    | {
        /** C, also where one kernel serves all outputs. */
        readonly outputs: number
        readonly classes: 'all' | 'mean' | readonly number[]
        readonly data: {
          readonly source: string
          readonly samples: number
          readonly seed?: number
          readonly standardized: 'training' | 'rows' | 'no'
          readonly fingerprint: string
        }
      }
    | undefined
}

/** Which samples a prediction is for; what is left out the kernel says. */
export interface PredictedData {
  readonly data: string
  readonly samples?: number | undefined
  readonly standardize?: boolean | undefined
  readonly seed?: number | undefined
}

/** Columns of a matrix, copied, in the order given. */
function takeColumns({ rows, cols, data }: Matrix, columns: readonly number[]): Matrix {
  const result = new Float64Array(rows * columns.length)
  for (let i = 0; i < rows; i++) columns.forEach((c, k) => (result[i * columns.length + k] = data[i * cols + c]))
  return { rows, cols: columns.length, data: result }
}

const describe = ({ source, samples, seed, standardized }: NonNullable<DescribedKernel['meta']>['data']): string =>
  `${samples} of ${source}${seed === undefined ? '' : ` of seed ${seed}`}${standardized === 'rows' ? ', standardised' : ''}`

/** The samples of a kernel, chosen as `limn ntk` did. @throws FileError when they are not those that the kernel is of */
function samplesOf(file: string, { n, meta }: DescribedKernel, flags: PredictedData): readonly [Dataset, string[]] {
  const { data: source, samples } = flags
  if (samples !== undefined && samples !== n) {
    throw new UsageError(`predict: --samples ${samples} contradicts ${file}, which is of ${n} samples; leave it out`)
  }
  const known = meta?.data
  const seed = flags.seed ?? known?.seed ?? 0
  const standardize = flags.standardize ?? known?.standardized === 'rows'
  const data = loadData(source, { samples: n, seed, standardize })
  if (known && fingerprint(data.x) !== known.fingerprint) {
    throw new FileError(source, `expected the samples that ${file} is of, ${describe(known)}, got others`)
  }
  if (known) return [data, []]
  const choice = isNamedData(source) ? `${n} of ${source} of seed ${seed}` : `the first ${n} of ${source}`
  return [data, [`${file} does not say which samples it is of: taken for ${choice}`]]
}

/** What to predict. */
export interface PredictionTargets {
  /** `[N, C]`, C the kernel's classes, or outputs where one kernel serves all */
  readonly targets: Matrix
  /** Where they are from, for messages. */
  readonly source: string
  /** What to say of how they were read. */
  readonly notes: readonly string[]
}

/**
 * Targets for a kernel from the data that it was made of: labels as one-hot rows, targets as they are; of a kernel of some
 * classes the columns of these.
 *
 * @throws FileError when the samples are others than the kernel's, or `y` does not fit its outputs
 * @throws UsageError when an option contradicts the kernel
 *
 * @example
 * import { encodeNpz, type Tensor } from 'limn'
 * import { targetsFromData, writeAtomic } from 'limn/node'
 *
 * const samples = new Map<string, Tensor>([
 *   ['x', { shape: [6, 4], data: Float64Array.from({ length: 24 }, (_, i) => Math.sin(i)) }],
 *   ['y', { shape: [6], data: Int32Array.of(0, 1, 0, 1, 0, 1) }],
 * ])
 * writeAtomic('data.npz', encodeNpz(samples))
 * const { targets } = targetsFromData('kernel.npy', { n: 6, classes: 2 }, { data: 'data.npz' })
 * console.log(targets.rows, targets.cols) // 6 2
 */
export function targetsFromData(file: string, kernel: DescribedKernel, flags: PredictedData): PredictionTargets {
  const { classes, meta } = kernel
  const [data, notes] = samplesOf(file, kernel, flags)
  const unknown = data.targets?.cols ?? data.classes ?? 1
  const aim = targetsFor(data, meta?.outputs ?? (classes > 1 ? classes : unknown))
  const chosen = meta?.classes
  const targets = chosen === undefined || typeof chosen === 'string' ? aim.targets : takeColumns(aim.targets, chosen)
  return { targets, source: flags.data, notes: [...notes, ...aimLines(data, aim)] }
}

/** The first row of which no entry is the largest by itself, so that it names no class; -1 when there is none. */
export function rowWithoutClass({ rows, cols, data }: Matrix): number {
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * cols, (i + 1) * cols)
    const largest = row.reduce((a, b) => Math.max(a, b))
    if (row.indexOf(largest) !== row.lastIndexOf(largest)) return i
  }
  return -1
}
