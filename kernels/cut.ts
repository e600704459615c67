// Signs that maximise Σ_j |Σ_i s_i M_ij|: all of them, and climbing from given ones. Rows are padded with zeros to an even
// number of columns. Nothing is validated here.

// @ts-ignore: decorator
@inline
function horizontal(a: v128, b: v128): v128 {
  return v128.add<f64>(v128.shuffle<i64>(a, b, 0, 2), v128.shuffle<i64>(a, b, 1, 3))
}

// @ts-ignore: decorator
@inline
function total(a: v128): f64 {
  return v128.extract_lane<f64>(a, 0) + v128.extract_lane<f64>(a, 1)
}

/**
 * The largest Σ_j |base_j − Σ_{i in set} twice_ij| over all sets of the rows 0 … free − 1, where of the rows from `free` on
 * exactly those in `prefix` (bit 0 is row `free`) are in the set. Stores the value and the set (both f64) at `result`.
 * Three rows are tried in registers, the others one at a time in Gray order; `x` holds a row of workspace.
 *
 * @param free at least 3
 * @param cols even
 * @param twice at least 4 rows of memory
 */
export function cutEnumerate(
  free: u32, fixed: u32, prefix: u32, cols: usize, base: usize, twice: usize, x: usize, result: usize,
): void {
  const bytes = cols * 8
  memory.copy(x, base, bytes)
  for (let i: u32 = 0; i < fixed; i++) {
    if (((prefix >> i) & 1) == 0) continue
    const row = twice + <usize>(free + i) * bytes
    for (let j: usize = 0; j < bytes; j += 16) {
      v128.store(x + j, v128.sub<f64>(v128.load(x + j), v128.load(row + j)))
    }
  }
  let best = -1.0
  let bestSet: u32 = 0, set: u32 = 0
  const r1 = twice, r2 = twice + bytes, r3 = twice + 2 * bytes
  const zero = v128.splat<f64>(0)
  for (let step: u32 = 0; step < (<u32>1 << (free - 3)); step++) {
    let sign = 0.0
    let row = twice + 3 * bytes
    if (step > 0) {
      const bit = 3 + ctz<u32>(step)
      set ^= <u32>1 << bit
      sign = (set >> bit) & 1 ? -1.0 : 1.0
      row = twice + <usize>bit * bytes
    }
    const factor = v128.splat<f64>(sign)
    let s0 = zero, s1 = zero, s2 = zero, s3 = zero, s4 = zero, s5 = zero, s6 = zero, s7 = zero
    for (let j: usize = 0; j < bytes; j += 16) {
      let v = v128.add<f64>(v128.load(x + j), v128.mul<f64>(factor, v128.load(row + j)))
      v128.store(x + j, v)
      const a = v128.load(r1 + j), b = v128.load(r2 + j)
      s0 = v128.add<f64>(s0, v128.abs<f64>(v))
      v = v128.sub<f64>(v, a)
      s1 = v128.add<f64>(s1, v128.abs<f64>(v))
      v = v128.sub<f64>(v, b)
      s2 = v128.add<f64>(s2, v128.abs<f64>(v))
      v = v128.add<f64>(v, a)
      s3 = v128.add<f64>(s3, v128.abs<f64>(v))
      v = v128.sub<f64>(v, v128.load(r3 + j))
      s4 = v128.add<f64>(s4, v128.abs<f64>(v))
      v = v128.sub<f64>(v, a)
      s5 = v128.add<f64>(s5, v128.abs<f64>(v))
      v = v128.add<f64>(v, b)
      s6 = v128.add<f64>(s6, v128.abs<f64>(v))
      v = v128.add<f64>(v, a)
      s7 = v128.add<f64>(s7, v128.abs<f64>(v))
    }
    const upper = v128.max<f64>(horizontal(s0, s1), horizontal(s2, s3))
    const lower = v128.max<f64>(horizontal(s4, s5), horizontal(s6, s7))
    const most = v128.max<f64>(upper, lower)
    if (max(v128.extract_lane<f64>(most, 0), v128.extract_lane<f64>(most, 1)) <= best) continue
    if (total(s0) > best) { best = total(s0); bestSet = set }
    if (total(s1) > best) { best = total(s1); bestSet = set | 1 }
    if (total(s2) > best) { best = total(s2); bestSet = set | 3 }
    if (total(s3) > best) { best = total(s3); bestSet = set | 2 }
    if (total(s4) > best) { best = total(s4); bestSet = set | 6 }
    if (total(s5) > best) { best = total(s5); bestSet = set | 7 }
    if (total(s6) > best) { best = total(s6); bestSet = set | 5 }
    if (total(s7) > best) { best = total(s7); bestSet = set | 4 }
  }
  store<f64>(result, best)
  store<f64>(result, <f64>(bestSet | (prefix << free)), 8)
}

/**
 * Flips single signs (f64, ±1) as long as that raises Σ_j |Σ_i s_i M_ij| by more than rounding; `x` holds a row of workspace.
 */
export function cutClimb(rows: usize, cols: usize, m: usize, signs: usize, x: usize): void {
  const bytes = cols * 8
  memory.fill(x, 0, bytes)
  for (let i: usize = 0; i < rows; i++) {
    const s = v128.splat<f64>(load<f64>(signs + i * 8))
    for (let j: usize = 0; j < bytes; j += 16) {
      v128.store(x + j, v128.add<f64>(v128.load(x + j), v128.mul<f64>(s, v128.load(m + i * bytes + j))))
    }
  }
  let sum = v128.splat<f64>(0)
  for (let j: usize = 0; j < bytes; j += 16) sum = v128.add<f64>(sum, v128.abs<f64>(v128.load(x + j)))
  let best = total(sum)
  let i: usize = 0
  for (let idle: usize = 0; idle < rows; idle++) {
    const s = load<f64>(signs + i * 8)
    const change = v128.splat<f64>(-2 * s)
    const row = m + i * bytes
    sum = v128.splat<f64>(0)
    for (let j: usize = 0; j < bytes; j += 16) {
      const v = v128.add<f64>(v128.load(x + j), v128.mul<f64>(change, v128.load(row + j)))
      sum = v128.add<f64>(sum, v128.abs<f64>(v))
    }
    if (total(sum) > best * (1 + 1e-12)) {
      for (let j: usize = 0; j < bytes; j += 16) {
        v128.store(x + j, v128.add<f64>(v128.load(x + j), v128.mul<f64>(change, v128.load(row + j))))
      }
      best = total(sum)
      store<f64>(signs + i * 8, -s)
      idle = 0
    }
    i = i + 1 == rows ? 0 : i + 1
  }
}
