import type { Matrix } from '../linalg/matrix.js'
import type { Dataset } from './dataset.js'
import { FileError } from './file-error.js'
import { oneHot } from './one-hot.js'

/** What a network should give for samples, and how `y` was read. */
export interface Aim {
  /** `[N, outputs]` */
  readonly targets: Matrix
  /** Class of each sample, for accuracies; absent where `y` names no classes */
  readonly labels?: Int32Array
  /** For people: `labels of 10 classes`, `targets [12, 1]` */
  readonly reading: string
}

const ofOutputs = (outputs: number): string => `${outputs} output${outputs === 1 ? '' : 's'}`

function ofTargets({ name, targets, labels }: Dataset, outputs: number): Aim {
  const { rows, cols } = targets!
  if (cols !== outputs) {
    throw new FileError(
      name,
      `expected ${outputs} target${outputs === 1 ? '' : 's'} per sample as the network has ${ofOutputs(outputs)}, got ${cols}`,
      'y',
    )
  }
  const shape = `targets [${rows}, ${cols}]`
  return labels
    ? { targets: targets!, labels, reading: `${shape}, one-hot and so labels too` }
    : { targets: targets!, reading: shape }
}

function ofLabels({ name, labels, classes }: Dataset, outputs: number): Aim {
  if (classes! > outputs) {
    throw new FileError(name, `expected labels below ${outputs}, the network’s outputs, got ${classes! - 1}`)
  }
  const present = new Set(labels).size
  const reading = present < outputs ? `labels, of ${outputs} classes ${present} occur` : `labels of ${outputs} classes`
  return { targets: oneHot(labels!, outputs), labels: labels!, reading }
}

function requireOutcomes({ name, labels, targets }: Dataset): void {
  if (!labels && !targets) throw new FileError(name, 'has no y; expected an .npz with x and y')
}

/**
 * Targets of a network: `y` of shape `[N, C]` as it is, labels as one-hot rows. A network of one output has no classes, so
 * that for it labels `[N]` are numbers, its targets.
 *
 * @param outputs C, at least 1
 * @throws FileError when there is no `y`, another number of targets than outputs, or a label beyond them
 *
 * @example
 * import { matrixOf, targetsFor } from 'limn'
 *
 * const data = { name: 'numbers', x: matrixOf([[1], [2]]), labels: Int32Array.of(1, 0), classes: 2 }
 * // One-hot rows for two outputs; the labels themselves for one.
 * console.log(targetsFor(data, 2).targets.data, targetsFor(data, 1).targets.data)
 * // Float64Array(4) [ 0, 1, 1, 0 ] Float64Array(2) [ 1, 0 ]
 */
export function targetsFor(data: Dataset, outputs: number): Aim {
  requireOutcomes(data)
  if (data.targets) return ofTargets(data, outputs)
  if (outputs > 1) return ofLabels(data, outputs)
  const values = Float64Array.from(data.labels!)
  return {
    targets: { rows: values.length, cols: 1, data: values },
    reading: `targets [${values.length}, 1] of the one output`,
  }
}

/**
 * Class indicators, for cross-entropy: labels, or targets `[N, C]` whose rows are one-hot.
 *
 * @param outputs C; at least 2, because the cross-entropy of one output is 0 whatever it is
 * @throws FileError when `y` names no classes or others than the outputs, or there is one output alone
 *
 * @example
 * import { classTargetsFor, matrixOf } from 'limn'
 *
 * const data = { name: 'three samples', x: matrixOf([[1], [2], [3]]), labels: Int32Array.of(1, 0, 1), classes: 2 }
 * console.log(classTargetsFor(data, 2).targets.data) // Float64Array(6) [ 0, 1, 1, 0, 0, 1 ]
 */
export function classTargetsFor(data: Dataset, outputs: number): Aim {
  requireOutcomes(data)
  const { name, targets, labels } = data
  if (outputs < 2) {
    throw new FileError(name, 'cannot be classified by a network of one output, whose cross-entropy is always 0')
  }
  if (!labels) throw new FileError(name, `expected class labels, ${labelForms}, got ${targetForm(targets!)}`, 'y')
  return targets ? ofTargets(data, outputs) : ofLabels(data, outputs)
}

/** How labels may be given, for messages. */
export const labelForms = 'integers of shape [N] or one-hot rows [N, C]'

/** Targets for messages. */
export const targetForm = ({ rows, cols }: Matrix): string => `targets of shape [${rows}, ${cols}]`
