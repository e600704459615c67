import { defaultKernels, withScratch, type Kernels, type Pointer } from '../linalg/kernels.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { permutation, randomStream } from '../random/random.js'
import { blockCount, range } from './blocks.js'
import { largestSize, lossError } from './divergence.js'
import { checkInput } from './forward.js'
import { checkBatch } from './gradient.js'
import { accuracy, lossGradient, meanLoss, type LossName } from './loss.js'
import type { Network } from './network.js'
import {
  checkOptimizer,
  stateArrays,
  updateParameters,
  type OptimizerOptions,
  type ParameterArrays,
} from './optimizer.js'
import {
  clearGradient,
  placeGradient,
  placeNetwork,
  placeSamples,
  readOutputs,
  runBackward,
  runForward,
  type PlacedGradient,
  type PlacedNetwork,
} from './passes.js'
import { arrange, createWorkplace, viewOf } from './sparse.js'
import { NumbersError } from '../numbers-error.js'

/** Samples that are in kernel memory at a time; a larger batch is summed over parts. */
const partSamples = 2048

export interface TrainingBatch {
  /** `[N, d]` */
  readonly x: Matrix
  /** `[N, C]` */
  readonly targets: Matrix
  /** Class of each sample; when given, accuracy is recorded */
  readonly labels?: Int32Array
}

export interface TrainOptions {
  readonly loss: LossName
  readonly optimizer: OptimizerOptions
  readonly steps: number
  /** Samples per step, drawn without replacement epoch by epoch; default: all samples in every step */
  readonly batchSize?: number
  /** Seed of the mini-batches; default 0 */
  readonly seed?: number
  /** Trains f(x; θ) − f(x; θ0), which starts at 0 like a kernel's prediction; default false */
  readonly centered?: boolean
  /** Samples on which the trained network's accuracy is measured */
  readonly test?: { readonly x: Matrix; readonly labels: Int32Array }
  /** Called with each recorded loss: steps + 1 times */
  readonly onStep?: (step: number, loss: number) => void
  readonly kernels?: Kernels
}

export interface TrainResult {
  /** `steps + 1` losses: `loss[t]` before step t, `loss[steps]` after the last; of the whole batch, or of the step's mini-batch */
  readonly loss: Float64Array
  /** The accuracy beside each loss; undefined without labels */
  readonly accuracy: Float64Array | undefined
  /** Accuracy of the trained network on `test` */
  readonly testAccuracy?: number
  /** The trained network: same masks, pruned weights as they were, surviving ones exact in float32 */
  readonly network: Network
}

/** The rows of each step's mini-batch: random orders of 0 … N − 1 cut into pieces; an epoch's last piece may be smaller. */
function* miniBatches(n: number, size: number, seed: number): Generator<Int32Array, never> {
  for (let epoch = 0; ; epoch++) {
    const order = permutation(n, randomStream(seed, 'batches', epoch))
    for (let start = 0; start < n; start += size) yield order.subarray(start, Math.min(n, start + size))
  }
}

function parametersOf(placed: PlacedNetwork, gradient: readonly PlacedGradient[], states: number): ParameterArrays[] {
  const { scratch } = placed.place
  const f64Zeros = (count: number): Pointer => {
    const at = scratch.alloc(count * 8)
    scratch.f64(at, count).fill(0)
    return at
  }
  const state = (count: number) => Array.from({ length: states }, () => f64Zeros(count))
  return placed.layers.flatMap(({ pattern, weights, bias }, l) => {
    const parameters: ParameterArrays[] = [
      { count: pattern.kept, values: weights.at, gradient: gradient[l].weights, state: state(pattern.kept) },
    ]
    const biasGradient = gradient[l].bias
    if (bias !== undefined && biasGradient !== undefined) {
      parameters.push({ count: pattern.rows, values: bias, gradient: biasGradient, state: state(pattern.rows) })
    }
    return parameters
  })
}

/** The network with the parameters that kernel memory holds now. */
function readNetwork(placed: PlacedNetwork, network: Network): Network {
  const layers = network.layers.map((layer, l) => {
    const { pattern, weights, bias } = placed.layers[l]
    const weight = layer.weight.slice()
    viewOf(placed.place, weights.at, pattern.kept).forEach((value, k) => (weight[pattern.positions[k]] = value))
    if (bias === undefined) return { ...layer, weight }
    return { ...layer, weight, bias: Float64Array.from(viewOf(placed.place, bias, pattern.rows)) }
  })
  return { ...network, layers }
}

/** Outputs f(x) of the placed network, minus `origin` when given. */
function placedOutputs(placed: PlacedNetwork, x: Matrix, origin?: Matrix): Matrix {
  const classes = placed.sizes.at(-1)!
  const result = matrix(x.rows, classes)
  for (let start = 0; start < x.rows; start += partSamples) {
    const rows = range(Math.min(partSamples, x.rows - start)).map((i) => i + start)
    runForward(placed, placeSamples(placed, x, rows))
    result.data.set(readOutputs(placed, placed.pre.at(-1)!, rows.length).data, start * classes)
  }
  if (origin) subtract(result, origin)
  return result
}

function subtract(a: Matrix, b: Matrix): void {
  for (let k = 0; k < a.data.length; k++) a.data[k] -= b.data[k]
}

function takeRows({ cols, data }: Matrix, rows: Int32Array): Matrix {
  const result = matrix(rows.length, cols)
  rows.forEach((row, i) => result.data.set(data.subarray(row * cols, (row + 1) * cols), i * cols))
  return result
}

function checkTraining(network: Network, batch: TrainingBatch, options: TrainOptions): void {
  checkBatch('train', network, batch, options.batchSize)
  checkOptimizer(options.optimizer)
  const { steps, test } = options
  if (!(Number.isInteger(steps) && steps >= 0)) {
    throw new NumbersError(`train: expected a non-negative integer number of steps, got ${steps}`)
  }
  if (batch.labels && batch.labels.length !== batch.x.rows) {
    throw new NumbersError(`train: expected ${batch.x.rows} labels, got ${batch.labels.length}`)
  }
  if (test) {
    checkInput('train (test samples)', network, test.x)
    if (test.labels.length !== test.x.rows) {
      throw new NumbersError(`train: expected ${test.x.rows} test labels, got ${test.labels.length}`)
    }
  }
}

/**
 * Trains the surviving weights and the biases of a network in f32, in its own (stored) parameterisation; masks and
 * pruned weights stay as they are. Work and memory follow the number of survivors: sparse products for sparse layers.
 *
 * @throws RangeError when the batch does not fit the network, an option is out of range, or the loss is not finite before the
 *   first step
 * @throws DivergenceError when the loss is no longer finite; the message names the step, the loss before it and the cause
 *
 * @example
 * import { applyMasks, createSpec, initialize, matrixOf, prune, train } from 'limn'
 *
 * const network = initialize(createSpec({ sizes: [2, 32, 1] }), 1)
 * const { masks } = prune(network, { method: 'magnitude', density: 0.5, scope: 'layer', seed: 0 })
 * const sparse = applyMasks(network, masks)
 * const batch = { x: matrixOf([[1, 0], [0, 1]]), targets: matrixOf([[1], [-1]]) }
 * const { loss } = train(sparse, batch, { loss: 'mse', optimizer: { name: 'sgd', learningRate: 0.5 }, steps: 200 })
 * console.log(loss.length, loss[200] < 0.01 * loss[0]) // 201 true
 */
export function train(network: Network, batch: TrainingBatch, options: TrainOptions): TrainResult {
  checkTraining(network, batch, options)
  const { optimizer, steps, seed = 0, centered = false, test, kernels = defaultKernels() } = options
  const n = batch.x.rows
  const batchSize = Math.min(options.batchSize ?? n, n)
  const most = Math.min(partSamples, Math.max(batchSize, centered ? n : 0, test?.x.rows ?? 0))
  return withScratch(kernels, (scratch) => {
    const place = createWorkplace(kernels, scratch, 'f32', network.spec.sizes, blockCount('f32', most))
    const placed = placeNetwork(place, network)
    const gradient = placeGradient(placed)
    const parameters = parametersOf(placed, gradient, stateArrays(optimizer))
    const origin = centered ? placedOutputs(placed, batch.x) : undefined
    const testOrigin = centered && test ? placedOutputs(placed, test.x) : undefined
    const losses = new Float64Array(steps + 1)
    const accuracies = batch.labels && new Float64Array(steps + 1)
    const everything = range(n)
    const batches = miniBatches(n, batchSize, seed)
    const resident = batchSize === n && n <= partSamples
    if (resident) placeSamples(placed, batch.x, everything)

    let largestOutput = 0
    for (let step = 0; step <= steps; step++) {
      const rows = batchSize === n ? everything : batches.next().value
      if (step < steps) clearGradient(placed, gradient)
      let loss = 0
      let correct = 0
      for (let start = 0; start < rows.length; start += partSamples) {
        const part = rows.subarray(start, start + partSamples)
        const blocks = resident ? blockCount('f32', n) : placeSamples(placed, batch.x, part)
        runForward(placed, blocks)
        const f = readOutputs(placed, placed.pre.at(-1)!, part.length)
        if (step === 0) largestOutput = Math.max(largestOutput, largestSize(f.data))
        if (origin) subtract(f, takeRows(origin, part))
        const targets = takeRows(batch.targets, part)
        const lossOptions = { loss: options.loss, samples: rows.length }
        loss += meanLoss(f, targets, lossOptions)
        const labels = batch.labels
        if (labels)
          correct +=
            accuracy(
              f,
              part.map((row) => labels[row]),
            ) * part.length
        if (step < steps && Number.isFinite(loss)) runBackward(placed, lossGradient(f, targets, lossOptions), gradient)
      }
      if (!Number.isFinite(loss)) {
        throw lossError({
          caller: 'train',
          step,
          ...(step > 0 && { before: losses[step - 1] }),
          learningRate: optimizer.learningRate,
          outputs: largestOutput,
          targets: largestSize(batch.targets.data),
          inputs: largestSize(batch.x.data),
        })
      }
      losses[step] = loss
      if (accuracies) accuracies[step] = correct / rows.length
      options.onStep?.(step, loss)
      if (step === steps) break
      for (const arrays of parameters) updateParameters(kernels, optimizer, arrays, step + 1)
      for (const { pattern, weights } of placed.layers) arrange(place, pattern, weights)
    }
    const result: TrainResult = { loss: losses, accuracy: accuracies, network: readNetwork(placed, network) }
    if (!test) return result
    return { ...result, testAccuracy: accuracy(placedOutputs(placed, test.x, testOrigin), test.labels) }
  })
}
