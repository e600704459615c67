/** The machine's limits, measured in the same run; GFLOP/s and GB/s. */
export interface Roofline {
  /** Dense product on all threads: the best of NumPy, PyTorch. */
  readonly f32: number
  readonly f64: number
  /** Two reads and a write, on all threads. */
  readonly bandwidth: number
  /** limn's own dense product on one thread. */
  readonly limnThread: { readonly f32: number; readonly f64: number }
  /** What limn's kernels reach on all threads: dense products, and ReLU duals (G and Ġ of one pair) per second. */
  readonly limn: { readonly f32: number; readonly f64: number; readonly duals: number }
  /** Dense product of @jax-js/jax, on the one thread that it has; absent when it did not run. */
  readonly jaxJs?: number
}

/** What an answer takes at least, whatever the program: multiplications and additions, duals, bytes that must move. */
export interface LeastWork {
  /** Classical products, in the least precision that the case allows. */
  readonly flops?: number
  readonly precision: 'f32' | 'f64'
  /** Evaluations of G and Ġ: an angle and a root each. */
  readonly duals?: number
  /** Inputs or results that are larger than the caches, read or written once each time it cannot be avoided. */
  readonly bytes?: number
}

/** How long the least work takes at the speeds measured in the same run, in seconds. */
export interface Bound {
  /** The arithmetic alone at the machine's peak, which takes 512-bit vectors here. */
  readonly native: number
  /** The arithmetic alone at the speed of limn's dense products: 128-bit vectors, all threads. */
  readonly products: number
  /** The duals at the speed of limn's kernel, all threads. */
  readonly duals: number
  /** The bytes at the measured bandwidth. */
  readonly bytes: number
  /** Products and duals share the arithmetic units; moving bytes may overlap with both. */
  readonly seconds: number
  /** `seconds` over limn's median. */
  readonly share: number
  /** The peer's median over `seconds`: the ratio of a program without any waste. */
  readonly ratio?: number
  /** The same with duals for nothing, which no improvement of them can exceed. */
  readonly productsRatio?: number
}

export function boundOf(work: LeastWork, roofline: Roofline, limn: number, peer: number | undefined): Bound {
  const { flops = 0, precision, duals = 0, bytes = 0 } = work
  const parts = {
    native: flops / roofline[precision] / 1e9,
    products: flops / roofline.limn[precision] / 1e9,
    duals: duals / roofline.limn.duals,
    bytes: bytes / roofline.bandwidth / 1e9,
  }
  const seconds = Math.max(parts.products + parts.duals, parts.bytes)
  const withoutDuals = Math.max(parts.products, parts.bytes)
  return {
    ...parts,
    seconds,
    share: seconds / limn,
    ...(peer !== undefined && { ratio: peer / seconds, productsRatio: peer / withoutDuals }),
  }
}
