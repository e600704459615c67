// A pointwise function from a table: lines beyond its ends, and between them a polynomial of degree 7 for φ and one for φ' in
// every cell (src/network/activation-table.ts).

/** Where numbers of a table stand: its ends, cells per unit, and slope and intercept of the lines on both sides. */
// @ts-ignore: decorator
@inline
const HIGH: usize = 8
// @ts-ignore: decorator
@inline
const CELLS: usize = 16
// @ts-ignore: decorator
@inline
const LEFT: usize = 24
// @ts-ignore: decorator
@inline
const RIGHT: usize = 40
// @ts-ignore: decorator
@inline
const HEAD: usize = 64
/** Bytes of a polynomial. */
// @ts-ignore: decorator
@inline
const TERMS: usize = 64

// @ts-ignore: decorator
@inline
function polynomial(t: f64, c: usize): f64 {
  let sum = load<f64>(c, 56)
  sum = sum * t + load<f64>(c, 48)
  sum = sum * t + load<f64>(c, 40)
  sum = sum * t + load<f64>(c, 32)
  sum = sum * t + load<f64>(c, 24)
  sum = sum * t + load<f64>(c, 16)
  sum = sum * t + load<f64>(c, 8)
  return sum * t + load<f64>(c)
}

/** φ (which 0) or φ' (which 1) at x. At an end φ' is the slope of the line on its left. */
// @ts-ignore: decorator
@inline
function tabulatedAt(x: f64, table: usize, which: usize): f64 {
  if (x != x) return x
  const low = load<f64>(table)
  if (x <= low) return which == 0 ? load<f64>(table, LEFT) * x + load<f64>(table, LEFT + 8) : load<f64>(table, LEFT)
  const high = load<f64>(table, HIGH)
  if (x > high) return which == 0 ? load<f64>(table, RIGHT) * x + load<f64>(table, RIGHT + 8) : load<f64>(table, RIGHT)
  const place = (x - low) * load<f64>(table, CELLS)
  // A cell has its right end: there φ' is the slope on the left.
  const cell = ceil<f64>(place) - 1
  return polynomial(place - cell - 0.5, table + HEAD + <usize>cell * 2 * TERMS + which * TERMS)
}

export function tabulatedF32(count: usize, z: usize, a: usize, table: usize): void {
  for (let i: usize = 0; i < count * 4; i += 4) store<f32>(a + i, <f32>tabulatedAt(load<f32>(z + i), table, 0))
}

export function tabulatedF64(count: usize, z: usize, a: usize, table: usize): void {
  for (let i: usize = 0; i < count * 8; i += 8) store<f64>(a + i, tabulatedAt(load<f64>(z + i), table, 0))
}

/** e ∘= φ'(z). */
export function tabulatedSlopeF32(count: usize, z: usize, e: usize, table: usize): void {
  for (let i: usize = 0; i < count * 4; i += 4) {
    store<f32>(e + i, <f32>(load<f32>(e + i) * tabulatedAt(load<f32>(z + i), table, 1)))
  }
}

export function tabulatedSlopeF64(count: usize, z: usize, e: usize, table: usize): void {
  for (let i: usize = 0; i < count * 8; i += 8) {
    store<f64>(e + i, load<f64>(e + i) * tabulatedAt(load<f64>(z + i), table, 1))
  }
}
