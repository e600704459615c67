/**
 * inf over rearrangements of ∫ |f − g|^power for functions with values f_i and g_j on bins of measures μ_i and ν_j: that of the
 * rearrangements in order (Hardy, Littlewood and Pólya; the Wasserstein distance of the values' distributions).
 */
export function rearranged(f: Float64Array, g: Float64Array, mu: Float64Array, nu: Float64Array, power: 1 | 2): number {
  const order = (values: Float64Array) => Array.from(values.keys()).sort((i, j) => values[i] - values[j] || i - j)
  const [left, right] = [order(f), order(g)]
  let total = 0
  let [i, j] = [0, 0]
  let [restF, restG] = [mu[left[0]], nu[right[0]]]
  while (i < left.length && j < right.length) {
    const step = Math.min(restF, restG)
    total += step * Math.abs(f[left[i]] - g[right[j]]) ** power
    restF -= step
    restG -= step
    if (restF <= 0) restF = mu[left[++i]]
    if (restG <= 0) restG = nu[right[++j]]
  }
  return total
}

/**
 * max over S of |∫_S f − g| when f may be rearranged: the larger of ∫ (f − g)⁺ and ∫ (f − g)⁻ is (‖f − g‖₁ + |∫ f − g|)/2,
 * whose second term no rearrangement changes and whose first is least in order.
 */
export function marginBound(f: Float64Array, g: Float64Array, mu: Float64Array, nu: Float64Array): number {
  const mean = f.reduce((sum, value, i) => sum + mu[i] * value, 0) - g.reduce((sum, value, j) => sum + nu[j] * value, 0)
  return (rearranged(f, g, mu, nu, 1) + Math.abs(mean)) / 2
}
