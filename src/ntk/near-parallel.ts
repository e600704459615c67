import type { Kernels, Pointer, Scratch } from '../linalg/kernels.js'
import { matrix, type Matrix } from '../linalg/matrix.js'
import { step, type Argument, type Step } from '../linalg/steps.js'
import type { FirstLayer } from './first-layer.js'
import type { LimitKernelName } from './kernel-panel.js'
import type { RecursionPlan } from './recursion-plan.js'
import type { Applied, PlacedPlan, PlacedSamples } from './placed-plan.js'

/*
 * Pairs of samples that are nearly parallel or opposite at some position, like an image and the same image at another
 * contrast: there the plain form of the duals loses digits, so that the kernels mark such pairs layer by layer and then
 * compute them once more from differences of samples. The mathematics stands in kernels/near-parallel.ts.
 */

/** The recursion of a plan as the kernels take marked pairs through it. */
export interface NearInput {
  readonly plan: RecursionPlan
  readonly placed: PlacedPlan
  /** The first layer with its whole rows of weights. */
  readonly first: FirstLayer
  /** Columns of the samples' panels, and what was taken out of them. */
  readonly live: Int32Array
  readonly background: Float64Array
  readonly names: readonly LimitKernelName[]
  /** Most rows that a layer has in panels. */
  readonly most: number
}

/** Whether an activation's closed form has a root to lose digits in, and there is a layer that it acts in. */
export const needsCare = ({ dual: { route }, layers }: RecursionPlan): boolean =>
  layers.length > 1 && (route.family === 'erf' || (route.family === 'arc-cosine' && route.slope !== 1))

/** The columns of a matrix, over more coordinates. */
function spread({ rows, cols, data }: Matrix, from: Int32Array, live: Int32Array): Matrix {
  const places = new Map(Array.from(live, (j, p) => [j, p]))
  const result = matrix(rows, live.length)
  from.forEach((j, column) => {
    const p = places.get(j) ?? 0
    for (let b = 0; b < rows; b++) result.data[b * live.length + p] = data[b * cols + column]
  })
  return result
}

/** Where a product's factors are, and how many rows the right one has. */
const applied = (factors: Applied): number[] => [factors[0].at, factors[0].rows, factors.length > 1 ? factors[1].at : 0]

/** Words of 32 bits of a plan and of each layer; the first ones hold numbers of 64 bits. */
const planWords = 12
const layerWords = 20

/** Writes what kernels/near-parallel.ts calls a NearPlan, with its layers, into scratch memory. */
export function placeNear(input: NearInput, scratch: Scratch): Pointer {
  const { plan, placed, first, live, background, names, most } = input
  const { dual, layers } = plan
  const hidden = layers.length - 1
  const wants = (name: LimitKernelName): number => (names.includes(name) ? 1 : 0)
  const words = new Int32Array(planWords + layers.length * layerWords)
  const numbers = new Float64Array(words.buffer)
  const rows = spread(first.weights, first.live, live)
  const shifts = Float64Array.from(live, (j) => background[j])
  const { route } = dual
  numbers[0] = route.family === 'arc-cosine' ? route.slope : 0
  words.set(
    [route.family === 'erf' ? 1 : 0, hidden, live.length, rows.rows, scratch.put(rows.data), scratch.put(shifts), most],
    2,
  )
  words.set([wants('ntk'), wants('nngp')], 9)
  layers.forEach(({ propagate, own, ownScale, biasVariance, biasTangent }, l) => {
    const at = planWords + l * layerWords
    numbers.set([biasVariance, biasTangent, own === propagate ? ownScale : 0], at / 2)
    words.set([propagate.rows, l < hidden ? placed.tables[l] : 0], at + 6)
    if (l > 0) {
      const weights = placed.weights[l - 1]
      const whole = l < hidden ? scratch.put(propagate.data) : 0
      words.set(
        [whole, ...applied(weights.propagate), ...(own === propagate ? [0, 0, 0] : applied(weights.own))],
        at + 8,
      )
    } else {
      const [base, ownBase] = [first.propagate, first.own].map((part) => scratch.put(part.base))
      words.set([base, placed.propagateRows[1], ownBase, placed.ownRows[1]], at + 15)
    }
  })
  return scratch.put(new Uint8Array(words.buffer))
}

/** Bytes of workspace that the marked pairs of a plan need. */
export function nearWorkspace(
  kernels: Kernels,
  live: number,
  { weights }: FirstLayer,
  most: number,
  middle: number,
): number {
  return kernels.call.nearWorkspace(live, weights.rows, most, middle)
}

/** A plan as {@link placeNear} has written it, the marks of a block, and workspace; the last two of each thread. */
export interface NearPlaces {
  readonly plan: Pointer
  readonly marks: Argument
  readonly work: Argument
}

/** Row, rows, panel and panels of a block of pairs. */
export type BlockArguments = readonly [row: Argument, rows: Argument, panel: Argument, panels: Argument]

/** The step that marks the pairs of a block by the K of layer l, before its duals, of that family, take the place of K. */
export function markStep(
  { marks }: NearPlaces,
  family: number,
  { positions, tables }: PlacedPlan,
  l: number,
  block: BlockArguments,
  [k, ld]: readonly [Argument, number],
): Step {
  return step('markNear', family, positions[l], tables[l], ...block, k, ld, l === 0 ? 1 : 0, marks)
}

/** The step that computes the marked pairs once more and writes them over the outputs' K and Θ of the block. */
export function nearStep(
  { plan, marks, work }: NearPlaces,
  samples: PlacedSamples,
  block: BlockArguments,
  { k, theta }: { readonly k: Argument; readonly theta: Argument },
  ld: number,
): Step {
  return step('nearPairs', plan, samples.panels, ...block, samples.count, marks, k, theta, ld, work)
}
