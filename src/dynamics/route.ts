import type { DynamicsMode } from './factors.js'

/**
 * How a curve is computed.
 * - `modes`: the whole decomposition; any number of steps and rates for the price of one
 * - `products`: gradient descent as it is written, one product with Θ for each step
 * - `krylov`: gradient flow by the matrix exponential, without a decomposition
 */
export type Route = 'modes' | 'products' | 'krylov'

/** Up to this many samples the decomposition takes a second. */
const small = 1024
/** Passes over Θ, for each of its n rows, in the time of its decomposition: 0.34 to 0.44 at n = 1536. */
const passesPerOrder = 0.4
/** Output columns that one pass over Θ serves. */
const together = 4

/**
 * The cheaper route for a class that drives `outputs` columns: the decomposition takes c n³, gradient descent
 * steps · ⌈outputs/4⌉ passes over Θ of n² each.
 */
export function chooseRoute(n: number, mode: DynamicsMode, steps: number, outputs: number): Route {
  if (n <= small) return 'modes'
  if (mode === 'flow') return 'krylov'
  return steps * Math.ceil(outputs / together) <= passesPerOrder * n ? 'products' : 'modes'
}

/** Bytes that a route takes for one class, Θ and the residuals included. */
export function routeMemory(route: Route, n: number, outputs: number): number {
  const matrices = { modes: 7, products: 1.5, krylov: 1.5 }[route]
  const basis = { modes: 0, products: 600, krylov: 2 * 1100 }[route]
  return 8 * n * (matrices * n + basis + 8 * outputs)
}
