import { randomStream } from '../../src/random/random.js'
import { relativeDifference } from '../compare.js'
import type { Parameters } from '../contestant.js'
import { writeInput } from '../inputs.js'
import type { Case } from './case.js'
import { writeMnist } from './network.js'

/** W0, W1, …: `[bins, d]`, `[bins, bins]` …, `[C, bins]`. */
function shapes({ inputs, bins, hiddenLayers, classes }: Parameters): [number, number][] {
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
    prepare(folder, parameters) {
      writeMnist(folder, parameters['samples'], 'f64')
      shapes(parameters).forEach(([rows, cols], i) => {
        writeInput(folder, `W${i}`, { shape: [rows, cols], data: entries(rows, cols, parameters, i) })
        const last = i === parameters['hiddenLayers']
        if (!last) writeInput(folder, `measure${i}`, { shape: [rows], data: new Float64Array(rows).fill(1 / rows) })
      })
    },
    compare: () => relativeDifference(['ntk', 'nngp'], 1e-9),
    floor,
    // Products of the recursion on half of all pairs, as if there were no structure; square roots and angles not counted.
    flops: (parameters) => {
      const { samples } = parameters
      const [[bins, inputs], ...rest] = shapes(parameters)
      const perPair = 2 * bins * inputs + rest.reduce((sum, [rows, cols]) => sum + 4 * rows * cols, 0)
      return ((samples * (samples + 1)) / 2) * perPair
    },
    precision: 'f64',
  }
}

export const graphonNtkGeneric = graphonNtk('generic chain', {}, 10)
export const graphonNtkRank = graphonNtk('rank-8 graphons', { rank: 8 }, 40)
export const graphonNtkBlocks = graphonNtk('8-block graphons', { blocks: 8 }, 40)
