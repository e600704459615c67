// Logarithm and exponential from + − × ÷ alone, which IEEE 754 rounds the same way everywhere. The language leaves the
// rounding of Math.log and Math.exp to the engine, and engines differ in the last bit.

const bits = new DataView(new ArrayBuffer(8))

/** ln 2 in two parts: the first has 21 trailing zero bits, so that its product with an exponent is exact. */
const ln2High = 0.6931471803691238
const ln2Low = 1.9082149292705877e-10

/** 2^k for −1022 ≤ k ≤ 1023. */
function powerOfTwo(k: number): number {
  bits.setInt32(0, (k + 1023) << 20)
  bits.setInt32(4, 0)
  return bits.getFloat64(0)
}

/**
 * The natural logarithm of a positive, normal double, within one unit in the last place: x = 2^k m with
 * m in [√½, √2), and log m = f − f²/2 + s (f²/2 + R) with f = m − 1, s = f / (2 + f) and R the rest of 2 artanh s.
 */
export function portableLog(x: number): number {
  bits.setFloat64(0, x)
  const high = bits.getInt32(0)
  let k = (high >>> 20) - 1023
  bits.setInt32(0, (high & 0xfffff) | 0x3ff00000)
  let m = bits.getFloat64(0)
  if (m > Math.SQRT2) {
    m /= 2
    k++
  }
  const f = m - 1
  const s = f / (2 + f)
  const z = s * s
  // 2 artanh s = 2 s + s R, R = Σ_j 2 z^j / (2 j + 1), |s| ≤ 0.1716: the first term left out is below 2^-57 of the first.
  let rest = 0
  for (let j = 21; j >= 3; j -= 2) rest = z * (rest + 2 / j)
  const half = 0.5 * f * f
  return k * ln2High - (half - (s * (half + rest) + k * ln2Low) - f)
}

/** The exponential function for −700 ≤ x ≤ 700, within one unit in the last place: e^x = 2^k e^r, |r| ≤ ½ ln 2. */
export function portableExp(x: number): number {
  const k = Math.floor(x / Math.LN2 + 0.5)
  const high = x - k * ln2High
  const low = k * ln2Low
  const r = high - low
  // e^r = 1 + r + r² (½ + r/6 + …), by Taylor's series to r^14.
  let series = 0
  for (let j = 14; j >= 2; j--) series = (r * (1 + series)) / j
  // r·(1 + series) is e^r − 1.
  return (1 + (high + (r * series - low))) * powerOfTwo(k)
}
