import { integrateTriangles } from './integrate.js'
import type { ReferenceGraphon } from './reference.js'

/** Equal blocks: `theta[r][c]` is W between row block r and column block c. */
function blocks(formula: string, theta: readonly (readonly number[])[]): ReferenceGraphon {
  const K = theta.length
  const block = (x: number) => Math.min(K - 1, Math.floor(K * x))
  const values = theta.flat()
  return {
    formula,
    value: (u, v) => theta[block(u)][block(v)],
    integral: values.reduce((a, b) => a + b, 0) / values.length,
    supremum: Math.max(...values),
  }
}

function smooth(
  formula: string,
  value: ReferenceGraphon['value'],
  supremum: number,
  integral?: number,
): ReferenceGraphon {
  return { formula, value, supremum, integral: integral ?? integrateTriangles(value) }
}

const { abs, exp, log, max, min, sqrt } = Math

/**
 * Known graphons by name. The ten of Chan and Airoldi (2014, Table 1), which later work on estimation has kept using, are
 * `literature-1` … `literature-10` in their order; `checkerboard` and `two-blocks` have constant or nearly constant degrees,
 * so that sorting by degree cannot find them.
 */
export const references = {
  constant: blocks('0.2', [[0.2]]),
  'two-blocks': blocks('blocks 0.6, 0.2 / 0.2, 0.5', [
    [0.6, 0.2],
    [0.2, 0.5],
  ]),
  'four-blocks': blocks('4 × 4 blocks of 0.05 to 0.8', [
    [0.8, 0.4, 0.3, 0.1],
    [0.3, 0.6, 0.1, 0.2],
    [0.2, 0.1, 0.5, 0.05],
    [0.1, 0.3, 0.05, 0.3],
  ]),
  'degree-product': smooth(
    '0.3 (1 + 1.2 (½ − u)) (1 + 1.2 (½ − v))',
    (u, v) => 0.3 * (1.6 - 1.2 * u) * (1.6 - 1.2 * v),
    0.768,
    0.3,
  ),
  gradient: smooth('0.9 − 0.8 u', (u) => 0.9 - 0.8 * u, 0.9, 0.5),
  checkerboard: blocks(
    '4 × 4 checkerboard of 0.5 and 0.1',
    [0, 1, 2, 3].map((r) => [0, 1, 2, 3].map((c) => ((r + c) % 2 === 0 ? 0.5 : 0.1))),
  ),
  'literature-1': smooth('u v', (u, v) => u * v, 1, 1 / 4),
  'literature-2': smooth('exp(−(u^0.7 + v^0.7))', (u, v) => exp(-(u ** 0.7 + v ** 0.7)), 1),
  'literature-3': smooth('(u² + v² + √u + √v) / 4', (u, v) => (u * u + v * v + sqrt(u) + sqrt(v)) / 4, 1, 1 / 2),
  'literature-4': smooth('(u + v) / 2', (u, v) => (u + v) / 2, 1, 1 / 2),
  'literature-5': smooth('1 / (1 + exp(−10 (u² + v²)))', (u, v) => 1 / (1 + exp(-10 * (u * u + v * v))), 1),
  'literature-6': smooth('|u − v|', (u, v) => abs(u - v), 1, 1 / 3),
  'literature-7': smooth(
    '1 / (1 + exp(−(max(u, v)² + min(u, v)⁴)))',
    (u, v) => 1 / (1 + exp(-(max(u, v) ** 2 + min(u, v) ** 4))),
    1 / (1 + exp(-2)),
  ),
  'literature-8': smooth('exp(−max(u, v)^¾)', (u, v) => exp(-(max(u, v) ** 0.75)), 1),
  'literature-9': smooth('exp(−(min(u, v) + √u + √v) / 2)', (u, v) => exp(-(min(u, v) + sqrt(u) + sqrt(v)) / 2), 1),
  'literature-10': smooth('log(1 + max(u, v) / 2)', (u, v) => log(1 + max(u, v) / 2), log(1.5), 1.5 - 3 * log(1.5)),
} as const satisfies Record<string, ReferenceGraphon>

export type ReferenceName = keyof typeof references

export const referenceNames = Object.keys(references) as readonly ReferenceName[]
