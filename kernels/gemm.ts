// Dense product C (+)= A·B by packed panels and a register tile of 6 rows × 2 vectors.
// Strides are in elements, so a transpose is a swap of strides. Every entry is one chain of multiply-adds over k, whatever
// the blocking and wherever its tile begins. Nothing is validated here.

import { madd } from './simd'

const MR: usize = 6
const KC: usize = 256
const MC: usize = 96

/** Columns of a register tile: two vectors. */
// @ts-ignore: decorator
@inline
function tileColumns<T>(): usize {
  return 32 / sizeof<T>()
}

/** Bytes of workspace that `gemmF32` and `gemmF64` need, whatever the shape. */
export function gemmWorkspace(): usize {
  const nc: usize = 768
  return (MC * KC + KC * nc + 64) * 8
}

/** The 4 × 4 square of f32 that begins at the addresses p, q, r, s, turned: row i goes to dst + i · ld bytes. */
// @ts-ignore: decorator
@inline
function turnFour(p: usize, q: usize, r: usize, s: usize, dst: usize, ld: usize): void {
  const x = v128.load(p), y = v128.load(q), z = v128.load(r), w = v128.load(s)
  const xy = v128.shuffle<f32>(x, y, 0, 4, 1, 5), zw = v128.shuffle<f32>(z, w, 0, 4, 1, 5)
  v128.store(dst, v128.shuffle<f64>(xy, zw, 0, 2))
  v128.store(dst + ld, v128.shuffle<f64>(xy, zw, 1, 3))
  const uv = v128.shuffle<f32>(x, y, 2, 6, 3, 7), st = v128.shuffle<f32>(z, w, 2, 6, 3, 7)
  v128.store(dst + 2 * ld, v128.shuffle<f64>(uv, st, 0, 2))
  v128.store(dst + 3 * ld, v128.shuffle<f64>(uv, st, 1, 3))
}

/** The 2 × 2 square of f64 at p and q, turned. */
// @ts-ignore: decorator
@inline
function turnTwo(p: usize, q: usize, dst: usize, ld: usize): void {
  const x = v128.load(p), y = v128.load(q)
  v128.store(dst, v128.shuffle<f64>(x, y, 0, 2))
  v128.store(dst + ld, v128.shuffle<f64>(x, y, 1, 3))
}

/** The 2 × 4 block of f32 at p and q, turned. */
// @ts-ignore: decorator
@inline
function turnPair(p: usize, q: usize, dst: usize, ld: usize): void {
  const x = v128.load(p), y = v128.load(q)
  const low = v128.shuffle<f32>(x, y, 0, 4, 1, 5), high = v128.shuffle<f32>(x, y, 2, 6, 3, 7)
  v128.store64_lane(dst, low, 0)
  v128.store64_lane(dst + ld, low, 1)
  v128.store64_lane(dst + 2 * ld, high, 0)
  v128.store64_lane(dst + 3 * ld, high, 1)
}

/**
 * Panels of MR rows, depth by depth. The last panel repeats its last row where rows are missing: the tile drops what they
 * give.
 */
function packA<T>(dst: usize, a: usize, rows: usize, depth: usize, rs: usize, cs: usize): void {
  const size = sizeof<T>()
  const step = cs * size, row = rs * size
  const ld = MR * size
  for (let i: usize = 0; i < rows; i += MR, a += MR * row) {
    const last = rows - i - 1
    let p: usize = 0
    if (rs == 1 && last >= MR - 1) {
      for (let src = a; p < depth; p++, src += step, dst += ld) {
        v128.store(dst, v128.load(src))
        if (size == 8) {
          v128.store(dst, v128.load(src, 16), 16)
          v128.store(dst, v128.load(src, 32), 32)
        } else {
          store<u64>(dst, load<u64>(src, 16), 16)
        }
      }
      continue
    }
    let r0 = a
    let r1 = a + min<usize>(1, last) * row
    let r2 = a + min<usize>(2, last) * row
    let r3 = a + min<usize>(3, last) * row
    let r4 = a + min<usize>(4, last) * row
    let r5 = a + min<usize>(5, last) * row
    if (cs == 1) {
      const square: usize = 16 / size
      for (; p + square <= depth; p += square, dst += square * ld) {
        if (size == 8) {
          turnTwo(r0, r1, dst, ld)
          turnTwo(r2, r3, dst + 16, ld)
          turnTwo(r4, r5, dst + 32, ld)
        } else {
          turnFour(r0, r1, r2, r3, dst, ld)
          turnPair(r4, r5, dst + 16, ld)
        }
        r0 += 16; r1 += 16; r2 += 16
        r3 += 16; r4 += 16; r5 += 16
      }
    }
    for (; p < depth; p++, dst += ld) {
      store<T>(dst, load<T>(r0))
      store<T>(dst + size, load<T>(r1))
      store<T>(dst + 2 * size, load<T>(r2))
      store<T>(dst + 3 * size, load<T>(r3))
      store<T>(dst + 4 * size, load<T>(r4))
      store<T>(dst + 5 * size, load<T>(r5))
      r0 += step; r1 += step; r2 += step
      r3 += step; r4 += step; r5 += step
    }
  }
}

/** Panels of two vectors' columns, depth by depth; missing columns repeat the last one, as missing rows do. */
function packB<T>(dst: usize, b: usize, depth: usize, cols: usize, rs: usize, cs: usize): void {
  const nr = tileColumns<T>()
  const size = sizeof<T>()
  const step = rs * size, col = cs * size
  for (let j: usize = 0; j < cols; j += nr, b += nr * col) {
    const last = cols - j - 1
    let p: usize = 0
    if (cs == 1 && last >= nr - 1) {
      for (let src = b; p < depth; p++, src += step, dst += 32) {
        v128.store(dst, v128.load(src))
        v128.store(dst, v128.load(src, 16), 16)
      }
      continue
    }
    if (rs == 1) {
      const c1 = min<usize>(1, last) * col, c2 = min<usize>(2, last) * col, c3 = min<usize>(3, last) * col
      const square: usize = 16 / size
      if (size == 8) {
        for (let src = b; p + square <= depth; p += square, src += 16, dst += 64) {
          turnTwo(src, src + c1, dst, 32)
          turnTwo(src + c2, src + c3, dst + 16, 32)
        }
      } else {
        const c4 = min<usize>(4, last) * col, c5 = min<usize>(5, last) * col
        const c6 = min<usize>(6, last) * col, c7 = min<usize>(7, last) * col
        for (let src = b; p + square <= depth; p += square, src += 16, dst += 128) {
          turnFour(src, src + c1, src + c2, src + c3, dst, 32)
          turnFour(src + c4, src + c5, src + c6, src + c7, dst + 16, 32)
        }
      }
    }
    for (let src = b + p * step; p < depth; p++, src += step, dst += 32) {
      for (let c: usize = 0; c < nr; c++) store<T>(dst + c * size, load<T>(src + min(c, last) * col))
    }
  }
}

/** One register tile: out (6 rows × 2 vectors, row stride `ldo` bytes) (+)= packed A panel × packed B panel. */
function microKernel<T>(depth: usize, a: usize, b: usize, out: usize, ldo: usize, accumulate: bool): void {
  let c00 = v128.splat<T>(<T>0), c01 = c00
  let c10 = c00, c11 = c00
  let c20 = c00, c21 = c00
  let c30 = c00, c31 = c00
  let c40 = c00, c41 = c00
  let c50 = c00, c51 = c00
  const row1 = out + ldo
  const row2 = out + 2 * ldo
  const row3 = out + 3 * ldo
  const row4 = out + 4 * ldo
  const row5 = out + 5 * ldo
  if (accumulate) {
    c00 = v128.load(out); c01 = v128.load(out, 16)
    c10 = v128.load(row1); c11 = v128.load(row1, 16)
    c20 = v128.load(row2); c21 = v128.load(row2, 16)
    c30 = v128.load(row3); c31 = v128.load(row3, 16)
    c40 = v128.load(row4); c41 = v128.load(row4, 16)
    c50 = v128.load(row5); c51 = v128.load(row5, 16)
  }
  for (let p: usize = 0; p < depth; p++) {
    const b0 = v128.load(b), b1 = v128.load(b, 16)
    let x = v128.load_splat<T>(a)
    c00 = madd<T>(x, b0, c00); c01 = madd<T>(x, b1, c01)
    x = v128.load_splat<T>(a + 1 * sizeof<T>())
    c10 = madd<T>(x, b0, c10); c11 = madd<T>(x, b1, c11)
    x = v128.load_splat<T>(a + 2 * sizeof<T>())
    c20 = madd<T>(x, b0, c20); c21 = madd<T>(x, b1, c21)
    x = v128.load_splat<T>(a + 3 * sizeof<T>())
    c30 = madd<T>(x, b0, c30); c31 = madd<T>(x, b1, c31)
    x = v128.load_splat<T>(a + 4 * sizeof<T>())
    c40 = madd<T>(x, b0, c40); c41 = madd<T>(x, b1, c41)
    x = v128.load_splat<T>(a + 5 * sizeof<T>())
    c50 = madd<T>(x, b0, c50); c51 = madd<T>(x, b1, c51)
    a += 6 * sizeof<T>()
    b += 32
  }
  v128.store(out, c00); v128.store(out, c01, 16)
  v128.store(row1, c10); v128.store(row1, c11, 16)
  v128.store(row2, c20); v128.store(row2, c21, 16)
  v128.store(row3, c30); v128.store(row3, c31, 16)
  v128.store(row4, c40); v128.store(row4, c41, 16)
  v128.store(row5, c50); v128.store(row5, c51, 16)
}

/** At most 32 bytes, a multiple of four. */
// @ts-ignore: decorator
@inline
function copyRow(to: usize, from: usize, bytes: usize): void {
  if (bytes == 32) {
    v128.store(to, v128.load(from))
    v128.store(to, v128.load(from, 16), 16)
  } else {
    for (let at: usize = 0; at < bytes; at += 4) store<u32>(to + at, load<u32>(from + at))
  }
}

function gemm<T>(
  m: usize, n: usize, k: usize,
  a: usize, ars: usize, acs: usize,
  b: usize, brs: usize, bcs: usize,
  c: usize, ldc: usize, accumulate: bool, work: usize,
): void {
  const nr = tileColumns<T>()
  const nc: usize = 768
  const packedA = work
  const packedB = work + MC * KC * 8
  const edge = packedB + KC * nc * 8
  if (k == 0 && !accumulate) {
    for (let i: usize = 0; i < m; i++) memory.fill(c + i * ldc * sizeof<T>(), 0, n * sizeof<T>())
    return
  }
  for (let jc: usize = 0; jc < n; jc += nc) {
    const cols = min(nc, n - jc)
    for (let pc: usize = 0; pc < k; pc += KC) {
      const depth = min(KC, k - pc)
      const add = accumulate || pc > 0
      packB<T>(packedB, b + (pc * brs + jc * bcs) * sizeof<T>(), depth, cols, brs, bcs)
      for (let ic: usize = 0; ic < m; ic += MC) {
        const rows = min(MC, m - ic)
        packA<T>(packedA, a + (ic * ars + pc * acs) * sizeof<T>(), rows, depth, ars, acs)
        for (let jr: usize = 0; jr < cols; jr += nr) {
          const panelB = packedB + jr * depth * sizeof<T>()
          for (let ir: usize = 0; ir < rows; ir += MR) {
            const panelA = packedA + ir * depth * sizeof<T>()
            const out = c + ((ic + ir) * ldc + jc + jr) * sizeof<T>()
            const liveRows = min(MR, rows - ir), liveCols = min(nr, cols - jr)
            if (liveRows == MR && liveCols == nr) {
              microKernel<T>(depth, panelA, panelB, out, ldc * sizeof<T>(), add)
            } else {
              const width = liveCols * sizeof<T>()
              if (add) {
                for (let r: usize = 0; r < liveRows; r++) copyRow(edge + r * 32, out + r * ldc * sizeof<T>(), width)
              }
              microKernel<T>(depth, panelA, panelB, edge, 32, add)
              for (let r: usize = 0; r < liveRows; r++) copyRow(out + r * ldc * sizeof<T>(), edge + r * 32, width)
            }
          }
        }
      }
    }
  }
}

/** C[m,n] (+)= A[m,k]·B[k,n] in f32. */
export function gemmF32(
  m: usize, n: usize, k: usize,
  a: usize, ars: usize, acs: usize,
  b: usize, brs: usize, bcs: usize,
  c: usize, ldc: usize, accumulate: bool, work: usize,
): void {
  gemm<f32>(m, n, k, a, ars, acs, b, brs, bcs, c, ldc, accumulate, work)
}

/** C[m,n] (+)= A[m,k]·B[k,n] in f64. */
export function gemmF64(
  m: usize, n: usize, k: usize,
  a: usize, ars: usize, acs: usize,
  b: usize, brs: usize, bcs: usize,
  c: usize, ldc: usize, accumulate: bool, work: usize,
): void {
  gemm<f64>(m, n, k, a, ars, acs, b, brs, bcs, c, ldc, accumulate, work)
}
