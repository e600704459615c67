import { randomStream } from '../../src/random/random.js'
import type { LeastWork } from '../bound.js'
import { relativeDifference } from '../compare.js'
import type { Parameters } from '../contestant.js'
import { writeInput } from '../inputs.js'
import type { Case } from './case.js'
import { sharedCoordinates, writeMnist } from './network.js'

/** W0, W1, …: `[bins, d]`, `[bins, bins]` …, `[C, bins]`. */
export function shapes({ inputs, bins, hiddenLayers, classes }: Parameters): [number, number][] {
  const counts = [inputs, ...Array.from({ length: hiddenLayers }, () => bins), classes]
  return counts.slice(1).map((rows, i) => [rows, counts[i]])
}

/** Uniform entries; with `rank` r the mean of r products of uniform vectors; with `blocks` b constant on a b × b grid. */
function entries(rows: number, cols: number, { rank, blocks }: Parameters, layer: number): Float64Array {
  const random = randomStream(1, 'bench graphon', layer)
  const draw = (count: number) => Float64Array.from({ length: count }, () => random.uniform())
  const fill = (value: (u: number, v: number) => number) =>
    Float64Array.from({ length: rows * cols }, (_, k) => value(Math.floor(k / cols), k % cols))
  if (rank > 0) {
    const factors = Array.from({ length: rank }, () => [draw(rows), draw(cols)])
    return fill((u, v) => factors.reduce((sum, [a, b]) => sum + a[u] * b[v], 0) / rank)
  }
  if (blocks > 0) {
    const grid = draw(blocks * blocks)
    const block = (at: number, count: number) => Math.floor((at * blocks) / count)
    return fill((u, v) => grid[block(u, rows) * blocks + block(v, cols)])
  }
  return draw(rows * cols)
}

/** Samples and a chain whose structure the parameters tell. */
export function prepareGraphon(folder: string, parameters: Parameters): void {
  writeMnist(folder, parameters['samples'], 'f64')
  shapes(parameters).forEach(([rows, cols], i) => {
    writeInput(folder, `W${i}`, { shape: [rows, cols], data: entries(rows, cols, parameters, i) })
    const last = i === parameters['hiddenLayers']
    if (!last) writeInput(folder, `measure${i}`, { shape: [rows], data: new Float64Array(rows).fill(1 / rows) })
  })
}

/**
 * The recursion with what the structure saves: positions that are alike merged, matrices of low rank as two factors, and in
 * the first layer only coordinates in which both samples differ from the background. There, rank-r weights take r Grams,
 * and b kinds of columns share the coordinates out among b Grams, each of which is a sum of products without weights.
 */
function least(parameters: Parameters, folder: string): LeastWork {
  const { samples, bins, hiddenLayers, classes, rank, blocks } = parameters
  const positions = blocks > 0 ? blocks : bins
  const outputs = blocks > 0 ? Math.min(blocks, classes) : classes
  /** Multiplications and additions of a matrix with one column. */
  const apply = (rows: number, cols: number) =>
    2 * (rank > 0 ? Math.min(rows * cols, rank * (rows + cols)) : rows * cols)
  const pairs = (samples * (samples + 1)) / 2
  const hidden = (hiddenLayers - 1) * apply(positions, positions) + apply(outputs, positions)
  // Grams to which a coordinate adds, and what makes the positions of the Grams that there are.
  const [grams, expansion] = blocks > 0 ? [1, 2 * blocks * positions] : rank > 0 ? [rank, 2 * rank * bins] : [bins, 0]
  return {
    precision: 'f64',
    flops: 2 * grams * sharedCoordinates(folder) + pairs * (expansion + 2 * hidden),
    // On the diagonal the angle is known.
    duals: (pairs - samples) * positions * hiddenLayers,
    // Both kernels of every class, written once.
    bytes: 16 * classes * samples ** 2,
  }
}

function graphonNtk(kind: string, structure: Parameters, floor: number): Case {
  return {
    title: `Graphon NTK, MNIST, N = 1024, 4 hidden layers, 64 bins, f64, ${kind}`,
    task: 'graphon-ntk',
    peers: [
      { name: 'JAX, jitted', environment: 'numeric', task: 'graphon_jax' },
      { name: 'PyTorch', environment: 'torch', task: 'graphon_torch' },
      { name: 'NumPy', environment: 'numeric', task: 'graphon_numpy' },
    ],
    parameters: {
      samples: 1024,
      inputs: 784,
      bins: 64,
      hiddenLayers: 4,
      classes: 10,
      rank: 0,
      blocks: 0,
      ...structure,
    },
    quick: { samples: 256, bins: 16 },
    prepare: prepareGraphon,
    compare: () => relativeDifference(['ntk', 'nngp'], 1e-9),
    floor,
    // Products of the recursion on half of all pairs, as if there were no structure; square roots and angles not counted.
    flops: (parameters) => {
      const { samples } = parameters
      const [[bins, inputs], ...rest] = shapes(parameters)
      const perPair = 2 * bins * inputs + rest.reduce((sum, [rows, cols]) => sum + 4 * rows * cols, 0)
      return ((samples * (samples + 1)) / 2) * perPair
    },
    least,
    precision: 'f64',
  }
}

export const graphonNtkGeneric = graphonNtk('generic chain', {}, 10)
export const graphonNtkRank = graphonNtk('rank-8 graphons', { rank: 8 }, 40)
export const graphonNtkBlocks = graphonNtk('8-block graphons', { blocks: 8 }, 40)
