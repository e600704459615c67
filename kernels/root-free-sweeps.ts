// Root-free QL sweeps over a symmetric tridiagonal matrix, four at a time: one follows another a few rows behind, so that
// their chains of divisions overlap. `d` holds diagonal entries, `e` squares of off-diagonal ones, of size near 1.

/** Squares below these count as zero: what is divided by them stays in range. */
const LEAST_SQUARE: f64 = 1e-300
const NEGLIGIBLE: f64 = 1e-290

/** Rows from one sweep to the next: what one writes is in memory when the next one reads it. */
const GAP: usize = 4
/** Rows from which four sweeps have room. */
export const SWEEPS_ROWS: usize = 64
/** Bytes in which four sweeps keep their shifts, four f64, and what they carry from row to row. */
export const SWEEPS_BYTES: usize = 160

// What sweep k has reached is at 8 k bytes after these.
const SIGMA: usize = 0
const COSINE: usize = 32
const SINE: usize = 64
const GAMMA: usize = 96
const SQUARE: usize = 128

// @ts-ignore: decorator
@inline
function kept(p: f64): f64 {
  return p < NEGLIGIBLE ? 0 : p
}

function begin(state: usize, last: f64): void {
  const gamma = last - load<f64>(state, SIGMA)
  store<f64>(state, 1, COSINE)
  store<f64>(state, 0, SINE)
  store<f64>(state, gamma, GAMMA)
  store<f64>(state, kept(gamma * gamma), SQUARE)
}

/** One sweep goes on over rows from − 1 … to (Pal, Walker and Kahan: Parlett 1980, section 8.15). */
function advance(from: usize, to: usize, high: usize, d: usize, e: usize, state: usize): void {
  const sigma = load<f64>(state, SIGMA)
  let c = load<f64>(state, COSINE), s = load<f64>(state, SINE)
  let gamma = load<f64>(state, GAMMA), p = load<f64>(state, SQUARE)
  for (let i = from; i-- > to;) {
    const at = i << 3
    const b = max(load<f64>(e + at), LEAST_SQUARE)
    const r = p + b
    if (i + 1 < high) store<f64>(e + at, s * r, 8)
    const alpha = load<f64>(d + at)
    const before = gamma
    gamma = (p * (alpha - sigma) - b * before) / r
    store<f64>(d + at, before + (alpha - gamma), 8)
    s = b / r
    const cBefore = c
    c = p / r
    p = kept(p > 0 ? gamma * gamma * (r / p) : cBefore * b)
  }
  store<f64>(state, c, COSINE)
  store<f64>(state, s, SINE)
  store<f64>(state, gamma, GAMMA)
  store<f64>(state, p, SQUARE)
}

function finish(low: usize, d: usize, e: usize, state: usize): void {
  store<f64>(e + (low << 3), load<f64>(state, SINE) * load<f64>(state, SQUARE))
  store<f64>(d + (low << 3), load<f64>(state, SIGMA) + load<f64>(state, GAMMA))
}

/** The words at p and q as one vector. */
// @ts-ignore: decorator
@inline
function pair(p: usize, q: usize): v128 {
  return v128.load64_lane(q, v128.load64_zero(p), 1)
}

/** All four sweeps over `count` rows: the first from row `from` − 1 down, the others behind it. None is at its first row. */
function advanceFour(from: usize, count: usize, d: usize, e: usize, state: usize): void {
  const floor = v128.splat<f64>(LEAST_SQUARE), least = v128.splat<f64>(NEGLIGIBLE), one = v128.splat<f64>(1)
  const sigma0 = v128.load(state), sigma1 = v128.load(state, 16)
  let c0 = v128.load(state, COSINE), c1 = v128.load(state, COSINE + 16)
  let s0 = v128.load(state, SINE), s1 = v128.load(state, SINE + 16)
  let g0 = v128.load(state, GAMMA), g1 = v128.load(state, GAMMA + 16)
  let p0 = v128.load(state, SQUARE), p1 = v128.load(state, SQUARE + 16)
  const gap = GAP << 3
  for (let k: usize = 1; k <= count; k++) {
    const at = (from - k) << 3
    const x = d + at, y = e + at
    const b0 = f64x2.pmax(pair(y, y + gap), floor), b1 = f64x2.pmax(pair(y + 2 * gap, y + 3 * gap), floor)
    const a0 = pair(x, x + gap), a1 = pair(x + 2 * gap, x + 3 * gap)
    const r0 = v128.add<f64>(p0, b0), r1 = v128.add<f64>(p1, b1)
    const e0 = v128.mul<f64>(s0, r0), e1 = v128.mul<f64>(s1, r1)
    v128.store64_lane(y, e0, 0, 8)
    v128.store64_lane(y + gap, e0, 1, 8)
    v128.store64_lane(y + 2 * gap, e1, 0, 8)
    v128.store64_lane(y + 3 * gap, e1, 1, 8)
    const q0 = v128.div<f64>(one, r0), q1 = v128.div<f64>(one, r1)
    const t0 = v128.div<f64>(r0, p0), t1 = v128.div<f64>(r1, p1)
    const h0 = v128.mul<f64>(q0, v128.sub<f64>(v128.mul<f64>(p0, v128.sub<f64>(a0, sigma0)), v128.mul<f64>(b0, g0)))
    const h1 = v128.mul<f64>(q1, v128.sub<f64>(v128.mul<f64>(p1, v128.sub<f64>(a1, sigma1)), v128.mul<f64>(b1, g1)))
    const d0 = v128.add<f64>(g0, v128.sub<f64>(a0, h0)), d1 = v128.add<f64>(g1, v128.sub<f64>(a1, h1))
    v128.store64_lane(x, d0, 0, 8)
    v128.store64_lane(x + gap, d0, 1, 8)
    v128.store64_lane(x + 2 * gap, d1, 0, 8)
    v128.store64_lane(x + 3 * gap, d1, 1, 8)
    s0 = v128.mul<f64>(b0, q0); s1 = v128.mul<f64>(b1, q1)
    const zero0 = v128.lt<f64>(p0, least), zero1 = v128.lt<f64>(p1, least)
    const z0 = v128.mul<f64>(c0, b0), z1 = v128.mul<f64>(c1, b1)
    c0 = v128.mul<f64>(p0, q0); c1 = v128.mul<f64>(p1, q1)
    const n0 = v128.bitselect(z0, v128.mul<f64>(v128.mul<f64>(h0, h0), t0), zero0)
    const n1 = v128.bitselect(z1, v128.mul<f64>(v128.mul<f64>(h1, h1), t1), zero1)
    p0 = v128.andnot(n0, v128.lt<f64>(n0, least)); p1 = v128.andnot(n1, v128.lt<f64>(n1, least))
    g0 = h0; g1 = h1
  }
  v128.store(state, c0, COSINE); v128.store(state, c1, COSINE + 16)
  v128.store(state, s0, SINE); v128.store(state, s1, SINE + 16)
  v128.store(state, g0, GAMMA); v128.store(state, g1, GAMMA + 16)
  v128.store(state, p0, SQUARE); v128.store(state, p1, SQUARE + 16)
}

/** One sweep each with the four shifts at `state` over rows low … high, {@link SWEEPS_ROWS} or more. */
export function fourSweeps(low: usize, high: usize, d: usize, e: usize, state: usize): void {
  // Each starts when the one before has gone ahead; the last one has to leave its first row, too.
  const ahead: usize = 3 * GAP + 1
  for (let k: usize = 0; k < 4; k++) {
    begin(state + (k << 3), load<f64>(d + (high << 3)))
    advance(high, high - ahead + k * GAP, high, d, e, state + (k << 3))
  }
  advanceFour(high - ahead, high - ahead - low, d, e, state)
  for (let k: usize = 0; k < 4; k++) {
    advance(low + k * GAP, low, high, d, e, state + (k << 3))
    finish(low, d, e, state + (k << 3))
  }
}
