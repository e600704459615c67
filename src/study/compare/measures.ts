import type { Findings, Setting } from '../findings.js'
import { sampleOf, type Sample } from './difference.js'

/** One method at one setting and width. */
export interface ComparedCell extends Setting {
  readonly method: string
  readonly width: number
}

/** A number by which two studies are compared. */
export interface Measure {
  readonly label: string
  /** Whether its values lie on a scale from 0 to 1 that figures show as it is, not in powers of ten. Default false. */
  readonly isShare?: boolean
  /** Undefined where the study does not have it. */
  readonly of: (findings: Findings, cell: ComparedCell) => Sample | undefined
}

const isOf =
  (cell: ComparedCell) =>
  (one: ComparedCell): boolean =>
    one.method === cell.method &&
    one.width === cell.width &&
    one.density === cell.density &&
    one.scope === cell.scope &&
    one.hiddenLayers === cell.hiddenLayers

const value = (mean: number | null | undefined): Sample | undefined =>
  typeof mean === 'number' && Number.isFinite(mean) ? { mean, sd: 0, n: 0 } : undefined

/** What is known of every trained network, by trial. */
const ofTraining =
  (read: (one: Findings['training'][number]) => number | null | undefined): Measure['of'] =>
  ({ training }, cell) => {
    const own = training.filter(isOf(cell)).toSorted((a, b) => a.trial - b.trial)
    const known = own.flatMap((one) => {
      const found = read(one)
      return typeof found === 'number' ? [{ trial: one.trial, found }] : []
    })
    const values = known.map(({ found }) => found)
    const trials = known.map(({ trial }) => trial)
    return values.length > 0 && values.every(Number.isFinite) ? sampleOf(values, trials) : undefined
  }

const ofGraphonKernel =
  (read: (one: Findings['spectra'][number]) => number | null | undefined): Measure['of'] =>
  ({ spectra }, cell) =>
    value(
      spectra
        .filter(({ kernel }) => kernel === 'graphon')
        .filter(isOf(cell))
        .map(read)
        .at(0),
    )

/** Everything that two studies are compared by, in the order of tables. */
export const measures = {
  loss: { label: 'training loss after the last step', of: ofTraining(({ loss }) => loss.at(-1)) },
  'test-accuracy': {
    label: 'test accuracy',
    isShare: true,
    of: ofTraining(({ testAccuracy }) => testAccuracy),
  },
  laziness: { label: 'change of the empirical NTK in training', of: ofTraining(({ laziness }) => laziness) },
  'step-size': { label: 'step size', of: ofTraining(({ learningRate }) => learningRate) },
  'kept-density': {
    label: 'kept fraction of the weights',
    of: ({ structures }, cell) => value(structures.find(isOf(cell))?.keptDensity),
  },
  'effective-density': {
    label: 'effective density (weights on a path)',
    of({ structures }, cell) {
      const found = structures.find(isOf(cell))
      return found && { mean: found.effectiveDensity, sd: found.effectiveDensitySd, n: found.trials }
    },
  },
  'largest-eigenvalue': {
    label: 'largest eigenvalue of the Graphon NTK',
    of: ofGraphonKernel(({ eigenvalues }) => eigenvalues.at(0)),
  },
  'target-alignment': {
    label: 'alignment of the Graphon NTK with the targets',
    of: ofGraphonKernel(({ targetAlignment }) => targetAlignment),
  },
} as const satisfies Readonly<Record<string, Measure>>

export type MeasureName = keyof typeof measures

export const measureNames = Object.keys(measures) as readonly MeasureName[]

export const measureOf = (name: MeasureName): Measure => measures[name]
