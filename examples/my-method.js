// A pruning method of one's own: magnitude times the gradient's size, each weighed by its place among the weights of its unit.
// Run it with: npx limn prune --sizes 784,256,256,10 --method ./examples/my-method.js --data mnist --samples 256 --density 0.1 --out out/mine.safetensors

/** Scores are compared over all matrices, or within each with --scope layer; the largest are kept. */
export default {
  name: 'fair-snip',
  label: 'Fair SNIP',
  summary: 'keeps the weights whose removal would change the loss most, as a share of what their unit has',
  needsData: true,
  score({ weights, gradient }) {
    return gradient().map(({ rows, cols, data }, l) => {
      const scores = data.map((g, k) => Math.abs(g * weights[l].data[k]))
      for (let i = 0; i < rows; i++) {
        const unit = scores.subarray(i * cols, (i + 1) * cols)
        const total = unit.reduce((sum, score) => sum + score, 0)
        if (total > 0) unit.forEach((score, j) => (unit[j] = score / total))
      }
      return scores
    })
  },
}
