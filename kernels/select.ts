// Selection of the largest of many f64 numbers: a histogram narrows the search to one range, marks split the numbers at
// that range, and quickselect ends it. Marks are bytes: 1 kept, 0 not kept, 2 undecided; they end as a mask.
// Nothing is validated here.

/**
 * Finds the k-th largest of `length` f64 numbers at `values` (overwritten, as is `work` of the same size), 1 ≤ k ≤ length.
 * Stores it at `result`, behind it (u32) how many equal it, and returns how many of those belong to the k largest. Pivots
 * are medians of three from a fixed pseudo-random sequence. No branches on the data: a mispredicted one costs more than
 * storing every value twice.
 */
export function kthLargestF64(values: usize, length: u32, k: u32, work: usize, result: usize): u32 {
  let state = length
  while (true) {
    let a = 0.0, b = 0.0, c = 0.0
    for (let pick = 0; pick < 3; pick++) {
      state = state * 1664525 + 1013904223
      a = b
      b = c
      c = load<f64>(values + <usize>((<u64>state * <u64>length) >>> 32) * 8)
    }
    const pivot = max(min(a, b), min(max(a, b), c))
    let above: u32 = 0, below: u32 = 0
    const end = values + (<usize>length) * 8
    for (let at = values; at < end; at += 8) {
      const value = load<f64>(at)
      store<f64>(values + (<usize>above) * 8, value)
      store<f64>(work + (<usize>below) * 8, value)
      above += u32(value > pivot)
      below += u32(value < pivot)
    }
    const notBelow = length - below
    if (k <= above) {
      length = above
    } else if (k <= notBelow) {
      store<f64>(result, pivot)
      store<u32>(result + 8, notBelow - above)
      return k - above
    } else {
      const swap = values
      values = work
      work = swap
      length = below
      k -= notBelow
    }
  }
}

/** Counts numbers by their upper 16 bits in u32[65536]: all, or those whose byte of `open` is 1. */
export function histogramF64(count: usize, values: usize, open: usize, histogram: usize): void {
  for (let i: usize = 0; i < count; i++) {
    const at = histogram + (<usize>load<u16>(values + i * 8 + 6)) * 4
    const step: u32 = open == 0 ? 1 : <u32>load<u8>(open + i)
    store<u32>(at, load<u32>(at) + step)
  }
}

/** Lanes that are all ones or all zeros, of eight pairs, as sixteen bytes in order. */
// @ts-ignore: decorator
@inline
function narrow(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128): v128 {
  const low = v128.narrow<i32>(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(c, d, 0, 2, 4, 6))
  const high = v128.narrow<i32>(v128.shuffle<i32>(e, f, 0, 2, 4, 6), v128.shuffle<i32>(g, h, 0, 2, 4, 6))
  return v128.narrow<i16>(low, high)
}

/**
 * Marks numbers above `high` with 1, those in [low, high] with 2, others, and those whose byte of `open` is 0, with 0.
 * Stores at `counts` (u32[2]) how many got 1 and 2.
 */
export function markF64(
  count: usize, values: usize, open: usize, low: f64, high: f64, marks: usize, counts: usize,
): void {
  const lows = v128.splat<f64>(low), highs = v128.splat<f64>(high)
  const ones = v128.splat<i8>(1), zeros = v128.splat<i8>(0)
  let above: u32 = 0, inside: u32 = 0
  let i: usize = 0
  for (; i + 16 <= count; i += 16) {
    const at = values + i * 8
    const a = v128.load(at), b = v128.load(at, 16), c = v128.load(at, 32), d = v128.load(at, 48)
    const e = v128.load(at, 64), f = v128.load(at, 80), g = v128.load(at, 96), h = v128.load(at, 112)
    let isAbove = narrow(
      v128.gt<f64>(a, highs), v128.gt<f64>(b, highs), v128.gt<f64>(c, highs), v128.gt<f64>(d, highs),
      v128.gt<f64>(e, highs), v128.gt<f64>(f, highs), v128.gt<f64>(g, highs), v128.gt<f64>(h, highs),
    )
    let isCandidate = narrow(
      v128.ge<f64>(a, lows), v128.ge<f64>(b, lows), v128.ge<f64>(c, lows), v128.ge<f64>(d, lows),
      v128.ge<f64>(e, lows), v128.ge<f64>(f, lows), v128.ge<f64>(g, lows), v128.ge<f64>(h, lows),
    )
    if (open != 0) {
      const isOpen = v128.sub<i8>(zeros, v128.load(open + i))
      isAbove = v128.and(isAbove, isOpen)
      isCandidate = v128.and(isCandidate, isOpen)
    }
    const isInside = v128.andnot(isCandidate, isAbove)
    above += <u32>popcnt<i32>(v128.bitmask<i8>(isAbove))
    inside += <u32>popcnt<i32>(v128.bitmask<i8>(isInside))
    // −1 is 1 in the lowest bit; twice it, 2.
    v128.store(marks + i, v128.sub<i8>(v128.and(isAbove, ones), v128.add<i8>(isInside, isInside)))
  }
  for (; i < count; i++) {
    const value = load<f64>(values + i * 8)
    const live = open == 0 || load<u8>(open + i) != 0
    const isAbove = live && value > high
    const isInside = live && value >= low && !isAbove
    above += u32(isAbove)
    inside += u32(isInside)
    store<u8>(marks + i, isAbove ? 1 : isInside ? 2 : 0)
  }
  store<u32>(counts, above)
  store<u32>(counts + 4, inside)
}

/** Copies the numbers with mark 2 to `out`, in order. */
export function gatherMarkedF64(count: usize, values: usize, marks: usize, out: usize): void {
  for (let i: usize = 0; i < count; i++) {
    if (i + 8 <= count && (load<u64>(marks + i) & 0x0202020202020202) == 0) {
      i += 7
      continue
    }
    if (load<u8>(marks + i) != 2) continue
    store<f64>(out, load<f64>(values + i * 8))
    out += 8
  }
}

/** Turns mark 2 into 1 above `threshold` and into 0 below it; stores at `counts` (u32[2]) how many became 1 and stayed 2. */
export function settleF64(count: usize, values: usize, marks: usize, threshold: f64, counts: usize): void {
  let above: u32 = 0, equal: u32 = 0
  for (let i: usize = 0; i < count; i++) {
    if (i + 8 <= count && (load<u64>(marks + i) & 0x0202020202020202) == 0) {
      i += 7
      continue
    }
    if (load<u8>(marks + i) != 2) continue
    const value = load<f64>(values + i * 8)
    const isAbove = u32(value > threshold), isEqual = u32(value == threshold)
    store<u8>(marks + i, isAbove + 2 * isEqual)
    above += isAbove
    equal += isEqual
  }
  store<u32>(counts, above)
  store<u32>(counts + 4, equal)
}

/** Turns the first `ties` marks 2 into 1 and the others into 0. */
export function settleTies(count: usize, marks: usize, ties: u32): void {
  for (let i: usize = 0; i < count; i++) {
    if (load<u8>(marks + i) != 2) continue
    store<u8>(marks + i, u8(ties > 0))
    if (ties > 0) ties--
  }
}
