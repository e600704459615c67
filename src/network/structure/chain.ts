import { defaultKernels, type Kernels } from '../../linalg/kernels.js'
import { NumbersError } from '../../numbers-error.js'
import { columnDegrees, rowDegrees, type Mask } from '../mask.js'
import { effectivePart, type EffectivePart } from './effective-part.js'
import { leadingPair, type LeadingPair } from './leading-pair.js'

/** What a structure metric may look at: the masks of a network, and what several metrics need, worked out once when asked for. */
export interface MaskChain {
  /** M^1 … M^{L+1}, `[out, in]` each. */
  readonly masks: readonly Mask[]
  /** [d, n_1, …, n_L, C]. */
  readonly sizes: readonly number[]
  /** Survivors per row of each mask: the fan-in of the units above it. */
  readonly inDegrees: readonly Int32Array[]
  /** Survivors per column of each mask: the fan-out of the units below it. */
  readonly outDegrees: readonly Int32Array[]
  /** What lies on a path from an input to an output. */
  readonly effective: () => EffectivePart
  /** The two largest singular values of mask `index`, counted from 0. */
  readonly leading: (index: number) => LeadingPair
  /** What products and eigenvalues are computed with. */
  readonly kernels: () => Kernels
}

export interface MaskChainOptions {
  readonly kernels?: Kernels
}

const once = <Value>(compute: () => Value): (() => Value) => {
  let found: { readonly value: Value } | undefined
  return () => (found ??= { value: compute() }).value
}

/**
 * The masks of a network as {@link measureStructure} takes them.
 *
 * @param masks M^1 … M^{L+1}, `[out, in]` each; not copied
 * @throws RangeError when there is none, or one does not begin where the one before it ends
 *
 * @example
 * import { denseMask } from 'limn'
 * import { maskChain } from 'limn/graphon'
 *
 * console.log(maskChain([denseMask(3, 4), denseMask(2, 3)]).sizes) // [ 4, 3, 2 ]
 */
export function maskChain(masks: readonly Mask[], options: MaskChainOptions = {}): MaskChain {
  if (masks.length === 0) throw new NumbersError('maskChain: expected one mask or more, got none')
  masks.forEach(({ cols }, l) => {
    const below = masks.at(l - 1)!.rows
    if (l > 0 && cols !== below) {
      throw new NumbersError(
        `maskChain: layers.${l}: expected ${below} columns, one for each row of layers.${l - 1}, got ${cols}; pass masks [out, in] from input to output`,
      )
    }
  })
  const kernels = () => options.kernels ?? defaultKernels()
  const inDegrees = masks.map(rowDegrees)
  const outDegrees = masks.map(columnDegrees)
  const pairs = masks.map((mask, l) => once(() => leadingPair(mask, inDegrees[l], outDegrees[l], kernels())))
  return {
    masks,
    sizes: [masks[0].cols, ...masks.map(({ rows }) => rows)],
    inDegrees,
    outDegrees,
    effective: once(() => effectivePart(masks)),
    leading: (index) => pairs[index](),
    kernels,
  }
}
