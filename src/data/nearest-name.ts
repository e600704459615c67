/**
 * The candidate that a misspelt name most likely means: the nearest in edits (a character added, dropped, changed, or
 * two neighbours swapped), upper and lower case alike. At most one edit in three characters is forgiven, and never
 * more than three, so a name that is merely unlike everything gets no suggestion. Of equally near candidates the first.
 *
 * @example nearestName('methds', ['sizes', 'methods']) // 'methods'
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let fewest = Infinity
  for (const candidate of candidates) {
    const length = Math.max(name.length, candidate.length)
    const limit = Math.min(3, Math.max(1, Math.floor(length / 3)))
    if (Math.abs(name.length - candidate.length) > limit) continue
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (edits < length && edits <= limit && edits < fewest) {
      nearest = candidate
      fewest = edits
    }
  }
  return nearest
}

/** A suggestion to put behind a message about an unknown name: "; did you mean methods?", or nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const nearest = nearestName(name, candidates)
  return nearest === undefined ? '' : `; did you mean ${nearest}?`
}

/** Damerau's distance with each pair of neighbours swapped at most once (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const changed = from[row - 1] === to[column - 1] ? 0 : 1
      let edits = Math.min(last[column] + 1, current[column - 1] + 1, last[column - 1] + changed)
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1])
        edits = Math.min(edits, beforeLast[column - 2] + 1)
      current.push(edits)
    }
    beforeLast = last
    last = current
  }
  return last[to.length]
}
