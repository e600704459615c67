import type { Matrix } from '../../../linalg/matrix.js'
import { degreeOrder } from '../fit/align.js'
import { binMeans, binned, clampUnit, unitBins } from '../fit/binning.js'
import { constantFit, stepFit, type Fit } from '../fit/fit.js'
import { denoise } from '../fit/total-variation.js'
import type { Values } from './estimator.js'
import { smoothed } from './smoothed.js'

/** Multiples of a bin's noise that λ is chosen from; the first leaves the mean alone. */
const multiples = [Infinity, 16, 8, 4, 2, 1, 0.5, 0]

/** Bins of about log n units, as Chan and Airoldi take them. */
const fineBins = (n: number): number => Math.max(1, Math.floor(n / Math.max(1, Math.log(n))))

function sortedFine(values: Values): (multiple: number) => Fit {
  const order = degreeOrder(values)
  const [out, into] = [binned(order.rows, fineBins(values.rows)), binned(order.columns, fineBins(values.cols))]
  const means = binMeans(values, out, into)
  // Bins differ by one unit: their mean by measure is that of the entries, their plain mean is not.
  const mass = ({ data }: Matrix) =>
    data.reduce((sum, value, k) => {
      const [r, c] = [Math.floor(k / means.cols), k % means.cols]
      return sum + value * out.partition.measure[r] * into.partition.measure[c]
    }, 0)
  const density = mass(means)
  const perBin = (values.rows / means.rows) * (values.cols / means.cols)
  const noise = Math.sqrt(Math.max(0, density * (1 - density)) / perBin)
  const [rowBin, colBin] = [unitBins(out), unitBins(into)]
  return (multiple) => {
    if (multiple === Infinity) return constantFit(values.rows, values.cols, Math.min(1, Math.max(0, density)))
    const smooth = denoise(means, multiple * noise)
    const shift = density - mass(smooth)
    for (let k = 0; k < smooth.data.length; k++) smooth.data[k] += shift
    return stepFit(clampUnit(smooth), rowBin, colBin)
  }
}

/**
 * Sorting and smoothing (Chan and Airoldi 2014): units sorted by degree, a histogram of bins of about log n units, and
 * total-variation denoising of it, with λ from held-out entries.
 */
export const sortSmooth = smoothed('sort-smooth', 'degree-sorted bins, smoothed by total variation', {
  settings: () => multiples,
  prepare: sortedFine,
})
