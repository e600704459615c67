const twoOverSqrtPi = 2 / Math.sqrt(Math.PI)

/** Grid spacing of the table; a power of two, so that grid points and remainders are exact. */
export const erfStep = 1 / 64

/** Taylor coefficients per grid point, degrees 0 … 7: the remainder t ≤ 1/128 leaves a term below 1e-18. */
export const erfTerms = 8

/** erf(x) rounds to 1 from here on. */
export const erfLimit = 6

/**
 * erf(x) for x ≥ 0, slowly and to the last digit or two: below 1 by its series of positive terms,
 * 2/√π e^(−x²) Σ 2^n x^(2n+1) / (2n+1)!!, above by the continued fraction of 1 − erf.
 */
function exactErf(x: number): number {
  if (x >= 1) {
    let fraction = x
    for (let n = 300; n >= 1; n--) fraction = x + n / 2 / fraction
    return 1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction)
  }
  let term = x
  let sum = x
  for (let n = 1; term > sum * 1e-18; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return twoOverSqrtPi * Math.exp(-x * x) * sum
}

/**
 * Taylor coefficients of erf at k/64, k = 0 … 384, row k holding the {@link erfTerms} coefficients.
 * The derivatives are 2/√π e^(−x²) times Hermite polynomials: c_{j+1} = −2 (x c_j j + c_{j−1} (j − 1)) / ((j + 1) j).
 */
function buildTable(): Float64Array {
  const rows = erfLimit / erfStep + 1
  const table = new Float64Array(rows * erfTerms)
  for (let k = 0; k < rows; k++) {
    const x = k * erfStep
    const c = table.subarray(k * erfTerms, (k + 1) * erfTerms)
    c[0] = exactErf(x)
    c[1] = twoOverSqrtPi * Math.exp(-x * x)
    for (let j = 1; j + 1 < erfTerms; j++) {
      c[j + 1] = (-2 * (x * j * c[j] + (j > 1 ? (j - 1) * c[j - 1] : 0))) / ((j + 1) * j)
    }
  }
  return table
}

/** The table behind {@link erf}, `[385, 8]` row-major; kernels use it too. */
export const erfTable = buildTable()

/** The error function to about 2e-16, by a Taylor polynomial around the nearest of 385 grid points. NaN gives NaN. */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (size >= erfLimit) return Math.sign(x)
  const k = Math.round(size / erfStep)
  if (!(k >= 0)) return NaN
  const t = size - k * erfStep
  const at = k * erfTerms
  let sum = 0
  for (let j = erfTerms - 1; j >= 0; j--) sum = sum * t + erfTable[at + j]
  return x < 0 ? -sum : sum
}

/** The derivative of erf, 2/√π e^(−x²). */
export function erfDerivative(x: number): number {
  return twoOverSqrtPi * Math.exp(-x * x)
}
