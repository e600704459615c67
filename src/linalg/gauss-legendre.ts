/** Nodes on [−1, 1] with their weights. */
export interface Rule {
  readonly nodes: readonly number[]
  readonly weights: readonly number[]
}

/**
 * Gauss–Legendre quadrature with n nodes, exact for polynomials of degree 2n − 1: Newton's method on the Legendre polynomial
 * from the usual first guess, cos(π (i − ¼) / (n + ½)).
 */
export function gaussLegendre(n: number): Rule {
  const nodes: number[] = []
  const weights: number[] = []
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5))
    let slope = 1
    for (let round = 0; round < 50; round++) {
      let [previous, current] = [1, x]
      for (let k = 2; k <= n; k++) [previous, current] = [current, ((2 * k - 1) * x * current - (k - 1) * previous) / k]
      slope = (n * (x * current - previous)) / (x * x - 1)
      const step = current / slope
      x -= step
      if (Math.abs(step) < 1e-16) break
    }
    nodes.push(x)
    weights.push(2 / ((1 - x * x) * slope * slope))
  }
  return { nodes, weights }
}
