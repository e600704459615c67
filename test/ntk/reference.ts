// The kernel recursion written as its definition reads: position by position, pair by pair, duals by quadrature.

import type { GraphonChain } from '../../src/graphon/chain/chain.js'
import type { Matrix } from '../../src/linalg/matrix.js'
import type { Activation } from '../../src/network/activation.js'
import { quadratureDual, type Duals } from './quadrature.js'

interface ReferenceOptions {
  readonly activation: Activation
  readonly sigmaW2: readonly number[]
  readonly sigmaB2: number
  readonly convention: 'masked' | 'variance'
  /** Duals of two inputs, equal ones too. Default: by quadrature, and zero for an input without variance. */
  readonly dual?: (q: number, q2: number, k: number) => Duals
}

const at = ({ cols, data }: Matrix, i: number, j: number): number => data[i * cols + j]

/** `[K_c, Θ_c]` of every class, for samples a and b. */
export function referencePair(
  chain: GraphonChain,
  x: Matrix,
  a: number,
  b: number,
  options: ReferenceOptions,
): (readonly [k: number, theta: number])[] {
  const { activation, sigmaW2, sigmaB2, convention } = options
  const { W, V = W, measures } = chain
  const d = x.cols
  const pairs = [
    [a, a],
    [b, b],
    [a, b],
  ] as const
  const own = (l: number, u: number, v: number): number => (convention === 'masked' ? at(W[l], u, v) : 1)
  const rows = (l: number): number[] => Array.from({ length: W[l].rows }, (_, u) => u)
  let k = pairs.map(([i, j]) =>
    rows(0).map((u) => {
      let sum = 0
      for (let p = 0; p < d; p++) sum += at(V[0], u, p) * at(x, i, p) * at(x, j, p)
      return (sigmaW2[0] * sum) / d + sigmaB2
    }),
  )
  let theta = pairs.map(([i, j]) =>
    rows(0).map((u) => {
      let sum = 0
      for (let p = 0; p < d; p++) sum += own(0, u, p) * at(x, i, p) * at(x, j, p)
      return (sigmaW2[0] * sum) / d + sigmaB2
    }),
  )
  for (let l = 1; l < W.length; l++) {
    const duals = pairs.map(([i, j], p) =>
      rows(l - 1).map((v) => {
        const [q, q2] = i === j ? [k[p][v], k[p][v]] : [k[0][v], k[1][v]]
        if (options.dual) return options.dual(q, q2, k[p][v])
        if (q === 0 || q2 === 0) return { g: 0, gDot: 0 }
        const rho = Math.min(1, Math.max(-1, k[p][v] / Math.sqrt(q * q2)))
        return quadratureDual(activation, q, q2, i === j ? 0 : Math.acos(rho))
      }),
    )
    const mean = (f: (v: number) => number): number =>
      measures[l - 1].reduce((sum, measure, v) => sum + measure * f(v), 0)
    const before = theta
    k = duals.map((dual) => rows(l).map((u) => sigmaW2[l] * mean((v) => at(V[l], u, v) * dual[v].g) + sigmaB2))
    theta = duals.map((dual, p) =>
      rows(l).map(
        (u) =>
          sigmaW2[l] * mean((v) => own(l, u, v) * dual[v].g + at(V[l], u, v) * dual[v].gDot * before[p][v]) + sigmaB2,
      ),
    )
  }
  return rows(W.length - 1).map((c) => [k[2][c], theta[2][c]])
}
