// The first layer's panels from its Grams, of which several positions may share one.

/** Position u of each of `count` panels = scale[u] · gram[base[u]] + bias. */
export function expandRows(
  count: usize, positions: usize, base: usize, scale: usize, gram: usize, ldg: usize, out: usize, ld: usize, bias: f64,
): void {
  const shift = f64x2.splat(bias)
  for (let t: usize = 0; t < count; t++) {
    for (let u: usize = 0; u < positions; u++) {
      const factor = load<f64>(scale + u * 8)
      const from = gram + t * ldg + <usize>load<i32>(base + u * 4) * 32
      const to = out + t * ld + u * 32
      const splat = f64x2.splat(factor)
      // A dead position has no gram: what stands there is not looked at.
      v128.store(to, factor == 0 ? shift : f64x2.add(f64x2.mul(splat, v128.load(from)), shift))
      v128.store(to, factor == 0 ? shift : f64x2.add(f64x2.mul(splat, v128.load(from, 16)), shift), 16)
    }
  }
}
