// Weights, gradients and scores of dense matrices in f64: the pointwise work between products. Nothing is validated here.

/** values = scale · values where the byte of `open` is 1, else 0; without `open` (0) everywhere. */
export function scaleOpenF64(count: usize, values: usize, open: usize, scale: f64): void {
  if (open == 0) {
    const factor = v128.splat<f64>(scale)
    let i: usize = 0
    for (; i + 2 <= count; i += 2) {
      v128.store(values + i * 8, v128.mul<f64>(factor, v128.load(values + i * 8)))
    }
    if (i < count) store<f64>(values + i * 8, scale * load<f64>(values + i * 8))
    return
  }
  for (let i: usize = 0; i < count; i++) {
    const at = values + i * 8
    const value = scale * load<f64>(at)
    store<f64>(at, load<u8>(open + i) != 0 ? value : 0)
  }
}

/** values = |values|. */
export function absoluteF64(count: usize, values: usize): void {
  let i: usize = 0
  for (; i + 2 <= count; i += 2) v128.store(values + i * 8, v128.abs<f64>(v128.load(values + i * 8)))
  if (i < count) store<f64>(values + i * 8, abs<f64>(load<f64>(values + i * 8)))
}

/** g = w · g, or |w · g|, on a tile of two matrices with rows of `stride` entries. */
export function saliencyF64(rows: usize, cols: usize, stride: usize, w: usize, g: usize, absolute: bool): void {
  // Clears the sign or nothing.
  const keep = v128.splat<i64>(absolute ? i64.MAX_VALUE : -1)
  for (let i: usize = 0; i < rows; i++) {
    let j: usize = 0
    for (; j + 2 <= cols; j += 2) {
      const product = v128.mul<f64>(v128.load(w + j * 8), v128.load(g + j * 8))
      v128.store(g + j * 8, v128.and(product, keep))
    }
    if (j < cols) {
      const product = load<f64>(w + j * 8) * load<f64>(g + j * 8)
      store<f64>(g + j * 8, absolute ? abs<f64>(product) : product)
    }
    w += stride * 8
    g += stride * 8
  }
}

/** Row i of z += bias[i]. */
export function addRowBiasF64(rows: usize, cols: usize, bias: usize, z: usize): void {
  for (let i: usize = 0; i < rows; i++) {
    const value = load<f64>(bias + i * 8)
    for (let j: usize = 0; j < cols; j++, z += 8) store<f64>(z, load<f64>(z) + value)
  }
}
