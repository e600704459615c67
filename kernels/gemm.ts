// Dense product C (+)= A·B by packed panels and a register tile of 6 rows × 2 vectors.
// Strides are in elements, so a transpose is a swap of strides. Nothing is validated here.

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

function packA<T>(dst: usize, a: usize, rows: usize, depth: usize, rs: usize, cs: usize): void {
  for (let i: usize = 0; i < rows; i += MR) {
    const live = min(MR, rows - i)
    for (let p: usize = 0; p < depth; p++) {
      const src = a + (i * rs + p * cs) * sizeof<T>()
      for (let r: usize = 0; r < MR; r++) {
        store<T>(dst + r * sizeof<T>(), r < live ? load<T>(src + r * rs * sizeof<T>()) : <T>0)
      }
      dst += MR * sizeof<T>()
    }
  }
}

function packB<T>(dst: usize, b: usize, depth: usize, cols: usize, rs: usize, cs: usize): void {
  const nr = tileColumns<T>()
  for (let j: usize = 0; j < cols; j += nr) {
    const live = min(nr, cols - j)
    for (let p: usize = 0; p < depth; p++) {
      const src = b + (p * rs + j * cs) * sizeof<T>()
      if (live == nr && cs == 1) {
        v128.store(dst, v128.load(src))
        v128.store(dst + 16, v128.load(src, 16))
      } else {
        for (let c: usize = 0; c < nr; c++) {
          store<T>(dst + c * sizeof<T>(), c < live ? load<T>(src + c * cs * sizeof<T>()) : <T>0)
        }
      }
      dst += 32
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
              microKernel<T>(depth, panelA, panelB, edge, 32, false)
              for (let r: usize = 0; r < liveRows; r++) {
                for (let s: usize = 0; s < liveCols; s++) {
                  const at = out + (r * ldc + s) * sizeof<T>()
                  const value = load<T>(edge + r * 32 + s * sizeof<T>())
                  store<T>(at, add ? load<T>(at) + value : value)
                }
              }
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
