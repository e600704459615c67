import { argmaxRows } from '../linalg/argmax-rows.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { NumbersError } from '../numbers-error.js'

/** One loss ℓ(f, y) of a sample's C outputs: value, ∂ℓ/∂f and (∂²ℓ/∂f²) v, on rows `[at, at + classes)` of flat arrays. */
export interface LossRule {
  readonly value: (f: Float64Array, y: Float64Array, at: number, classes: number) => number
  readonly gradient: (f: Float64Array, y: Float64Array, at: number, classes: number, out: Float64Array) => void
  readonly hessianVector: (
    f: Float64Array,
    y: Float64Array,
    v: Float64Array,
    at: number,
    classes: number,
    out: Float64Array,
  ) => void
}

function largest(f: Float64Array, at: number, classes: number): number {
  let top = -Infinity
  for (let c = at; c < at + classes; c++) top = Math.max(top, f[c])
  return top
}

/** Softmax of a row into `out`; returns Σ y of the row, which is 1 for a class label. */
function softmax(f: Float64Array, y: Float64Array, at: number, classes: number, out: Float64Array): number {
  const top = largest(f, at, classes)
  let sum = 0
  let mass = 0
  for (let c = at; c < at + classes; c++) {
    out[c] = Math.exp(f[c] - top)
    sum += out[c]
    mass += y[c]
  }
  for (let c = at; c < at + classes; c++) out[c] /= sum
  return mass
}

/** −Σ_c y_c log softmax(f)_c, with the largest logit taken out before exponentials. */
const crossEntropy: LossRule = {
  value(f, y, at, classes) {
    const top = largest(f, at, classes)
    let sum = 0
    for (let c = at; c < at + classes; c++) sum += Math.exp(f[c] - top)
    const logSum = top + Math.log(sum)
    let loss = 0
    for (let c = at; c < at + classes; c++) if (y[c] !== 0) loss += y[c] * (logSum - f[c])
    return loss
  },
  gradient(f, y, at, classes, out) {
    const mass = softmax(f, y, at, classes, out)
    for (let c = at; c < at + classes; c++) out[c] = mass * out[c] - y[c]
  },
  hessianVector(f, y, v, at, classes, out) {
    const mass = softmax(f, y, at, classes, out)
    let mean = 0
    for (let c = at; c < at + classes; c++) mean += out[c] * v[c]
    for (let c = at; c < at + classes; c++) out[c] *= mass * (v[c] - mean)
  },
}

/** ½ ‖f − y‖². */
const mse: LossRule = {
  value(f, y, at, classes) {
    let sum = 0
    for (let c = at; c < at + classes; c++) sum += (f[c] - y[c]) ** 2
    return sum / 2
  },
  gradient(f, y, at, classes, out) {
    for (let c = at; c < at + classes; c++) out[c] = f[c] - y[c]
  },
  hessianVector(_f, _y, v, at, classes, out) {
    for (let c = at; c < at + classes; c++) out[c] = v[c]
  },
}

/** Losses by name: a new one is one entry here. */
export const losses = { 'cross-entropy': crossEntropy, mse } as const satisfies Record<string, LossRule>

export type LossName = keyof typeof losses

export const lossNames = Object.keys(losses) as readonly LossName[]

/** The loss of outputs: its name, and the numbers that scale it. */
export interface LossOptions {
  readonly loss: LossName
  /** Outputs are divided by it before the loss; default 1 */
  readonly temperature?: number
  /** Number of samples the mean is over; default the rows given. Larger when the rows are a part of a batch. */
  readonly samples?: number
}

interface Prepared {
  readonly rule: LossRule
  readonly f: Float64Array
  readonly temperature: number
  readonly samples: number
}

function prepare(f: Matrix, y: Matrix, { loss, temperature = 1, samples = f.rows }: LossOptions): Prepared {
  if (f.rows !== y.rows || f.cols !== y.cols) {
    throw new NumbersError(`loss: expected targets ${f.rows} × ${f.cols} like the outputs, got ${y.rows} × ${y.cols}`)
  }
  if (!(temperature > 0 && temperature < Infinity)) {
    throw new NumbersError(`loss: expected a positive temperature, got ${temperature}`)
  }
  if (!(samples > 0)) throw new NumbersError(`loss: expected at least one sample, got ${samples}`)
  return {
    rule: losses[loss],
    f: temperature === 1 ? f.data : f.data.map((value) => value / temperature),
    temperature,
    samples,
  }
}

/**
 * The mean loss over samples: `cross-entropy` of softmax(f / temperature) against class probabilities y, or `mse`
 * 1/(2N) Σ ‖f / temperature − y‖², summed over outputs.
 *
 * @param f outputs `[N, C]`
 * @param y targets `[N, C]`; one-hot rows for class labels
 * @throws RangeError when shapes differ or the temperature is not positive
 *
 * @example
 * import { matrixOf, meanLoss } from 'limn'
 *
 * const [f, y] = [matrixOf([[0, 0]]), matrixOf([[1, 0]])]
 * // ½ |f − y|², and log 2 for two classes of equal scores.
 * console.log(meanLoss(f, y, { loss: 'mse' }), meanLoss(f, y, { loss: 'cross-entropy' }).toFixed(4)) // 0.5 0.6931
 */
export function meanLoss(f: Matrix, y: Matrix, options: LossOptions): number {
  const { rule, f: scaled, samples } = prepare(f, y, options)
  let sum = 0
  for (let i = 0; i < f.rows; i++) sum += rule.value(scaled, y.data, i * f.cols, f.cols)
  return sum / samples
}

/** ∂(mean loss)/∂f, `[N, C]`. Arguments and errors as {@link meanLoss}. */
export function lossGradient(f: Matrix, y: Matrix, options: LossOptions): Matrix {
  const { rule, f: scaled, samples, temperature } = prepare(f, y, options)
  const out = matrix(f.rows, f.cols)
  for (let i = 0; i < f.rows; i++) rule.gradient(scaled, y.data, i * f.cols, f.cols, out.data)
  const factor = 1 / (temperature * samples)
  for (let i = 0; i < out.data.length; i++) out.data[i] *= factor
  return out
}

/** (∂²(mean loss)/∂f²) v, `[N, C]`, for a direction v `[N, C]` of the outputs. Arguments and errors as {@link meanLoss}. */
export function lossHessianVector(f: Matrix, y: Matrix, v: Matrix, options: LossOptions): Matrix {
  const { rule, f: scaled, samples, temperature } = prepare(f, y, options)
  const out = matrix(f.rows, f.cols)
  for (let i = 0; i < f.rows; i++) rule.hessianVector(scaled, y.data, v.data, i * f.cols, f.cols, out.data)
  const factor = 1 / (temperature ** 2 * samples)
  for (let i = 0; i < out.data.length; i++) out.data[i] *= factor
  return out
}

/**
 * Fraction of rows of f `[N, C]` whose largest output (the first of equals) is the row's label.
 *
 * @example
 * import { accuracy, matrixOf } from 'limn'
 *
 * const f = matrixOf([[0.9, 0.1], [0.2, 0.7], [0.4, 0.6]])
 * console.log(accuracy(f, Int32Array.of(0, 1, 0)).toFixed(4)) // 0.6667
 */
export function accuracy(f: Matrix, labels: Int32Array): number {
  let correct = 0
  argmaxRows(f).forEach((best, i) => {
    if (best === labels[i]) correct++
  })
  return correct / f.rows
}
