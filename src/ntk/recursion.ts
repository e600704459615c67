import { withScratch, type Kernels, type Pointer, type Scratch } from '../linalg/kernels.js'
import { gemm, operand } from '../linalg/matmul.js'
import { transpose, type Matrix } from '../linalg/matrix.js'
import type { Dual } from './duals/dual.js'
import { factorFirstLayer, type FirstLayer, type ScaledRows } from './first-layer.js'
import type { Kernel } from './kernel.js'
import { diagonalTiles, offDiagonalTiles, type PairTile } from './pair-tiles.js'
import type { RecursionPlan } from './recursion-plan.js'

/** Pairs in a tile: all panels of 64 positions then stay in a second-level cache of 1 MiB. */
const tileWidth = 256
/** Input coordinates whose products are formed at a time: the depth of one packed panel of the product kernel. */
const depthChunk = 256
/** Doubles that a panel row may be written beyond its end. */
const padding = 4

export interface RecursionInput {
  readonly plan: RecursionPlan
  /** Samples `[N, d]`. */
  readonly x: Matrix
  readonly dual: Dual
  readonly sigmaB2: number
  readonly kernels: Kernels
  /** Called with the share done, 0 … 1. */
  readonly onProgress?: ((share: number) => void) | undefined
}

/** K and Θ of the output positions over the pairs of one tile. */
interface Engine {
  run(tile: PairTile, diagonal: boolean): { readonly k: Float64Array; readonly theta: Float64Array }
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit

/** The samples' live coordinates, transposed: `[live, N]` with padded rows. */
function liveCoordinates(x: Matrix, live: Int32Array, ld: number): Float64Array {
  const columns = transpose(x)
  const result = new Float64Array(live.length * ld)
  live.forEach((j, row) => result.set(columns.data.subarray(j * x.rows, (j + 1) * x.rows), row * ld))
  return result
}

/** Expands basis Grams to positions and adds the bias: out[u] = scale[u] · gram[base[u]] + σ_b². */
function expand(rows: ScaledRows, gram: Float64Array, out: Float64Array, count: number, bias: number): void {
  rows.scale.forEach((scale, u) => {
    const at = u * tileWidth
    if (scale === 0) {
      out.fill(bias, at, at + count)
      return
    }
    const from = rows.base[u] * tileWidth
    for (let t = 0; t < count; t++) out[at + t] = scale * gram[from + t] + bias
  })
}

function createEngine(
  { plan, x, dual, sigmaB2, kernels }: RecursionInput,
  first: FirstLayer,
  scratch: Scratch,
): Engine {
  const { layers } = plan
  const { call } = kernels
  const positions = layers.map(({ propagate }) => propagate.rows)
  const widest = Math.max(...positions)
  const ldx = roundUp(x.rows, padding) + padding
  const panelLength = (widest + 1) * tileWidth
  const bases = first.basis.rows
  const inputs = first.live.length

  const work = scratch.alloc(call['gemmWorkspace']())
  const coordinates = scratch.put(liveCoordinates(x, first.live, ldx))
  const basis = scratch.put(first.basis.data)
  const products = scratch.alloc((depthChunk * tileWidth + padding) * 8)
  const gram = scratch.alloc(Math.max(1, bases) * tileWidth * 8)
  const segmentList = scratch.alloc(tileWidth * 16)
  const panels = Array.from({ length: 6 }, () => scratch.alloc(panelLength * 8))
  const variances = positions.slice(0, -1).map((bins) => scratch.alloc((bins * ldx + padding) * 8))
  const weights = layers.slice(1).map(({ propagate, own }) => {
    const at = scratch.put(propagate.data)
    return { propagate: at, own: own === propagate ? at : scratch.put(own.data) }
  })
  const view = (at: Pointer): Float64Array => scratch.f64(at, panelLength)
  const panelViews = new Map(panels.map((at) => [at, view(at)]))
  const gramView = scratch.f64(gram, Math.max(1, bases) * tileWidth)
  const varianceViews = variances.map((at, l) => scratch.f64(at, positions[l] * ldx + padding))
  // Columns beyond a tile's pairs take part in products; they must hold numbers.
  for (const panel of panelViews.values()) panel.fill(0)
  for (const variance of varianceViews) variance.fill(0)
  scratch.f64(products, depthChunk * tileWidth + padding).fill(0)

  const accumulate = (rows: number, depth: number, a: Pointer, b: Pointer, c: Pointer, columns: number): void =>
    gemm(kernels, 'f64', [rows, columns, depth], operand(a, depth), operand(b, tileWidth), c, tileWidth, work, true)

  function firstLayerGrams(segments: number, columns: number): void {
    gramView.fill(0)
    for (let start = 0; start < inputs; start += depthChunk) {
      const depth = Math.min(depthChunk, inputs - start)
      call['pairProducts'](depth, coordinates + start * ldx * 8, ldx, segmentList, segments, products, tileWidth)
      const chunk = { at: basis + start * 8, rowStride: inputs, colStride: 1 }
      const size = [bases, columns, depth] as const
      gemm(kernels, 'f64', size, chunk, operand(products, tileWidth), gram, tileWidth, work, true)
    }
  }

  /** Stores the variances of layer l and forms G and H = Ġ∘Θ on the diagonal, where the correlation is 1. */
  function diagonalDuals(l: number, tile: PairTile, [k, theta, g, h]: readonly Float64Array[]): void {
    const firstSample = tile.segments[0]
    for (let u = 0; u < positions[l]; u++) {
      for (let t = 0; t < tile.count; t++) {
        const at = u * tileWidth + t
        const value = dual.diagonal(k[at])
        varianceViews[l][u * ldx + firstSample + t] = k[at]
        g[at] = value.g
        h[at] = value.gDot * theta[at]
      }
    }
  }

  return {
    run(tile, diagonal) {
      const segments = tile.segments.length / 4
      const columns = roundUp(tile.count, padding)
      scratch.i32(segmentList, tile.segments.length).set(tile.segments)
      firstLayerGrams(segments, columns)
      const [g, h, ...others] = panels
      let [k, theta, nextK, nextTheta] = others
      const at = (panel: Pointer): Float64Array => panelViews.get(panel)!
      expand(first.propagate, gramView, at(k), tile.count, sigmaB2)
      expand(first.own, gramView, at(theta), tile.count, sigmaB2)
      for (let l = 0; l < weights.length; l++) {
        const [bins, next] = [positions[l], positions[l + 1]]
        if (diagonal) diagonalDuals(l, tile, [k, theta, g, h].map(at))
        else {
          const { family, slope } = dual
          call['dualTile'](family, slope, bins, segmentList, segments, variances[l], ldx, k, theta, g, h, tileWidth)
        }
        const { propagate, own } = weights[l]
        at(nextK).fill(sigmaB2, 0, next * tileWidth)
        accumulate(next, bins, propagate, g, nextK, columns)
        if (own === propagate) at(nextTheta).set(at(nextK).subarray(0, next * tileWidth))
        else {
          at(nextTheta).fill(sigmaB2, 0, next * tileWidth)
          accumulate(next, bins, own, g, nextTheta, columns)
        }
        accumulate(next, bins, propagate, h, nextTheta, columns)
        ;[k, theta, nextK, nextTheta] = [nextK, nextTheta, k, theta]
      }
      return { k: at(k), theta: at(theta) }
    },
  }
}

/** Writes row `from` of a tile's panel into both triangles of a class's kernel. */
function scatter(tile: PairTile, panel: Float64Array, from: number, n: number, out: Float64Array): void {
  const { segments } = tile
  for (let s = 0; s < segments.length; s += 4) {
    const [i, first, count, offset] = segments.subarray(s, s + 4)
    for (let t = 0; t < count; t++) {
      const j = first + t
      out[i * n + j] = out[j * n + i] = panel[from * tileWidth + offset + t]
    }
  }
}

/**
 * Runs the recursion of a plan over all pairs of samples: first the diagonal, whose variances the duals need, then the
 * upper triangle in tiles that go through all layers while they are in cache. Symmetric to the last bit.
 */
export function runRecursion(input: RecursionInput): { ntk: Kernel; nngp: Kernel } {
  const { plan, x, kernels, onProgress } = input
  const n = x.rows
  const classes = plan.classRow.length
  const size = n * n
  const ntk = new Float64Array(classes * size)
  const nngp = new Float64Array(classes * size)
  const firstOfRow = plan.layers[plan.layers.length - 1].propagate.rows
  const owners = Array.from({ length: firstOfRow }, (_, row) => plan.classRow.indexOf(row))
  const total = (n * (n + 1)) / 2
  let done = 0
  withScratch(kernels, (scratch) => {
    const engine = createEngine(input, factorFirstLayer(plan.layers[0]), scratch)
    const walk = (tiles: Iterable<PairTile>, diagonal: boolean): void => {
      for (const tile of tiles) {
        const { k, theta } = engine.run(tile, diagonal)
        owners.forEach((c, row) => {
          scatter(tile, k, row, n, nngp.subarray(c * size, (c + 1) * size))
          scatter(tile, theta, row, n, ntk.subarray(c * size, (c + 1) * size))
        })
        done += tile.count
        onProgress?.(done / total)
      }
    }
    walk(diagonalTiles(n, tileWidth), true)
    walk(offDiagonalTiles(n, tileWidth), false)
  })
  plan.classRow.forEach((row, c) => {
    if (owners[row] === c) return
    for (const data of [ntk, nngp]) data.copyWithin(c * size, owners[row] * size, (owners[row] + 1) * size)
  })
  return { ntk: { classes, n, data: ntk }, nngp: { classes, n, data: nngp } }
}
