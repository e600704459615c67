// Householder reflectors gathered into one block: H_1 H_2 ⋯ H_m = I − Vᵀ F V with F upper triangular
// (Schreiber and Van Loan 1989), so that applying them is dense products.

/** Row k of `count` rows holds a reflector in its entries before first + k: the entries from there to `end` become zero. */
export function trimReflectors(first: usize, count: usize, end: usize, rows: usize, stride: usize): void {
  for (let k: usize = 0; k < count; k++) {
    const from = first + k
    if (from < end) memory.fill(rows + ((k * stride + from) << 3), 0, (end - from) << 3)
  }
}

/** −F (`[m, m]`, its lower triangle zero) from the Gram matrix V Vᵀ and the factors τ. */
export function negatedBlockFactor(m: usize, gram: usize, tau: usize, factor: usize): void {
  const ld = m << 3
  memory.fill(factor, 0, m * ld)
  for (let i: usize = 0; i < m; i++) {
    // Entry j is −τ_j Σ_k f_k g_kj over the entries i ≤ k < j before it; the sums grow in place.
    const row = factor + i * ld
    for (let k = i; k < m; k++) {
      const at = k << 3
      const t = load<f64>(tau + at)
      const f = k == i ? -t : load<f64>(row + at) * t
      store<f64>(row + at, f)
      const g = gram + k * ld
      for (let j = k + 1; j < m; j++) {
        const to = j << 3
        store<f64>(row + to, load<f64>(row + to) - f * load<f64>(g + to))
      }
    }
  }
}
