// An estimator of graphons of one's own: the density of a unit's row and column, mixed. The mixture is chosen on held-out entries.
// Run it with: npx limn graphon out/m.safetensors --estimator ./examples/my-estimator.js --out out/c.npz

/** One matrix at a time, `[rows, cols]`; limn places the units of all matrices and bins the estimates. */
export default {
  name: 'mixture',
  summary: 'weighted mean of the densities of row and column',
  settings: [0.5, 0, 0.25, 0.75, 1],
  probabilities({ values: { rows, cols, data }, setting: share }) {
    const [row, column] = [new Float64Array(rows), new Float64Array(cols)]
    data.forEach((value, k) => {
      row[Math.floor(k / cols)] += value / cols
      column[k % cols] += value / rows
    })
    return data.map((_, k) => share * row[Math.floor(k / cols)] + (1 - share) * column[k % cols])
  },
}
