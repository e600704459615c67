// A spectral metric of one's own: over how many directions a kernel spreads its trace.
// Run it with: npx limn spectrum out/k.npy --metric ./examples/my-metric.js

/** Largest first; `trace` is the sum of the kernel's diagonal. Null, with a reason, for a kernel that is zero or indefinite. */
export default {
  name: 'participation',
  label: 'participation ratio',
  description: '(Σ λ_k)² / Σ λ_k², between 1 and n',
  needsAll: true,
  measure({ eigenvalues, trace }) {
    // Relative to λ₁, so that squares stay in range.
    const relative = Array.from(eigenvalues, (value) => value / eigenvalues[0])
    return (trace / eigenvalues[0]) ** 2 / relative.reduce((sum, value) => sum + value * value, 0)
  },
}
