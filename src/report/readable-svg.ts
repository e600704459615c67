/** Below this share of its own width a figure scrolls instead of shrinking, so that its text stays readable. */
const smallestShare = 0.8

/** A figure that shrinks with its page, and no further than its text can be read. */
export function readableSvg(svg: string): string {
  const width = Number(/ width="([\d.]+)"/.exec(svg)?.[1] ?? 0)
  return svg.replace('<svg ', `<svg style="min-width:${Math.round(smallestShare * width)}px" `)
}
