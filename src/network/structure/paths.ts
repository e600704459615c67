import type { Mask } from '../mask.js'
import type { Measured, StructureMetric } from './metric.js'

/** What `paths` measures from the inputs to the units above each matrix, and of the network. */
export type PathValues = {
  /** ln of the number of paths of survivors; null where there is none. */
  readonly logPaths: number | null
  /** ln of the number of paths when every weight is kept. */
  readonly logDensePaths: number
  /** ln of the share of paths that survives; null where none does. */
  readonly logDensity: number | null
  /** The same share; 0 where none survives, or where it is below the smallest f64. */
  readonly density: number
}

/** Numbers of paths to each unit, times 2^-exponent. */
interface Counts {
  readonly vector: Float64Array
  readonly exponent: number
}

/** One matrix further. Scaling by a power of two rounds nothing, so that depth alone never overflows. */
function extend({ vector, exponent }: Counts, { rows, cols, data }: Mask): Counts {
  const next = new Float64Array(rows)
  let largest = 0
  for (let i = 0; i < rows; i++) {
    let sum = 0
    for (let j = 0; j < cols; j++) sum += data[i * cols + j] * vector[j]
    next[i] = sum
    largest = Math.max(largest, sum)
  }
  const shift = largest > 0 ? Math.floor(Math.log2(largest)) : 0
  return { vector: next.map((value) => value * 2 ** -shift), exponent: exponent + shift }
}

/**
 * PathValues of survivors from any input to any unit above a matrix, 1ᵀ M^l ⋯ M^1 1, in logarithms (effective paths: Patil and
 * Dovrolis 2021; Pham et al. 2023). For the network it ends at the outputs. The share that survives is the mean path density
 * of the graphon chain whose steps are the units themselves.
 */
export const paths: StructureMetric<Measured<PathValues, PathValues>> = {
  name: 'paths',
  label: 'paths',
  description: 'ln of the number of paths from an input to a unit above each matrix, and the share of the dense paths',
  measure({ masks }) {
    let counts: Counts = { vector: new Float64Array(masks[0].cols).fill(1), exponent: 0 }
    let logDensePaths = Math.log(masks[0].cols)
    const matrices = masks.map((mask): PathValues => {
      counts = extend(counts, mask)
      logDensePaths += Math.log(mask.rows)
      const sum = counts.vector.reduce((total, value) => total + value, 0)
      if (sum === 0) return { logPaths: null, logDensePaths, logDensity: null, density: 0 }
      const logPaths = Math.log(sum) + counts.exponent * Math.LN2
      return {
        logPaths,
        logDensePaths,
        logDensity: logPaths - logDensePaths,
        density: Math.exp(logPaths - logDensePaths),
      }
    })
    return { network: matrices.at(-1)!, matrices }
  },
  reason(chain) {
    const first = paths.measure(chain).matrices.findIndex(({ logPaths }) => logPaths === null)
    return first < 0 ? undefined : `no path of survivors leads through layers.${first}`
  },
}
