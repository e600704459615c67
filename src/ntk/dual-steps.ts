import { gaussLegendre } from '../linalg/gauss-legendre.js'
import type { Pointer } from '../linalg/kernels.js'
import { step, type Step } from '../linalg/steps.js'
import {
  diagonalTable,
  layerMeans,
  layerSeries,
  variances,
  writeExpansion,
  type LayerSeries,
} from './duals/layer-series.js'
import { panelSamples } from './pair-blocks.js'
import { placeOf, thetaOf, type Course } from './step-course.js'
import { block, panelsOfBlock } from './step-workspace.js'
import { NumbersError } from '../numbers-error.js'

/** Variances whose products with each other stay within the normal range of f64. */
const plainVariances = [2 ** -480, 2 ** 480] as const
/** As kernels number them. */
const families = { 'arc-cosine': 0, erf: 1 } as const
/** Each family's step for variances of any size. */
const wideFamilies = { 'arc-cosine': 2, erf: 3 } as const
/** Nodes of a piece in kernels/series-duals.ts. */
const pieceRule = gaussLegendre(10)

/** How often H takes G in. Without Θ, H is a place that nobody reads: taking G in keeps what stands there within range. */
function sharedScale({ wantsTheta, plan: { weights } }: Course, l: number): number {
  if (!wantsTheta) return 1
  const { own, propagate, ownScale } = weights[l]
  return own === propagate ? ownScale : 0
}

const layerPlaces = (course: Course, l: number) =>
  [placeOf(course, l), thetaOf(course, l), course.workspace.ld] as const

/** What a dual needs in kernel memory before the diagonal runs. */
export function placeDual({ dual, kernels, scratch }: Pick<Course, 'dual' | 'kernels' | 'scratch'>): Pointer {
  const { call } = kernels
  const { route, form } = dual
  if (route.family === 'series' || route.family === 'piecewise-linear') return scratch.put(diagonalTable(form))
  const constants = scratch.alloc(call.dualConstants())
  call.fillDualConstants(route.family === 'arc-cosine' ? route.slope : 0, constants)
  return constants
}

/** From K and Θ of layer l to G and H for the pairs (i, i), which fills the table of their variances. */
export function diagonalStep(course: Course, l: number): Step {
  const { dual, plan, constants } = course
  const { route } = dual
  const own = sharedScale(course, l)
  const places = [plan.positions[l], plan.tables[l], ...panelsOfBlock, ...layerPlaces(course, l)] as const
  if (route.family === 'series' || route.family === 'piecewise-linear') {
    return step('seriesDiagonal', constants, own, ...places)
  }
  return step('diagonalDuals', families[route.family], route.family === 'arc-cosine' ? route.slope : 0, own, ...places)
}

/** The variances of layer l, `[panel, position, 4]` in the first half of rows of 8; known after the diagonal. */
function tableOf({ plan: { tables, positions }, samples, scratch }: Course, l: number): Float64Array {
  return scratch.f64(tables[l], samples.columns * positions[l] * 2 * panelSamples)
}

/** Whether products of two variances of layer l stay in range. */
export function isPlain(course: Course, l: number): boolean {
  const [least, most] = plainVariances
  const table = tableOf(course, l)
  const homogeneous = course.dual.route.family === 'arc-cosine'
  for (let k = 0; k < table.length; k += 2 * panelSamples) {
    for (let r = k; r < k + panelSamples; r++) {
      const q = table[r]
      if (q > most || (q < least && q !== 0 && homogeneous)) return false
    }
  }
  return true
}

/** The family that kernels of closed forms take for layer l. */
export function familyOf(course: Course, l: number): number {
  const { family } = course.dual.route
  if (family !== 'arc-cosine' && family !== 'erf') return -1
  return isPlain(course, l) ? families[family] : wideFamilies[family]
}

/** The least variance above zero, and the largest, of samples that there are. */
function rangeOf(course: Course, l: number): { readonly least: number; readonly most: number } {
  const table = tableOf(course, l)
  const { positions } = course.plan
  let [least, most] = [Infinity, 0]
  for (let panel = 0, at = 0; panel < course.samples.columns; panel++) {
    for (let u = 0; u < positions[l]; u++, at += 2 * panelSamples) {
      for (let lane = 0; lane < panelSamples && panel * panelSamples + lane < course.samples.count; lane++) {
        const q = table[at + lane]
        if (q > most) most = q
        if (q > 0 && q < least) least = q
      }
    }
  }
  return least <= most ? { least, most } : { least: 1, most: 1 }
}

/** Writes the expansions of all samples at all positions of layer l: `[panel, position, 1 + terms, 4]`. */
function placeExpansions(course: Course, l: number, series: LayerSeries): Pointer {
  const { dual, plan, samples, scratch } = course
  const rows = samples.columns * plan.positions[l]
  const length = (series.terms + 1) * panelSamples
  const at = scratch.alloc(rows * length * 8)
  const table = tableOf(course, l)
  const into = scratch.f64(at, rows * length)
  for (let row = 0; row < rows; row++) {
    const panel = Math.floor(row / plan.positions[l])
    for (let lane = 0; lane < panelSamples; lane++) {
      const live = panel * panelSamples + lane < samples.count
      const q = live ? table[row * 2 * panelSamples + lane] : 0
      writeExpansion(dual.form, series, q, into, row * length + lane, panelSamples)
    }
  }
  return at
}

/** From K and Θ of layer l to G and H for all other pairs; after the diagonal has run. */
export function pairStep(course: Course, l: number): Step {
  const { dual, plan, constants, workspace, scratch } = course
  const { route, name, form } = dual
  const own = sharedScale(course, l)
  const places = [plan.tables[l], ...block, ...layerPlaces(course, l)] as const
  const positions = plan.positions[l]
  if (route.family === 'arc-cosine' || route.family === 'erf') {
    const slope = route.family === 'arc-cosine' ? route.slope : 0
    return step('dualPanels', familyOf(course, l), slope, own, positions, constants, ...places, workspace.dualWork)
  }
  const { least, most } = rangeOf(course, l)
  if (!(most < 2 ** variances.end)) {
    throw new NumbersError(
      `${name}: expected variances below ${2 ** variances.end} in layer ${l + 1}, got ${most.toPrecision(3)}; take smaller σ_w² or σ_b², or scale the samples`,
    )
  }
  if (route.family === 'series') {
    const series = layerSeries(name, form, least, most)
    const expansions = placeExpansions(course, l, series)
    const { terms, start, stride, needed, limit, bend, ramps } = series
    const shape = [terms, start, stride, scratch.put(needed), limit, bend, scratch.put(ramps)] as const
    return step('seriesPanels', expansions, ...shape, own, positions, ...places)
  }
  const expansions = placeExpansions(course, l, layerMeans(form, least, most))
  const kinks = Float64Array.from(route.kinks.flatMap(({ at, rise }) => [at, rise]))
  const rule = Float64Array.from(pieceRule.nodes.flatMap((node, i) => [node, pieceRule.weights[i]]))
  const kinkPlaces = [scratch.put(kinks), route.kinks.length, scratch.put(rule)] as const
  return step('kinkPanels', expansions, ...kinkPlaces, own, positions, ...places)
}
