// One vector times a symmetric matrix of which the lower triangle is stored, row by row.

import { laneSum } from './rows'
import { madd } from './simd'

/** Bytes of a row that are summed before their sum is added to the others'. */
const SHORT_SUM: usize = 1024

/**
 * The share of rows first … end − 1 in y = A·x for a symmetric A, of which only the lower triangle is read, once: each entry
 * serves both its places. `first` is a multiple of 4; `end` entries of y are written. A has `lda` elements per row.
 */
export function symmetricRows(first: usize, end: usize, a: usize, lda: usize, x: usize, y: usize): void {
  symmetricBand(first, end, a, lda << 3, x, y)
}

function symmetricBand(first: usize, n: usize, a: usize, lda: usize, x: usize, y: usize): void {
  memory.fill(y, 0, n << 3)
  let r = first
  for (; r + 4 <= n; r += 4) {
    const row0 = a + r * lda, row1 = row0 + lda, row2 = row1 + lda, row3 = row2 + lda
    const xr = x + (r << 3), yr = y + (r << 3)
    const x0 = v128.load_splat<f64>(xr), x1 = v128.load_splat<f64>(xr, 8)
    const x2 = v128.load_splat<f64>(xr, 16), x3 = v128.load_splat<f64>(xr, 24)
    const end = r << 3
    let t0: f64 = 0, t1: f64 = 0, t2: f64 = 0, t3: f64 = 0
    // Short sums: the rounding errors of a long sum of like terms, as in a nearly constant kernel, all have one sign.
    for (let from: usize = 0; from < end; from += SHORT_SUM) {
      const to = min(end, from + SHORT_SUM)
      let s0 = v128.splat<f64>(0), s1 = s0, s2 = s0, s3 = s0
      for (let at = from; at < to; at += 16) {
        const xj = v128.load(x + at)
        let aj = v128.load(row0 + at)
        let change = v128.mul<f64>(aj, x0)
        s0 = madd<f64>(aj, xj, s0)
        aj = v128.load(row1 + at)
        s1 = madd<f64>(aj, xj, s1); change = madd<f64>(aj, x1, change)
        aj = v128.load(row2 + at)
        s2 = madd<f64>(aj, xj, s2); change = madd<f64>(aj, x2, change)
        aj = v128.load(row3 + at)
        s3 = madd<f64>(aj, xj, s3); change = madd<f64>(aj, x3, change)
        v128.store(y + at, v128.add<f64>(v128.load(y + at), change))
      }
      t0 += laneSum(s0); t1 += laneSum(s1); t2 += laneSum(s2); t3 += laneSum(s3)
    }
    store<f64>(yr, t0)
    store<f64>(yr, t1, 8)
    store<f64>(yr, t2, 16)
    store<f64>(yr, t3, 24)
    triangleTimes(r, r + 4, a, lda, x, y)
  }
  for (let i = r; i < n; i++) {
    const row = a + i * lda
    const xi = load<f64>(x + (i << 3))
    let sum: f64 = 0
    for (let j: usize = 0; j < r; j++) {
      const at = j << 3
      const value = load<f64>(row + at)
      sum += value * load<f64>(x + at)
      store<f64>(y + at, load<f64>(y + at) + value * xi)
    }
    store<f64>(y + (i << 3), sum)
  }
  triangleTimes(r, n, a, lda, x, y)
}

/** y += (diagonal block from..to)·x. */
function triangleTimes(from: usize, to: usize, a: usize, lda: usize, x: usize, y: usize): void {
  for (let i = from; i < to; i++) {
    const row = a + i * lda
    const xi = load<f64>(x + (i << 3))
    let sum = load<f64>(row + (i << 3)) * xi
    for (let j = from; j < i; j++) {
      const value = load<f64>(row + (j << 3))
      sum += value * load<f64>(x + (j << 3))
      store<f64>(y + (j << 3), load<f64>(y + (j << 3)) + value * xi)
    }
    store<f64>(y + (i << 3), load<f64>(y + (i << 3)) + sum)
  }
}
