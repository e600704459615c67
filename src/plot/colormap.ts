/** Ten equally spaced colours of viridis (Smith and van der Walt 2015): perceptually uniform, safe for colour vision deficiencies. */
const viridisStops = [
  [0x44, 0x01, 0x54],
  [0x48, 0x28, 0x78],
  [0x3e, 0x49, 0x89],
  [0x31, 0x68, 0x8e],
  [0x26, 0x82, 0x8e],
  [0x1f, 0x9e, 0x89],
  [0x35, 0xb7, 0x79],
  [0x6e, 0xce, 0x58],
  [0xb5, 0xde, 0x2b],
  [0xfd, 0xe7, 0x25],
] as const

/** Viridis at t in [0, 1], as three bytes, linear between the stops. */
export function viridis(t: number): [number, number, number] {
  const position = t * (viridisStops.length - 1)
  const below = Math.min(Math.floor(position), viridisStops.length - 2)
  const channel = (i: 0 | 1 | 2) =>
    Math.round(viridisStops[below][i] + (position - below) * (viridisStops[below + 1][i] - viridisStops[below][i]))
  return [channel(0), channel(1), channel(2)]
}

/** 256 colours, equally spaced in t. */
export const viridisPalette: readonly (readonly [number, number, number])[] = Array.from({ length: 256 }, (_, i) =>
  viridis(i / 255),
)

/**
 * Position on the colour scale of a value in [0, `top`]: its square root, because densities gather near 0. Values
 * above `top` take the last colour.
 */
export function colorIndex(value: number, top: number): number {
  return Math.round(255 * Math.sqrt(Math.min(1, Math.max(0, value / top))))
}

/** The first of 1, 2, 3, 5 × 10^k that is at least `value`, never above `limit`; 1 for 0. */
export function niceTop(value: number, limit = Number.POSITIVE_INFINITY): number {
  if (!(value > 0)) return Math.min(1, limit)
  const decade = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 3, 5, 10].find((s) => s * decade >= value * (1 - 1e-12)) ?? 10
  return Math.min(limit, Number((step * decade).toPrecision(1)))
}
