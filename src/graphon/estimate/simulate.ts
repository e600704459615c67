import { mean } from '../../linalg/statistics.js'
import { matrix, type Matrix } from '../../linalg/matrix.js'
import { createMask, type Mask } from '../../network/mask.js'
import { randomStream } from '../../random/random.js'
import { descending } from './fit/align.js'
import { auto } from './estimators/auto.js'
import { estimatorName, estimatorNames, estimatorOf, type EstimatorChoice } from './estimators/estimators.js'
import { histogram } from './estimators/histogram.js'
import type { ReferenceGraphon } from '../sample/references/reference.js'
import { references, type ReferenceName } from '../sample/references/references.js'
import { NumbersError } from '../../numbers-error.js'

/** One mask of a known graphon, with the truth at its units. */
export interface Sample {
  readonly mask: Mask
  /** P_ij = W(u_i, v_j). */
  readonly P: Matrix
  readonly u: Float64Array
  readonly v: Float64Array
}

/** Units at independent uniform positions, entries independent given them: a W-random bipartite graph. */
export function sampleReference(
  { value }: ReferenceGraphon,
  rows: number,
  cols: number,
  seed: number,
  ...label: (string | number)[]
): Sample {
  const random = randomStream(seed, 'reference sample', rows, cols, ...label)
  const u = Float64Array.from({ length: rows }, () => random.uniform())
  const v = Float64Array.from({ length: cols }, () => random.uniform())
  const P = matrix(rows, cols)
  const data = new Uint8Array(rows * cols)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      P.data[i * cols + j] = value(u[i], v[j])
      if (random.uniform() < P.data[i * cols + j]) data[i * cols + j] = 1
    }
  }
  return { mask: createMask(rows, cols, data), P, u, v }
}

/** Cells of the grid on which a graphon is put in order of its own degrees. */
const fineGrid = 512

/**
 * K × K means of a graphon whose positions are re-ordered, on each side, by its own degrees, largest first: what a
 * degree-sorted estimate can at best converge to. The paper's pictures show this canonical form.
 */
export function canonicalForm({ value }: ReferenceGraphon, K: number): Matrix {
  const cells = Math.max(K, Math.floor(fineGrid / K) * K)
  const at = (i: number) => (i + 0.5) / cells
  const fine = new Float64Array(cells * cells)
  const [rowDegree, colDegree] = [new Float64Array(cells), new Float64Array(cells)]
  for (let i = 0; i < cells; i++) {
    for (let j = 0; j < cells; j++) {
      const w = value(at(i), at(j))
      fine[i * cells + j] = w
      rowDegree[i] += w
      colDegree[j] += w
    }
  }
  // Sums of the same terms in another order may differ in the last bits: positions of equal degree keep their order.
  const rounded = (degrees: Float64Array) => degrees.map((degree) => Math.round(degree * 1e9))
  const [rows, cols] = [descending(rounded(rowDegree)), descending(rounded(colDegree))]
  const means = matrix(K, K)
  const side = cells / K
  for (let i = 0; i < cells; i++) {
    for (let j = 0; j < cells; j++) {
      means.data[Math.floor(i / side) * K + Math.floor(j / side)] += fine[rows[i] * cells + cols[j]] / (side * side)
    }
  }
  return means
}

export interface SimulateOptions {
  /** Default: all known graphons. */
  readonly graphons?: readonly ReferenceName[]
  /** Names in the table `estimatorNames`, or estimators of one's own. Default: all of the table. */
  readonly estimators?: readonly EstimatorChoice[]
  /** Units on each side, increasing. */
  readonly widths: readonly number[]
  /** Independent masks per graphon and width. */
  readonly trials: number
  readonly seed: number
  /** Bins of the sorted step graphon that `sortedError` compares. Default 16. */
  readonly bins?: number
  /** Called after every fit. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface SimulatedPoint {
  readonly width: number
  /** Mean over trials of ‖P̂ − P‖² / n²: squared error at the sampled units, so that no labelling enters. */
  readonly error: number
  /** Standard error of that mean over trials; null with one trial. */
  readonly standardError: number | null
  /** Mean over trials of the L2 distance between the step graphon in degree order and the truth in degree order. */
  readonly sortedError: number
  /** Mean time of a fit. */
  readonly seconds: number
}

export interface SimulatedEstimator {
  readonly graphon: ReferenceName
  readonly estimator: string
  readonly points: readonly SimulatedPoint[]
  /** Least-squares slope of −log error on log n: error ≈ n^−rate. Null with one width, or where an error is 0. */
  readonly rate: number | null
}

function meanSquare(a: Matrix, b: Matrix): number {
  let sum = 0
  for (let k = 0; k < a.data.length; k++) sum += (a.data[k] - b.data[k]) ** 2
  return sum / a.data.length
}

function fittedRate(points: readonly SimulatedPoint[]): number | null {
  if (points.length < 2 || points.some(({ error }) => !(error > 0))) return null
  const x = points.map(({ width }) => Math.log(width))
  const y = points.map(({ error }) => Math.log(error))
  const [mx, my] = [mean(x), mean(y)]
  const spread = x.reduce((sum, value) => sum + (value - mx) ** 2, 0)
  return -x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0) / spread
}

/**
 * Runs estimators on masks of known graphons and measures how far they are off, width by width.
 *
 * @returns one entry per graphon and estimator
 * @throws RangeError when widths do not increase from 2 on, or trials or bins are no positive integers
 *
 * @example
 * import { simulateEstimators } from 'limn/graphon'
 *
 * const [{ points }] = simulateEstimators({ graphons: ['constant'], estimators: ['histogram'], widths: [32, 128], trials: 2, seed: 1 })
 * // Wider masks of the constant graphon are told better.
 * console.log(points.map(({ width }) => width), points[1].error < points[0].error) // [ 32, 128 ] true
 */
export function simulateEstimators(options: SimulateOptions): SimulatedEstimator[] {
  const { widths, trials, seed, bins = 16 } = options
  const graphons = options.graphons ?? (Object.keys(references) as ReferenceName[])
  const methods = (options.estimators ?? estimatorNames).map((choice) => ({
    name: estimatorName(choice),
    method: estimatorOf(choice) ?? auto,
  }))
  if (!(widths.length > 0 && widths.every((n, i) => Number.isInteger(n) && n > (widths[i - 1] ?? 1)))) {
    throw new NumbersError(`simulateEstimators: expected increasing widths from 2 on, got ${widths.join(', ')}`)
  }
  for (const count of [trials, bins]) {
    if (!(Number.isInteger(count) && count > 0)) {
      throw new NumbersError(`simulateEstimators: expected positive integers for trials and bins, got ${count}`)
    }
  }
  const total = graphons.length * methods.length * widths.length * trials
  let done = 0
  return graphons.flatMap((graphon) => {
    const sorted = canonicalForm(references[graphon], bins)
    const points = methods.map((): SimulatedPoint[] => [])
    for (const width of widths) {
      const errors = methods.map((): number[] => [])
      const sortedErrors = methods.map(() => 0)
      const seconds = methods.map(() => 0)
      for (let trial = 0; trial < trials; trial++) {
        const { mask, P } = sampleReference(references[graphon], width, width, seed, graphon, trial)
        methods.forEach(({ method }, e) => {
          const begin = performance.now()
          const estimate = method.probabilities(mask, { bins: 'auto', seed })
          seconds[e] += (performance.now() - begin) / 1000 / trials
          errors[e].push(meanSquare(estimate, P))
          const step = histogram.layer(estimate, bins, seed).W
          sortedErrors[e] +=
            Math.sqrt(meanSquare(step, width < bins ? canonicalForm(references[graphon], step.rows) : sorted)) / trials
          options.onProgress?.(++done, total)
        })
      }
      methods.forEach((_, e) => {
        const error = errors[e].reduce((a, b) => a + b, 0) / trials
        const variance = errors[e].reduce((sum, value) => sum + (value - error) ** 2, 0) / Math.max(1, trials - 1)
        const standardError = trials > 1 ? Math.sqrt(variance / trials) : null
        points[e].push({ width, error, standardError, sortedError: sortedErrors[e], seconds: seconds[e] })
      })
    }
    return methods.map(({ name: estimator }, e) => ({
      graphon,
      estimator,
      points: points[e],
      rate: fittedRate(points[e]),
    }))
  })
}
