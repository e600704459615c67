import { describe, expect, it } from 'vitest'
import { defaultKernels } from '../../src/linalg/kernels.js'
import { filled, matrix, type Matrix } from '../../src/linalg/matrix.js'
import { factorFirstLayer } from '../../src/ntk/first-layer.js'
import { stackGrams, type GramStack } from '../../src/ntk/gram-stack.js'
import { limitKernelNames } from '../../src/ntk/kernel-panel.js'
import type { RecursionLayer } from '../../src/ntk/recursion-layer.js'
import { randomStream } from '../../src/random/random.js'
import { randomMatrix } from './chains.js'

const kernels = defaultKernels()
const d = 90

function uniform(rows: number, seed: number): Matrix {
  const random = randomStream(seed, 'weights')
  return randomMatrix(rows, d, () => random.uniform())
}

type Weights = Pick<RecursionLayer, 'propagate' | 'own'>

const layer = (propagate: Matrix, own = propagate): Weights => ({ propagate, own })

const stackOf = (layers: readonly Weights[], names: readonly ('ntk' | 'nngp')[] = limitKernelNames): GramStack =>
  stackGrams(
    kernels,
    layers.map((each) => factorFirstLayer(each, 1e-12)),
    names,
  )

/** Rows of weights that are formed for each layer. */
const formed = ({ layers }: GramStack): number[] =>
  layers.map(({ chunks }) => chunks.reduce((sum, { weights }) => sum + weights.rows, 0))

/** The weights that stand at each place of the stack. */
function places(stack: GramStack): Map<number, Float64Array> {
  const rows = stack.layers.flatMap(({ chunks }) =>
    chunks.flatMap(({ weights: { rows: count, cols, data }, at }) =>
      Array.from({ length: count }, (_, b) => [at + b, data.slice(b * cols, (b + 1) * cols)] as const),
    ),
  )
  expect(new Set(rows.map(([at]) => at)).size).toBe(rows.length)
  for (const [at] of rows) expect(at).toBeLessThan(stack.rows)
  return new Map(rows)
}

describe('a stack of first layers', () => {
  const [W, V] = [uniform(40, 1), uniform(40, 2)]

  it('forms rows once that layers have in common, and tells each where they are', () => {
    const layers = [layer(V, W), layer(W), layer(uniform(7, 3)), layer(W, V)]
    const stack = stackOf(layers)
    expect(formed(stack)).toEqual([80, 0, 7, 0])
    const at = places(stack)
    const { live } = stack
    layers.forEach(({ propagate, own }, l) => {
      for (const [m, { base, scale }] of [
        [propagate, stack.layers[l].propagate],
        [own, stack.layers[l].own],
      ] as const) {
        base.forEach((place, u) => {
          const row = Float64Array.from(live, (j) => m.data[u * d + j])
          expect(at.get(place)?.map((value) => scale[u] * value)).toEqual(row)
        })
      }
    })
  })

  it('forms the Gram of constant rows once, whatever their constants', () => {
    expect(formed(stackOf([layer(filled(3, d, 0.5)), layer(filled(1, d, 2)), layer(W)]))).toEqual([1, 0, 40])
  })

  it('needs nothing for dead rows', () => {
    const dead = matrix(2, d)
    expect(formed(stackOf([layer(dead)]))).toEqual([0])
    expect(stackOf([layer(dead)]).live).toHaveLength(0)
  })

  it('forms factors once that are equal as a whole', () => {
    const [left, right] = [uniform(30, 4), uniform(2, 5)]
    const product = randomMatrix(30, d, () => 0)
    for (let k = 0; k < product.data.length; k++) {
      const [u, j] = [Math.floor(k / d), k % d]
      product.data[k] = left.data[u * d] * right.data[j] + left.data[u * d + 1] * right.data[d + j]
    }
    const stack = stackOf([layer(product), layer(W), layer({ ...product, data: product.data.slice() })])
    expect(formed(stack)).toEqual([2, 40, 0])
    expect(stack.layers[2].expansion).toEqual(stack.layers[0].expansion)
  })

  it('leaves out the rows of W when only K is asked for, which needs V', () => {
    expect(formed(stackOf([layer(V, W)], ['nngp']))).toEqual([40])
    expect(formed(stackOf([layer(V, W)], ['ntk']))).toEqual([80])
  })

  it('cuts many rows into even chunks', () => {
    const [chunks] = stackOf([layer(uniform(85, 6), uniform(85, 7))]).layers.map((each) => each.chunks)
    expect(chunks.map(({ weights }) => weights.rows)).toEqual([60, 60, 50])
  })
})
